"""HOW ONE POINT IS SCORED: trainers turn hyperparameters and a seed into a learning curve.

The protocol is `base`; `spec` is what a session remembers of its trainer; `mlp` is the built-in
network. A trainer knows nothing of trials, rounds or screens, and decides nothing about itself.
May import `datasets` and `errors`. Called by the executors. Tests: tests/trainers/ and the suite
that every trainer passes, tests/contracts/test_trainer_contract.py.
"""
