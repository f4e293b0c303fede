"""What holds for every test: the same examples each time, one BLAS thread."""

from __future__ import annotations

import os

# Before NumPy is imported: several test processes with several BLAS threads each are slower.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from hypothesis import HealthCheck, settings

# Nothing may depend on how busy the machine is: no deadline, no complaint about slow examples.
settings.register_profile(
    "tuitune",
    deadline=None,
    derandomize=True,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("tuitune")
