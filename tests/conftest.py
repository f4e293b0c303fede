"""What holds for every test: the same examples each time, one BLAS thread."""

from __future__ import annotations

import os

# Before NumPy is imported: several test processes with several BLAS threads each are slower.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from hypothesis import settings

settings.register_profile("tuitune", deadline=None, derandomize=True, max_examples=100)
settings.load_profile("tuitune")
