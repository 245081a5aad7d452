"""Of a residual that is read for its shape alone, keep the shape.

Where another residual has the same shape, the shape is read off that one. Else the shape itself is
kept: a tuple of ints, for an array that may be large.

    a_bar = np.zeros_like(a)        shape = a.shape
                                    a_bar = np.zeros(shape)

relies on: choose_residuals.  ensures: no array is kept that is asked for its shape and dtype alone.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

import numpy as np

from adcompile.analyses.infer import Types
from adcompile.analyses.shape_reads import read_for_more_in
from adcompile.ir.callables import canonical
from adcompile.ir.dims import Symbol
from adcompile.ir.nodes import Atom, Block, Call, Const, Stmt, Var
from adcompile.ir.traverse import map_atoms, results_of, substitute, uses_in
from adcompile.ir.types import INT, UNKNOWN, Array, Tuple, Type, symbols_of
from adcompile.transforms.build import Builder


def share_shapes(
    kept: Sequence[Var], backward: Block, types: Types, sizes: set[Symbol], certain: Container[Var]
) -> tuple[list[Var], Block]:
    """What is kept, without what another kept value has the shape of; `sizes` are those that are
    the same throughout the function, and `certain` the values that there are on every path."""
    more = read_for_more_in(backward)
    left = list(kept)
    for var in kept:
        type_ = types.get(var, UNKNOWN)
        if var in more or not _is_known(type_) or not symbols_of(type_) <= sizes:
            continue
        other = next((v for v in left if v is not var and v in certain and types.get(v) == type_), None)
        if other is not None:
            left.remove(var)
            backward = substitute(backward, {var: other})
    return left, backward


def is_read_for_shape(var: Var, backward: Block, types: Types) -> bool:
    """Whether the shape is all that is read of an array."""
    return _is_known(types.get(var, UNKNOWN)) and var not in read_for_more_in(backward)


def asking_for_shape(forward: Sequence[Stmt], var: Var, types: Types) -> tuple[tuple[Stmt, ...], Var]:
    """The forward sweep with a statement that asks an array for its shape where it is made, and
    the shape."""
    type_ = types[var]
    assert isinstance(type_, Array)
    shape = Var("shape")
    types[shape] = Tuple((INT,) * len(type_.shape or ()))
    at = next((i for i, s in enumerate(forward, 1) if var in results_of(s)), 0)
    return (*forward[:at], Call((shape,), np.shape, (var,)), *forward[at:]), shape


def with_shape(var: Var, shape: Var, backward: Block, types: Types) -> Block:
    """A block that has the shape of an array in place of the array."""
    type_ = types[var]
    assert isinstance(type_, Array)
    dtype: tuple[Atom, ...] = () if type_.dtype == "float64" else (Const(np.dtype(type_.dtype)),)
    renamed: dict[Var, Atom] = {}

    def block(b: Block) -> Block:
        return Block(tuple(made for s in b.stmts for made in stmt(s)), b.yields)

    def stmt(s: Stmt) -> list[Stmt]:
        if isinstance(s, Call) and s.operands and s.operands[0] is var:
            if canonical(s.fn) is np.shape:
                renamed[s.result] = shape
                return []
            if s.fn is np.zeros_like and len(s.operands) == 1:
                return [Call(s.results, np.zeros, (shape, *dtype), origin=s.origin)]
        return [map_atoms(s, lambda a: a, block)]

    made = substitute(block(backward), renamed)
    if var not in uses_in(made):
        return made
    builder = Builder(types, "shapes")
    empty = builder.make(np.empty, (shape, *dtype), name=var.name)
    return Block((*builder.stmts, *substitute(made, {var: empty}).stmts), made.yields)


def _is_known(type_: Type) -> bool:
    return isinstance(type_, Array) and type_.shape is not None and type_.dtype != "?"
