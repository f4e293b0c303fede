"""WHAT COMES IN AND GOES OUT: studies, tables and sweeps of other tools; one file a format.

Readers are pure: bytes in, a `study.Study` out. What a study means as a session is `session.py`.
Files of sessions belong to `store/`, what is asked of the person to `cli/`. May import store and
below; called by `cli/`. Tests: tests/exchange/.
"""
