"""What names of metrics say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuitune.trainers.metrics import (
    core_of,
    find_partner,
    is_metric,
    is_split_word,
    is_summary,
    known_direction,
    partner_name,
    split_of,
    words_of,
)

LOSSES = ["loss", "nll", "ppl", "perplexity", "fid", "cer", "wer", "logloss", "l1", "l2", "merror",
          "bpc", "elbo", "rmse", "mae", "error"]  # fmt: skip
SCORES = ["acc", "accuracy", "top1", "map", "ap", "iou", "dice", "psnr", "reward", "f1", "auc",
          "bleu", "r2", "mIoU"]  # fmt: skip
FORMS = ["{}", "val/{}", "val.{}", "eval/{}", "{}/val", "val_{}", "validation-{}", "Val. {}",
         "best {} (%)", "{}_epoch", "valid_0's {}", "metrics/{}"]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_the_direction_is_known_in_any_form(form: str) -> None:
    for direction, names in (("minimize", LOSSES), ("maximize", SCORES)):
        for name in names:
            for cased in (name, name.upper(), name.capitalize()):
                assert known_direction(form.format(cased)) == direction, form.format(cased)


@pytest.mark.parametrize("name", ["valLoss", "binary_logloss", "val_cross_entropy_loss", "hd95"])
def test_losses_by_other_forms(name: str) -> None:
    assert known_direction(name) == "minimize"


@pytest.mark.parametrize("name", ["quux", "bits", "temperature", "", "5", "%"])
def test_what_the_name_does_not_tell_is_not_guessed(name: str) -> None:
    assert known_direction(name) is None


@pytest.mark.parametrize(
    ("metric", "partner"),
    [
        ("val_acc", "train_acc"), ("val/acc", "train/acc"), ("valLoss", "trainLoss"),
        ("Val. F1", "Train. F1"), ("Dev UAR (%)", "Train UAR (%)"), ("acc_val", "acc_train"),
        ("eval_loss", "train_loss"), ("acc", None), ("train_acc", None), ("top-1", None),
    ],
)  # fmt: skip
def test_what_a_partner_is_probably_called(metric: str, partner: str | None) -> None:
    assert partner_name(metric) == partner


@pytest.mark.parametrize(
    ("metric", "names", "partner"),
    [
        ("val_loss", ["loss", "val_loss", "accuracy"], "loss"),
        ("val_accuracy", ["acc", "val_accuracy", "loss"], "acc"),
        ("val_loss", ["loss", "train_loss", "val_loss"], "train_loss"),
        ("eval_f1", ["f1/train", "eval_f1"], "f1/train"),
        ("test-x", ["learn-x", "test-x"], "learn-x"),
        ("loss", ["train_loss", "loss"], None),
        ("val_acc", ["val_loss", "test_acc"], None),
    ],
)
def test_the_partner_is_found_by_its_words(
    metric: str, names: list[str], partner: str | None
) -> None:
    assert find_partner(metric, names) == partner


def test_parts_of_the_data() -> None:
    for name, part in {"valLoss": "val", "acc_test": "test", "Training set": "train",
                       "value": None, "evaluate": None, "holdout-x": "val"}.items():  # fmt: skip
        assert split_of(name) == part
    assert is_split_word("[Test set]")
    assert not is_split_word("test loss")
    assert core_of("Test set: Accuracy") == core_of("train acc") == ("acc",)


@pytest.mark.parametrize(
    "name",
    ["lr", "learning_rate", "epoch time", "GPU_mem", "grad_norm", "samples_per_second", "eta",
     "eval_runtime", "max mem", "num_updates", "patience", "val", "train", "3"],
)  # fmt: skip
def test_what_is_no_metric(name: str) -> None:
    assert not is_metric(name)


@pytest.mark.parametrize("name", ["val_loss", "total loss", "mAP50-95", "dev_uar", "quux", "bpc"])
def test_what_may_be_one(name: str) -> None:
    assert is_metric(name)
    assert is_summary(f"best {name}")
    assert not is_summary(name)


@given(st.text(max_size=40))
def test_any_text_is_a_name(name: str) -> None:
    words = words_of(name)
    assert all(word == word.lower() for word in words)
    known_direction(name)
    is_metric(name)
    assert partner_name(name) != name
