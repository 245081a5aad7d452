"""Derivative rules, one file per chapter of NumPy; importing this package registers them."""

from adcompile.rules import (
    complex_numbers,
    creation,
    elementwise,
    fourier,
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
    "complex_numbers",
    "creation",
    "elementwise",
    "fourier",
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
