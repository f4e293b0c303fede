"""The refit on training and validation samples together, and the one look at the test set.

Both run as jobs of an executor, as trials do, so that they can be held and stopped in the middle.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from tuitune.advice.statistics import r2_interval, wilson
from tuitune.model.trial import TestScore
from tuitune.space import Value
from tuitune.trainers.base import Report
from tuitune.trainers.mlp.losses import r_squared
from tuitune.trainers.spec import MlpSpec

REFITS = 3
"""Seeds that the chosen point is refitted with."""
TEST_CHUNK = 1000
"""Test samples between two places where the scoring can be stopped."""
LARGEST = 1e6
"""Standard deviations from the mean that an answer is at most."""


def own_score(scores: Sequence[float]) -> TestScore:
    """Return what a person's own trainer said of its test with each seed.

    The interval is that of the mean over seeds (Student's t, 95 %); of one seed it is the score.
    """
    from scipy.stats import t

    mean, half = float(np.mean(scores)), 0.0
    if len(scores) > 1:
        error = float(np.std(scores, ddof=1)) / math.sqrt(len(scores))
        half = float(t.ppf(0.975, len(scores) - 1)) * error
    return TestScore((), 0, None, mean - half, mean + half, scores=tuple(scores))


class Refitting:
    """The networks of one refit, by seed, and what the test set says of them.

    `spec` and `session_seed` are those of the trials, so that the samples are theirs; the last of
    those that a trial had (`epochs`) is as many updates as here. Jobs run in workers' threads and
    only ever add an entry of their own to `networks`, `correct` or `errors`.
    """

    def __init__(self, spec: MlpSpec, session_seed: int, params: Mapping[str, Value], epochs: int):
        from tuitune.trainers.mlp import updates_per_epoch, validate_params
        from tuitune.trainers.mlp.data import load_data

        loaded = load_data(spec, session_seed)
        self._seed = session_seed
        self._data = loaded.split
        self._test = loaded.test
        batch_size = validate_params(params).batch_size
        self._per_epoch = updates_per_epoch(self._data.n_train, batch_size)
        self.updates = self._per_epoch * epochs
        """Batches that each network learns from: as many as the trial did."""
        self.samples = len(self._data.x)
        """Training and validation samples together."""
        self.test_samples = loaded.n_test
        """0 where there is no test set."""
        self.keys = loaded.keys
        """Arrays that belong to the weights."""
        self.networks: dict[int, Any] = {}
        """By seed: trained `Network`s."""
        self.correct: dict[int, int] = {}
        """By seed: right answers on the test set, where classes are predicted."""
        self.errors: dict[int, np.ndarray] = {}
        """By seed: how far each test sample is off, where numbers are, in their standard units."""

    def train(
        self, params: Mapping[str, Value], *, epochs: int, seed: int
    ) -> Iterator[Report | None]:
        """Train the network of `seed`; reports the mean loss once for each epoch of the trial."""
        from tuitune.trainers.mlp import fit

        data = self._data
        self.networks[seed] = yield from fit(
            params,
            epochs=epochs,
            per_epoch=self._per_epoch,
            seed=seed,
            x=data.x,
            t=data.t,
            n_classes=data.n_classes,
        )

    def look(
        self, _params: Mapping[str, Value], *, epochs: int, seed: int
    ) -> Iterator[Report | None]:
        """Score the network of `seed` on the test set; `epochs` is 1, as is the one report."""
        network = self.networks[seed]
        x, t = self._test()
        outputs = np.empty((len(x), network.n_out))
        for start in range(0, len(x), TEST_CHUNK):
            chunk = slice(start, start + TEST_CHUNK)
            outputs[chunk] = network.scores(x[chunk])
            yield None
        if self._data.n_classes:
            hits = int((outputs.argmax(axis=1) == t).sum())
            self.correct[seed] = hits
            report = {"test_acc": hits / len(x)}
        else:
            # One row far from all others may be answered by a number without end.
            made = np.nan_to_num(outputs[:, 0], nan=LARGEST).clip(-LARGEST, LARGEST)
            self.errors[seed] = made - t
            report = {"test_r2": r_squared(made, t)}
        for _ in range(epochs):
            yield report

    def has_looked(self, seed: int) -> bool:
        """Whether the network of `seed` has been scored on the test set."""
        return seed in self.correct or seed in self.errors

    def score(self, seeds: tuple[int, ...]) -> TestScore:
        """Return what the test set says of the networks of `seeds`, which have all been looked at.

        The interval is for the mean over the networks and the number of test samples: what another
        draw of test samples would do. The seeds' own luck is the spread between them.
        """
        n = self.test_samples
        if self._data.n_classes:
            correct = tuple(self.correct[seed] for seed in seeds)
            accuracy = sum(correct) / len(correct) / n
            low, high = wilson(accuracy, n)
            return TestScore(correct, n, round(accuracy, 6), round(low, 6), round(high, 6))
        t = self._test()[1].astype(np.float64)
        errors = np.stack([self.errors[seed] for seed in seeds])
        r2 = tuple(round(r_squared(t + error, t), 6) for error in errors)
        low, high = r2_interval(errors, t, self._seed)
        return TestScore((), n, None, round(low, 6), round(high, 6), r2)
