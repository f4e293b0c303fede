"""What the built-in network of a session learns from: the embedded digits, or a person's table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from tuitune.errors import UsageError, quote
from tuitune.trainers.spec import MlpSpec, Task

if TYPE_CHECKING:
    import numpy as np

    from tuitune.datasets import Split, TableData
    from tuitune.trainers.base import Trainer


@dataclass(frozen=True)
class NetworkData:
    """The parts of a session's data; the test part is read when it is asked for."""

    split: Split
    n_test: int
    """Test samples; 0 where there is no test part."""
    test: Callable[[], tuple[Any, Any]]
    """Returns the test inputs `(n_test, features)` and what they are to give `(n_test,)`."""
    keys: Mapping[str, np.ndarray]
    """What a person needs to use a network's weights on rows of their own; see `_keys`."""


def load_data(spec: MlpSpec, seed: int) -> NetworkData:
    """Return the data of `spec`, split by the session's seed.

    A table that has fewer rows by now than the session began with is used as far as it goes.
    Raises `UsageError` where it can't be read or no longer holds what is asked for.
    """
    from tuitune.datasets import load_mnist, split

    if spec.is_table:
        table = load_table(spec, seed)
        return NetworkData(table.split, len(table.test_rows), table.test, _keys(table))
    mnist = load_mnist()
    data = split(mnist, train_size=spec.train_size, validation=spec.validation, seed=seed)
    return NetworkData(data, mnist.n_test, partial(mnist.first, "test", mnist.n_test), {})


def mlp_function(spec: MlpSpec, seed: int) -> Trainer:
    """Return the built-in network's trainer on the spec's data, split by the session's seed."""
    from tuitune.trainers.mlp.training import train

    return partial(train, data=load_data(spec, seed).split)


class _Source(msgspec.Struct, frozen=True):
    """What another process needs to make the same trainer."""

    spec: MlpSpec
    seed: int


def mlp_target(spec: MlpSpec, seed: int) -> str:
    """Return a text from which `mlp_from` makes the same trainer in another process."""
    return msgspec.json.encode(_Source(spec, seed)).decode()


def mlp_from(target: str) -> Trainer | None:
    """Return the trainer that `target` stands for; None where it names a person's function.

    Raises `UsageError` as `load_data` does.
    """
    if not target.startswith("{"):
        return None
    source = msgspec.json.decode(target, type=_Source)
    return mlp_function(source.spec, source.seed)


def load_table(spec: MlpSpec, seed: int) -> TableData:
    """Return the table of `spec` with its parts. Raises `UsageError` as `load_data` does."""
    from tuitune.datasets import available_rows, prepare, read_table

    table, test = read_table(spec.data, spec.target), spec.test or 0.0
    gone = [name for name in (spec.target or "", *spec.columns) if name not in table.names]
    if gone:
        raise UsageError(
            f"{quote(spec.data)} no longer has the column {quote(gone[0], 200)}, from which this "
            "session learns: put it back, or begin another session with tuitune new"
        )
    return prepare(
        table,
        target=spec.target,
        columns=spec.columns,
        task=spec.task,
        train_size=min(spec.train_size, available_rows(table, spec.target, spec.task, test)),
        validation=spec.validation,
        test=test,
        seed=seed,
    )


def table_spec(
    path: str,
    *,
    target: str | None = None,
    exclude: tuple[str, ...] = (),
    task: Task | None = None,
    train_size: int | None = None,
    validation: float = 0.2,
    test: float = 0.2,
    seed: int = 0,
) -> MlpSpec:
    """Return what a session remembers of a person's table; everything is checked.

    `path` stays as it was given. `target` None is the file's own (NPZ), `task` None is seen from
    its values, `train_size` None is every row that is not in the test part. Raises `UsageError`.
    """
    from tuitune.datasets import prepare, read_table

    found = prepare(
        read_table(path, target),
        target=target,
        exclude=exclude,
        task=task,
        train_size=train_size,
        validation=validation,
        test=test,
        seed=seed,
    )
    return MlpSpec(
        data=path,
        target=found.target.name,
        train_size=len(found.split.x),
        validation=validation,
        task=found.target.task,
        test=test,
        columns=found.columns,
    )


def _keys(table: TableData) -> dict[str, np.ndarray]:
    """Return arrays by name that lead from a row to a network's inputs and from its outputs back.

    `inputs`: what each is; an input is the number less `input_mean`, divided by `input_std`.
    `classes`: what each output stands for; or `target_mean` and `target_std`, by which the one
    output becomes a number.
    """
    import numpy as np

    encoder = table.encoder
    keys = {
        "inputs": np.array(encoder.inputs),
        "input_mean": encoder.input_mean,
        "input_std": encoder.input_std,
    }
    if table.target.task == "classification":
        return keys | {"classes": np.array(table.target.classes)}
    mean, std = table.unit
    return keys | {"target_mean": np.array(mean), "target_std": np.array(std)}
