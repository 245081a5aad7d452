"""Seed rules: how each function reads when its operands have an axis of seeds."""

from adcompile.transforms.seed_rules import elementwise, indexing, products, reductions, shaping, through
from adcompile.transforms.seed_rules.registry import NotCarried, apply
from adcompile.transforms.seed_rules.through import store_through

__all__ = [
    "NotCarried",
    "apply",
    "elementwise",
    "indexing",
    "products",
    "reductions",
    "shaping",
    "store_through",
    "through",
]
