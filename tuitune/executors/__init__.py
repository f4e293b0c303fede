"""Where trainers run: in the engine's thread, in threads, in worker processes, as programs.

Here belong the protocol (`base.py`), its implementations, and how an exception becomes a failed
trial (`failures.py`). Which point is next and when to give up is the engine's. May import trial,
space, trainers and errors. Called by `engine/` alone; tests in `tests/contracts/` and
`tests/executors/`.
"""
