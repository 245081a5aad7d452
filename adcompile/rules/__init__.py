"""Derivative rules, one file per chapter of NumPy; importing this package registers them."""

from adcompile.rules import elementwise, products, reductions

__all__ = ["elementwise", "products", "reductions"]
