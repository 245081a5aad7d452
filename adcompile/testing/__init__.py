"""Checks of derivatives, for adcompile's own tests and for its users'."""

from adcompile.testing.gradients import GradientMismatch, check_grads, numerical_gradient

__all__ = ["GradientMismatch", "check_grads", "numerical_gradient"]
