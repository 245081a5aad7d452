"""Loop and stencil kernels by which the field measures itself, in plain NumPy.

Each is written here from its mathematical definition, as an engineer would write it: in place
where the classical kernel works in place. `KERNELS` is the table of them all.
"""

from . import factorisations, flows, networks, particles, products, signals, statistics, stencils, weather
from .table import KERNELS, SIZES, Kernel

__all__ = [
    "KERNELS",
    "SIZES",
    "Kernel",
    "factorisations",
    "flows",
    "networks",
    "particles",
    "products",
    "signals",
    "statistics",
    "stencils",
    "weather",
]
