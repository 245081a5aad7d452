"""Checks of derivatives, for adcompile's own tests and for its users'."""

from adcompile.testing.gradients import check_grads, numerical_gradient

__all__ = ["check_grads", "numerical_gradient"]
