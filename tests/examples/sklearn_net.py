"""A scikit-learn network on its own digits.

    tuitune new digits --trainer sklearn_net.py:train --epochs 30 \\
        --param 'lr=1e-4..1 log' --param 'alpha=1e-6..1e-1 log' --param 'width=16..128 log int'
    tuitune run digits --workers 2
"""

from functools import cache

import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier


@cache  # a worker trains many trials; it loads the data once
def load_data():
    images, labels = load_digits(return_X_y=True)
    # The same split for every trial: scores are compared on the same images.
    return train_test_split(images / 16, labels, test_size=0.25, stratify=labels, random_state=0)


def train(params, *, epochs, seed):
    x_train, x_val, t_train, t_val = load_data()
    network = MLPClassifier(
        hidden_layer_sizes=(params["width"],),
        learning_rate_init=params["lr"],
        alpha=params["alpha"],
        solver="sgd",
        random_state=seed,
    )
    classes = np.unique(t_train)
    for _ in range(epochs):
        network.partial_fit(x_train, t_train, classes=classes)  # one pass over the training images
        yield {
            "val_acc": network.score(x_val, t_val),
            "train_acc": network.score(x_train, t_train),
            "loss": network.loss_,
            "val_loss": log_loss(t_val, network.predict_proba(x_val), labels=classes),
        }
