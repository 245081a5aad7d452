"""Derivative rules, one file per chapter of NumPy; importing this package registers them."""

from adcompile.rules import (
    creation,
    elementwise,
    joining,
    linalg,
    products,
    python,
    queries,
    reductions,
    repetition,
    selection,
    shaping,
    statistics,
    tensors,
)

__all__ = [
    "creation",
    "elementwise",
    "joining",
    "linalg",
    "products",
    "python",
    "queries",
    "reductions",
    "repetition",
    "selection",
    "shaping",
    "statistics",
    "tensors",
]
