"""Sparse Jacobians: where their entries are, which of them one seed can give, and how they come back."""

from adcompile.sparsity.jacobian import SparseJacobian

__all__ = ["SparseJacobian"]
