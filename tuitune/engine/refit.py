"""The refit on training and validation samples together, and the one look at the test set.

Both run as jobs of an executor, as trials do, so that they can be held and stopped in the middle.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tuitune.advice.statistics import wilson
from tuitune.space import Value
from tuitune.trainers.base import Report
from tuitune.trainers.spec import MlpSpec
from tuitune.trial import TestScore

REFITS = 3
"""Seeds that the chosen point is refitted with."""
TEST_CHUNK = 1000
"""Test samples between two places where the scoring can be stopped."""


class Refitting:
    """The networks of one refit, by seed, and what the test set says of them.

    `spec` and `session_seed` are those of the trials, so that the samples are theirs; the last of
    those that a trial had (`epochs`) is as many updates as here. Jobs run in workers' threads and
    only ever add an entry of their own to `networks` and `correct`.
    """

    def __init__(self, spec: MlpSpec, session_seed: int, params: Mapping[str, Value], epochs: int):
        from tuitune.datasets import load_mnist, split
        from tuitune.trainers.mlp import updates_per_epoch, validate_params

        self._dataset = load_mnist()
        self._data = split(
            self._dataset,
            train_size=spec.train_size,
            validation=spec.validation,
            seed=session_seed,
        )
        batch_size = validate_params(params).batch_size
        self._per_epoch = updates_per_epoch(self._data.n_train, batch_size)
        self.updates = self._per_epoch * epochs
        """Batches that each network learns from: as many as the trial did."""
        self.samples = len(self._data.x)
        """Training and validation samples together."""
        self.test_samples = self._dataset.n_test
        """0 where there is no test set."""
        self.networks: dict[int, Any] = {}
        """By seed: trained `Network`s."""
        self.correct: dict[int, int] = {}
        """By seed: right answers on the test set."""

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
        x, t = self._dataset.first("test", self.test_samples)
        hits = 0
        for start in range(0, len(x), TEST_CHUNK):
            chunk = slice(start, start + TEST_CHUNK)
            hits += int((network.scores(x[chunk]).argmax(axis=1) == t[chunk]).sum())
            yield None
        self.correct[seed] = hits
        for _ in range(epochs):
            yield {"test_acc": hits / len(x)}

    def score(self, seeds: tuple[int, ...]) -> TestScore:
        """Return what the test set says of the networks of `seeds`, which have all been looked at.

        The interval is Wilson's for the mean share and the number of test samples: what another
        draw of test samples would do. The seeds' own luck is the spread of `correct`.
        """
        correct = tuple(self.correct[seed] for seed in seeds)
        accuracy = sum(correct) / len(correct) / self.test_samples
        low, high = wilson(accuracy, self.test_samples)
        return TestScore(
            correct, self.test_samples, round(accuracy, 6), round(low, 6), round(high, 6)
        )
