"""What emitted code may call. Imports NumPy and nothing of ours outside this package."""

from adcompile.runtime.broadcasting import add, add_item, match_dtype, unbroadcast, zeros_like
from adcompile.runtime.markers import detach, no_grad
from adcompile.runtime.structures import unpack, unpack_star
from adcompile.runtime.updates import add_at, append, extend, increment, update, without_last, written_last

__all__ = [
    "add",
    "add_at",
    "add_item",
    "append",
    "detach",
    "extend",
    "increment",
    "match_dtype",
    "no_grad",
    "unbroadcast",
    "unpack",
    "unpack_star",
    "update",
    "without_last",
    "written_last",
    "zeros_like",
]
