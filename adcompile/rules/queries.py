"""Functions that ask about arrays, or make arrays of given shapes: no derivative flows through them."""

from __future__ import annotations

import numpy as np

from adcompile.rules.registry import zero

zero(np.zeros, np.ones, np.empty, np.zeros_like, np.ones_like, np.empty_like, np.eye, np.identity, np.tri)
zero(np.shape, np.ndim, np.size, np.result_type, np.can_cast, np.broadcast_shapes)
zero(np.any, np.all, np.array_equal, np.array_equiv, np.allclose, np.shares_memory, np.may_share_memory)
zero(np.argmax, np.argmin, np.nanargmax, np.nanargmin, np.argsort, np.argpartition, np.lexsort)
zero(np.count_nonzero, np.nonzero, np.flatnonzero, np.argwhere, np.searchsorted, np.digitize, np.isin)
zero(np.indices, np.diag_indices, np.diag_indices_from, np.unravel_index, np.ravel_multi_index)
zero(np.tril_indices, np.tril_indices_from, np.triu_indices, np.triu_indices_from)
zero(np.linalg.matrix_rank)
