"""What the name of a column says of it: a metric, a hyperparameter, or neither."""

from __future__ import annotations

import re

_SPLIT = re.compile(r"[^0-9a-zA-Z가-힣]+|(?<=[a-z])(?=[A-Z])")

# fmt: off
_NEITHER = frozenset([
    "id", "ids", "uuid", "index", "idx", "row", "trial", "trials", "run", "runs", "number", "no",
    "experiment", "exp", "job", "jobid", "pid", "rank", "time", "times", "date", "dates",
    "datetime", "timestamp", "duration", "elapsed", "runtime", "seconds", "sec", "secs",
    "minutes", "mins", "min", "hours", "hrs", "started", "start", "finished", "finish", "ended",
    "end", "created", "updated", "walltime", "wall", "eta", "path", "paths", "dir", "folder",
    "file", "filename", "checkpoint", "ckpt", "url", "link", "logdir", "host", "hostname", "node",
    "ip", "user", "username", "machine", "gpu", "gpus", "gpu_name", "device", "devices", "cuda",
    "commit", "sha", "git", "hash", "branch", "version", "command", "cmd", "args", "argv",
    "group", "project", "entity", "sweep", "name", "names", "display", "seed", "seeds", "memory",
    "mem", "ram",
])
# fmt: on
_WORDS = frozenset({"note", "notes", "comment", "comments", "remark", "remarks", "description"})
_TAGS = frozenset({"tag", "tags", "label", "labels"})
_STATES = frozenset({"state", "status"})
_EPOCHS = frozenset(
    {"epoch", "epochs", "step", "global_step", "iteration", "iter", "training_iteration", "_step"}
)
# fmt: off
_HYPER = frozenset([
    "lr", "lrs", "learningrate", "learning_rate", "baselr", "base_lr", "initlr", "wd",
    "weightdecay", "weight_decay", "decay", "dropout", "drop", "droprate", "batch", "bs",
    "batchsize", "batch_size", "momentum", "beta", "beta1", "beta2", "betas", "alpha", "gamma",
    "lambda", "eps", "epsilon", "l1", "l2", "reg", "regularization", "regularisation",
    "optimizer", "optimiser", "optim", "opt", "solver", "scheduler", "schedule", "warmup",
    "activation", "act", "hidden", "units", "width", "depth", "layers", "layer", "nlayers",
    "heads", "dim", "embed", "embedding", "channels", "filters", "kernel", "stride", "augment",
    "augmentation", "mixup", "cutmix", "smoothing", "temperature", "rate", "size", "clip", "c",
    "k", "max_depth", "n_estimators", "estimators", "trees", "leaves", "num_leaves", "subsample",
    "colsample", "eta", "max_features", "criterion", "penalty", "backbone", "model", "arch",
    "architecture", "rank", "lora",
])
# fmt: on
# fmt: off
_METRIC = frozenset([
    "acc", "accuracy", "top1", "top5", "auc", "auroc", "auprc", "ap", "map", "f1", "fscore",
    "precision", "recall", "score", "loss", "error", "err", "mse", "rmse", "mae", "mape", "nll",
    "bce", "ce", "xent", "perplexity", "ppl", "bleu", "rouge", "wer", "cer", "iou", "miou",
    "dice", "psnr", "ssim", "fid", "r2", "reward", "return", "kappa", "mcc", "ndcg", "mrr", "hit",
    "logloss", "brier", "elbo", "kl", "distance", "cost",
])
# fmt: on
_HELD_OUT = frozenset({"val", "valid", "validation", "dev", "test", "eval", "holdout", "heldout"})
_TRAINING = frozenset({"train", "training", "tr"})


def words_of(name: str) -> list[str]:
    """Return the words of a name in lower case: `val/topAcc` is val, top, acc."""
    return [word.lower() for word in _SPLIT.split(name) if word]


def _joined(name: str) -> set[str]:
    words = words_of(name)
    return {*words, "".join(words), "_".join(words), name.lower()}


def is_neither(name: str) -> bool:
    """Whether a column is neither a parameter nor a metric: an id, a time, a place."""
    words = words_of(name)
    return not words or name.startswith("(") or words[-1] in _NEITHER or words[0] in _NEITHER


def is_note(name: str) -> bool:
    """Whether a column holds what a person noted."""
    return name.lower() in _WORDS


def is_tags(name: str) -> bool:
    """Whether a column holds tags."""
    return name.lower() in _TAGS


def is_state(name: str) -> bool:
    """Whether a column says how a run ended."""
    return name.lower() in _STATES


def is_epoch(name: str) -> bool:
    """Whether a column counts epochs or steps of a run."""
    return name.lower() in _EPOCHS or "_".join(words_of(name)) in _EPOCHS


def is_hyperparameter(name: str) -> bool:
    """Whether a column has a name that hyperparameters have."""
    return bool(_joined(name) & _HYPER)


def is_metric(name: str) -> bool:
    """Whether a column has a name that metrics have."""
    return bool(set(words_of(name)) & _METRIC or _joined(name) & _METRIC)


def is_held_out(name: str) -> bool:
    """Whether a metric is of samples that were not trained on."""
    return bool(set(words_of(name)) & _HELD_OUT)


def is_training(name: str) -> bool:
    """Whether a metric is of the training samples."""
    return bool(set(words_of(name)) & _TRAINING)
