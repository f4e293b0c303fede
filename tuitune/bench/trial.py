"""One trial of the book's experiment against its own bare matrix products."""

from __future__ import annotations

from statistics import median
from time import perf_counter

from tuitune.bench.figures import Figure, Say


def measure(quick: bool, say: Say) -> list[Figure]:
    """Train in turns with the bare products of the same shapes, one BLAS thread."""
    from threadpoolctl import threadpool_limits

    from tuitune.datasets import load_mnist, split
    from tuitune.trainers.mlp import train, validate_params
    from tuitune.trainers.mlp.bare import bare_products

    params = {"lr": 1e-3, "weight_decay": 1e-6}
    data = split(load_mnist(), train_size=500, validation=0.2, seed=0)
    settings = validate_params(params)
    trials, products = [], []
    with threadpool_limits(1):
        for repeat in range(3 if quick else 9):
            products.append(bare_products(settings, epochs=50, data=data))
            began = perf_counter()
            for _ in train(params, epochs=50, seed=repeat, data=data):
                pass
            trials.append(perf_counter() - began)
            say(f"trial {trials[-1]:.3f} s, its products {products[-1]:.3f} s")
    ratio = median(trial / bare for trial, bare in zip(trials, products, strict=True))
    return [
        Figure(
            "trial",
            "one trial / its bare products",
            ratio,
            "x",
            1.2,
            detail=f"medians {median(trials):.3f} s / {median(products):.3f} s",
        )
    ]
