"""What the names of metrics say: their words, the part of the data, which way is better.

A name is foreign text: `val/acc`, `valLoss`, `Dev UAR (%)`, `top-1`. It is compared by its
words, and never rewritten: what a session shows is the name as it was printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from typing import Literal

Direction = Literal["minimize", "maximize"]
Split = Literal["train", "val", "test"]

_SPLITS: dict[str, Split] = {
    "train": "train", "training": "train", "trn": "train", "tr": "train", "learn": "train",
    "val": "val", "valid": "val", "validation": "val", "validate": "val", "dev": "val",
    "eval": "val", "evaluation": "val", "holdout": "val", "heldout": "val",
    "test": "test", "testing": "test",
    "훈련": "train", "학습": "train", "검증": "val", "시험": "test", "테스트": "test",
    "训练": "train", "验证": "val", "测试": "test", "訓練": "train", "検証": "val",
}  # fmt: skip

_ABOUT_A_PART = frozenset({"set", "metrics", "results", "stats"})
"""Words that say no more beside one for a part of the data: `Test set: accuracy`."""

_SAME_WORDS = {
    "valid": "val", "validation": "val", "training": "train", "accuracy": "acc",
}  # fmt: skip
"""Words that are one and the same in a name."""

_LOSSES = frozenset(
    {"loss", "losses", "error", "err", "errors", "mse", "mae", "rmse", "rmsle", "mape", "smape",
     "msle", "nll", "nlls", "ppl", "perplexity", "fid", "kid", "cer", "wer", "ter", "eer",
     "logloss", "log_loss", "l1", "l2", "merror", "mlogloss", "bpc", "bpb", "bpd", "elbo", "bce",
     "crossentropy", "xent", "deviance", "distance", "dist", "hausdorff", "hd95",
     "divergence", "kl", "kld", "chamfer", "lpips", "epe", "ade", "fde", "cost", "regret", "risk",
     "brier", "ece", "residual", "mphe", "hinge",
     "손실", "오차", "损失", "损失值", "誤差", "損失"}
)  # fmt: skip

_SCORES = frozenset(
    {"acc", "accuracy", "acc1", "acc5", "aacc", "macc", "oacc", "auc", "auroc", "roc", "rocauc",
     "auprc", "prauc", "aupr", "ap", "ap50", "ap75", "map", "map50", "map75", "map95", "mar", "ar",
     "f1", "f2", "fbeta", "fscore", "precision", "recall", "sensitivity", "specificity", "dice",
     "iou", "miou", "fwiou", "giou", "jaccard", "r2", "bleu", "rouge", "rouge1", "rouge2",
     "rougel", "meteor", "cider", "spice", "chrf", "psnr", "ssim", "reward", "rewards", "return",
     "returns", "top1", "top3", "top5", "hit1", "hit3", "hit5", "hit10", "hits", "hit", "mrr",
     "ndcg", "kappa", "mcc", "matthews", "pearson", "pearsonr", "spearman", "spearmanr",
     "correlation", "corr", "em", "las", "uas", "uar", "bacc", "score", "scores", "winrate",
     "정확도", "准确率", "精度", "正解率"}
)  # fmt: skip

_NO_METRICS = frozenset(
    {"epoch", "epochs", "ep", "step", "steps", "iter", "iters", "iteration", "iterations", "it",
     "its", "batch", "batches", "time", "times", "eta", "elapsed", "remaining", "duration",
     "second", "seconds", "sec", "secs", "ms", "min", "mins", "minutes", "hours", "lr", "lrs",
     "memory", "mem", "gpu", "cpu", "ram", "vram", "data", "fps", "throughput", "speed", "runtime",
     "wps", "ups", "wpb", "bsz", "seed", "patience", "tol", "tolerance", "parameters", "params",
     "tokens", "token", "classes", "images", "instances", "samples", "examples", "size", "wall",
     "timestamp", "date", "pid", "rank", "world", "gnorm", "clip", "mfu", "flops", "workers",
     "round", "rounds", "episode", "episodes", "update", "updates", "fold", "version", "counter",
     "num", "total", "worker", "device", "cuda", "timesteps", "checkpoint", "momentum", "wd"}
)  # fmt: skip
_NO_METRIC_PAIRS = (
    ("learning", "rate"), ("grad", "norm"), ("gradient", "norm"), ("weight", "decay"),
    ("samples", "per"), ("per", "second"), ("per", "sec"), ("num", "updates"), ("loss", "scale"),
)  # fmt: skip

_SUMMARIES = frozenset({"best", "final", "last", "highest", "lowest", "so", "overall_best"})

_WORD = re.compile(r"[^\W\d_]+\d*|\d+")
_CAMEL = re.compile(r"(?<=[a-z]{2})(?=[A-Z])")


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name in lower case: `valLoss` and `Val. Loss` are `val`, `loss`."""
    return tuple(word.lower() for word in _WORD.findall(_CAMEL.sub(" ", name)))


