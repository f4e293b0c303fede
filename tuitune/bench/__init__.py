"""THE FIGURES THAT WE HOLD: what `tuitune bench` measures, one small module for each.

Belongs here: a measurement, its bound, and the sessions and the pseudo-terminal that it needs. Not
here: tests (a figure depends on the machine, a test must not). May import every room but `cli`.
Called by `tuitune bench` only; tests of what is not a measurement in tests/bench/.
"""
