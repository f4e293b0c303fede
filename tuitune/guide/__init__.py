"""The reference pages: Markdown that `tuitune guide PAGE` shows, part of the package.

Here belongs what a person looks up: one page a subject, its commands run by `tests/docs/`. No code
but this file. Called by `cli/guide.py`.
"""