@lru_cache(maxsize=4096)
def same_words(name: str) -> tuple[str, ...]:
    """Return the words of a name, with one word for what is the same: `accuracy` is `acc`."""
    return tuple(_SAME_WORDS.get(word, word) for word in words_of(name))


@lru_cache(maxsize=4096)
def split_of(name: str) -> Split | None:
    """Return the part of the data that a name speaks of, by its first word that names one."""
    return next((_SPLITS[word] for word in words_of(name) if word in _SPLITS), None)


@lru_cache(maxsize=4096)
def is_split_word(text: str) -> bool:
    """Whether a text is nothing but the name of a part of the data: `valid`, `[Test set]`."""
    words = words_of(text)
    rest = [word for word in words if word not in _SPLITS]
    return len(rest) < len(words) and all(word in _ABOUT_A_PART for word in rest)


@lru_cache(maxsize=4096)
def core_of(name: str) -> tuple[str, ...]:
    """Return the words of a name without those for a part of the data: what is measured."""
    return tuple(
        word for word in same_words(name) if word not in _SPLITS and word not in _ABOUT_A_PART
    )


@lru_cache(maxsize=4096)
def is_metric(name: str) -> bool:
    """Whether a name can be that of a metric: not of a counter, a time, a rate or a size."""
    words = words_of(name)
    if not words or all(word in _SPLITS or word.isdigit() for word in words):
        return False
    pairs = tuple(pairwise(words))
    if any(pair in pairs for pair in _NO_METRIC_PAIRS):
        return False
    if any(word in _LOSSES or word in _SCORES for word in words):
        return words[-1] not in ("time", "runtime", "sec", "seconds", "ms", "step")
    return not any(word in _NO_METRICS for word in words)


@lru_cache(maxsize=4096)
def is_summary(name: str) -> bool:
    """Whether a name sums a training up: the best so far, the last, the mean of several."""
    words = words_of(name)
    if "mean" in words and "of" in words:
        return True
    return any(word in _SUMMARIES for word in words)


@lru_cache(maxsize=4096)
def kind_of(name: str) -> Literal["score", "error", "loss"] | None:
    """Return whether a name is one of a score, of an error, or of a loss; None: not known."""
    words = words_of(name)
    joined = "".join(core_of(name))
    if any(word in ("loss", "losses") for word in words):
        return "loss"
    if joined == "logloss" or any(word in _LOSSES for word in words):
        return "error"
    if joined in _SCORES or any(word in _SCORES for word in words):
        return "score"
    return None


def known_direction(metric: str) -> Direction | None:
    """Return which way a metric of this name is better; None where the name doesn't tell.

    Words are read whatever stands between them: `val/loss`, `val.loss`, `valLoss`, `Loss/val`.
    """
    kind = kind_of(metric)
    if kind is None:
        return None
    return "maximize" if kind == "score" else "minimize"


def partner_name(metric: str) -> str | None:
    """Return what the counterpart on the training samples is probably called: `train_acc`.

    None where `metric` names no part of the data, or the training part itself.
    """
    if split_of(metric) in (None, "train"):
        return None
    for found in re.finditer(r"[^\W\d_]+", _CAMEL.sub("\0", metric)):
        word = found.group()
        if word.lower() in _SPLITS:
            train = "Train" if word[0].isupper() else "train"
            text = _CAMEL.sub("\0", metric)
            text = text[: found.start()] + train + text[found.end() :]
            return text.replace("\0", "")
    return None


def find_partner(metric: str, names: Iterable[str]) -> str | None:
    """Return the training counterpart of `metric` among reported names; None: there is none.

    The same words with a word for training are preferred to those with no word for a part.
    """
    if split_of(metric) in (None, "train"):
        return None
    core = core_of(metric)
    same = [name for name in names if name != metric and core_of(name) == core]
    ranked = [name for name in same if split_of(name) == "train"]
    ranked += [name for name in same if split_of(name) is None]
    return ranked[0] if ranked else None
