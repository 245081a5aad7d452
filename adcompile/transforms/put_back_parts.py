"""Say what a change of `a[i]` itself does to `a`: `a[i][j] = v` changes `a` where `a[i]` is a part of it.

The front end does not know what `a` and `i` are. A list or dict holds the changed object, and an array
has the changed elements, if `a[i]` is a view. A mask or an array of indices copies elements, and a slice
of a list makes a new list: `a` stays as it was. Where neither is certain, the program looks when it runs.

relies on: infer.  ensures: no `put_back` is left.
"""

from __future__ import annotations

from dataclasses import replace

from adcompile.analyses.infer import Types, atom_type
from adcompile.inference.indexing import is_basic_index
from adcompile.ir.nodes import Atom, Block, Call, Function, Stmt, Var
from adcompile.ir.traverse import map_atoms, substitute
from adcompile.ir.types import Array, Dict, List, Scalar, Slice, Static, Tuple, Type, of_constant
from adcompile.runtime import checks, updates


def put_back_parts(function: Function, types: Types) -> Function:
    """The function with stores in place of `put_back`; `types` receives the types of checks."""
    stays: dict[Var, Atom] = {}
    inner: set[Atom] = set()  # objects in which an object has changed

    def block(b: Block) -> Block:
        return Block(tuple(new for s in b.stmts for new in stmt(s)), b.yields)

    def stmt(s: Stmt) -> tuple[Stmt, ...]:
        if not (isinstance(s, Call) and s.fn is updates.put_back):
            return (map_atoms(s, lambda a: a, block),)
        holder, index, changed = s.operands
        part = is_part(atom_type(types, holder), atom_type(types, index), changed in inner)
        if part is False:
            stays[s.result] = stays.get(holder, holder)  # type: ignore[arg-type]
            return ()
        inner.add(s.result)
        update = replace(s, fn=updates.update)
        if part:
            return (update,)
        nothing = Var()
        types[nothing] = of_constant(None)
        return Call((nothing,), checks.require_part, (holder, index), origin=s.origin), update

    made = block(function.body)
    return replace(function, body=substitute(made, stays)) if stays or inner else function


def is_part(holder: Type, index: Type, deep: bool) -> bool | None:
    """Whether a change of `holder[index]` itself is one of the holder; None where that is not known.
    `deep` says that it is an object in that which has changed."""
    if isinstance(holder, (Dict, Tuple)):
        return True
    if isinstance(holder, List):
        named = isinstance(index, Scalar)
        sliced = isinstance(index, Slice) or (isinstance(index, Static) and isinstance(index.value, slice))
        return True if named or (sliced and deep) else False if sliced else None
    is_key = isinstance(index, Static) and isinstance(index.value, str)
    basic = is_basic_index(index)
    if isinstance(holder, Array):
        return basic
    return True if is_key or isinstance(index, Scalar) else False if basic is False else None


__all__ = ["put_back_parts"]
