"""Types of what sweeps that carry many seeds call."""

from __future__ import annotations

from adcompile.inference.registry import transfer
from adcompile.ir.dims import symbol
from adcompile.ir.types import UNKNOWN, Array, Scalar, Type
from adcompile.runtime import seeds


@transfer(seeds.unbroadcast_seeds, seeds.spread_seeds)
def for_each(g: Type, x: Type) -> Type:
    if not isinstance(g, Array) or not g.shape or not isinstance(x, (Array, Scalar)):
        return UNKNOWN
    shape = () if isinstance(x, Scalar) else x.shape
    dtype = g.dtype if isinstance(x, Scalar) and x.dtype == "float" else x.dtype
    return Array(dtype, None if shape is None else (g.shape[0], *shape))


@transfer(seeds.for_each_seed, seeds.array_of_items, seeds.align_seeds, seeds.of_one_seed)
@transfer(seeds.seed_by_seed, seeds.elementwise_seeds, seeds.add_seeds)
def known_to_the_pass(*types: Type) -> Type:
    return UNKNOWN  # the pass that writes the call says what it is


@transfer(seeds.count_seeds)
def count_seeds(x: Type) -> Type:
    return Scalar("int", symbol("seeds"))
