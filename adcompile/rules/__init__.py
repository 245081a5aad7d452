"""Derivative rules, one file per chapter of NumPy; importing this package registers them."""

from adcompile.rules import creation, elementwise, linalg, products, python, reductions, shaping

__all__ = ["creation", "elementwise", "linalg", "products", "python", "reductions", "shaping"]
