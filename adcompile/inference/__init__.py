"""Transfer functions: what is known of a call's result from what is known of its arguments."""

from adcompile.inference import arrays, elementwise, indexing, python
from adcompile.inference.registry import infer_call

__all__ = ["arrays", "elementwise", "indexing", "infer_call", "python"]
