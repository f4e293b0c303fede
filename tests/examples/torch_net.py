"""A PyTorch network on the CPU, on digits that it makes itself.

    tuitune new torch --trainer torch_net.py:train --epochs 20 \\
        --param 'lr=1e-4..1 log' --param 'weight_decay=1e-8..1e-2 log' --param 'dropout=0..0.5'
    tuitune run torch --workers 2
"""

from functools import cache

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

CLASSES, SIDE = 10, 12


@cache  # a worker trains many trials; it makes the data once
def load_data():
    """Return noisy pictures of ten random patterns: 1,000 to train on, 500 to rank the trials by.

    Put your own data here; what matters is that every trial gets the same.
    """
    dice = torch.Generator().manual_seed(0)
    patterns = torch.randn(CLASSES, 1, SIDE, SIDE, generator=dice)
    labels = torch.randint(CLASSES, (1500,), generator=dice)
    pictures = patterns[labels] + 3 * torch.randn(1500, 1, SIDE, SIDE, generator=dice)
    return TensorDataset(pictures[:1000], labels[:1000]), (pictures[1000:], labels[1000:])


def make_network(dropout):
    return nn.Sequential(
        nn.Conv2d(1, 8, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(dropout),
        nn.Linear(8 * (SIDE // 2) ** 2, CLASSES),
    )


def train(params, *, epochs, seed):
    torch.manual_seed(seed)  # the same trial gives the same curve
    training, (x_val, t_val) = load_data()
    batches = DataLoader(training, batch_size=50, shuffle=True)
    network = make_network(params["dropout"])
    optimizer = torch.optim.SGD(
        network.parameters(), lr=params["lr"], momentum=0.9, weight_decay=params["weight_decay"]
    )
    loss_of = nn.CrossEntropyLoss()
    for _ in range(epochs):
        network.train()
        right = total_loss = 0.0
        for x, t in batches:
            optimizer.zero_grad()
            scores = network(x)
            loss = loss_of(scores, t)
            loss.backward()
            optimizer.step()
            right += (scores.argmax(1) == t).sum().item()
            total_loss += loss.item() * len(t)
        network.eval()
        with torch.no_grad():
            scores = network(x_val)
        yield {
            "val_acc": (scores.argmax(1) == t_val).float().mean().item(),
            "train_acc": right / len(training),
            "loss": total_loss / len(training),
            "val_loss": loss_of(scores, t_val).item(),
        }
