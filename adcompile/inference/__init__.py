"""Transfer functions: what is known of a call's result from what is known of its arguments."""

from adcompile.inference import (
    creation,
    differences,
    elementwise,
    fourier,
    index_sets,
    indexing,
    interpolation,
    joining,
    linalg,
    products,
    python,
    random,
    reductions,
    seeds,
    selection,
    shaping,
    tangents,
)
from adcompile.inference.registry import infer_call

__all__ = [
    "creation",
    "differences",
    "elementwise",
    "fourier",
    "index_sets",
    "indexing",
    "infer_call",
    "interpolation",
    "joining",
    "linalg",
    "products",
    "python",
    "random",
    "reductions",
    "seeds",
    "selection",
    "shaping",
    "tangents",
]
