"""A network that was stopped and goes on trains as if it had never stopped, bit for bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tuitune.datasets import Split, load_mnist, split
from tuitune.trainers.mlp.training import train

EPOCHS = 6
POINT: dict[str, Any] = {"depth": 2, "width": 8, "lr": 0.01, "batch_size": 20}
KINDS: dict[str, dict[str, Any]] = {
    **{name: {"optimizer": name} for name in (
        "sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam"
    )},
    "all": {"optimizer": "adam", "batch_norm": True, "dropout": 0.3, "weight_decay": 1e-4},
}  # fmt: skip


@pytest.fixture(scope="module")
def data() -> Split:
    return split(load_mnist(), train_size=100, validation=0.2, seed=1)


def reports(data: Split, params: dict[str, Any], **more: Any) -> list[Any]:
    return [r for r in train(params, epochs=EPOCHS, seed=7, data=data, **more) if r]


def stopped(data: Split, params: dict[str, Any], checkpoint: str, at: int, done: int) -> list[Any]:
    """Train on until epoch `at` has been reported, and stop."""
    found = []
    training = train(params, epochs=EPOCHS, seed=7, data=data, checkpoint=checkpoint, done=done)
    for report in training:
        if report is not None:
            found.append(report)
            if done + len(found) == at:
                training.close()  # type: ignore[attr-defined]
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_it_goes_on_bit_by_bit(data: Split, tmp_path: Path, kind: str) -> None:
    params = {**POINT, **KINDS[kind]}
    whole = reports(data, params)
    file = str(tmp_path / "made/on/the/way/3.npz")
    parts = stopped(data, params, file, 2, 0)
    assert Path(file).exists()
    parts += stopped(data, params, file, 5, 2)
    parts += reports(data, params, checkpoint=file, done=5)
    assert parts == whole


def test_the_file_is_used_and_not_only_there(data: Split, tmp_path: Path) -> None:
    params = {**POINT, **KINDS["all"]}
    file = tmp_path / "3.npz"
    stopped(data, params, str(file), 2, 0)
    with np.load(file) as kept:
        arrays = {name: kept[name] for name in kept.files}
    arrays["array0"] = arrays["array0"] * 0
    np.savez(file, **arrays)
    assert reports(data, params, checkpoint=str(file), done=2) != reports(data, params)[2:]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 torn", b'{"a": 1}'])
def test_a_file_that_is_none_costs_time_and_nothing_else(
    data: Split, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "3.npz"
    file.write_bytes(content)
    assert reports(data, POINT, checkpoint=str(file), done=2) == reports(data, POINT)[2:]


def test_the_file_of_another_point_epoch_or_network_is_not_taken(
    data: Split, tmp_path: Path
) -> None:
    file = str(tmp_path / "3.npz")
    stopped(data, POINT, file, 3, 0)
    whole = reports(data, POINT)
    assert reports(data, POINT, checkpoint=file, done=2) == whole[2:]
    other = {**POINT, "width": 9}
    assert reports(data, other, checkpoint=file, done=3) == reports(data, other)[3:]


def test_where_the_disk_refuses_there_is_no_file_and_no_error(data: Split, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, and no folder")
    file = str(tmp_path / "taken/3.npz")
    assert stopped(data, POINT, file, 2, 0) == reports(data, POINT)[:2]
    assert reports(data, POINT, checkpoint=file, done=2) == reports(data, POINT)[2:]
