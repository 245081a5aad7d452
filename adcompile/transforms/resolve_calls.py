"""Make calls plain, with what the types tell: the function that a parameter holds is called
by itself, `*tuple` and `**dict` are spread out, and an item of a named tuple is read by its place.

relies on: infer.  ensures: no `Star` over a tuple of known length, no `operator.call` of a
known function.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Mapping, Sequence
from copy import copy, deepcopy
from dataclasses import replace
from typing import Any

import numpy as np

from adcompile.analyses.effects import is_mutation
from adcompile.analyses.infer import Types, atom_type
from adcompile.analyses.methods import function_of_method
from adcompile.analyses.transformations import pullback_of
from adcompile.errors import Origin
from adcompile.frontend.transformations import is_transformation, is_transformed
from adcompile.inference.indexing import getitem
from adcompile.inference.registry import infer_call
from adcompile.ir.callables import ATTRIBUTES, IN_PLACE
from adcompile.ir.nodes import NONE, Atom, Attribute, Block, Call, Const, Function, Method, Star, Stmt, Var
from adcompile.ir.traverse import map_atoms, substitute
from adcompile.ir.types import INT, Array, Dict, List, Passive, Scalar, Static, Tuple, Type, kind_of, of_constant
from adcompile.runtime.structures import make_dict, make_list

GET, COPY = Method("get"), Method("copy")
ARRAY_ATTRIBUTES = frozenset((*ATTRIBUTES, "dtype", "flat", "nbytes", "itemsize", "strides", "base"))
EmittedBy = Callable[[Any, Sequence[Type], Mapping[str | None, Type], Origin | None], Any]
Arguments = list[Atom | Star]


def resolve_calls(function: Function, types: Types, emitted_by: EmittedBy) -> Function:
    """The function with plain calls; `types` receives the types of new values. `emitted_by`
    gives the function that stands for a transformation at arguments of some types."""
    resolving = _Resolving(types, emitted_by)
    body = resolving.block(function.body)
    return replace(function, body=substitute(body, resolving.renamed))


class _Resolving:
    """One walk. What a call needs before it is put into `made`."""

    def __init__(self, types: Types, emitted_by: EmittedBy) -> None:
        self.types = types
        self.emitted_by = emitted_by
        self.renamed: dict[Var, Atom] = {}
        self.made: list[Stmt] = []

    def block(self, block: Block) -> Block:
        outer, self.made = self.made, []
        for stmt in block.stmts:
            if isinstance(stmt, Call) and _is_to_resolve(stmt):
                self.plain(stmt)
            else:
                self.made.append(self.in_order(map_atoms(stmt, lambda a: a, self.block)))
        stmts, self.made = tuple(self.made), outer
        return Block(stmts, block.yields)

    def in_order(self, stmt: Stmt) -> Stmt:
        """A statement, kept where it stands if it reads what an object holds now, with the place of what is
        read by its name (`eigh(a).eigenvalues`), as the plain operator where `a op= b` makes another
        object, and `3 * items` as `items * 3`."""
        if not isinstance(stmt, Call):
            return stmt
        if isinstance(stmt.fn, Attribute):
            holder = atom_type(self.types, stmt.operands[0])
            if isinstance(holder, Tuple) and stmt.fn.name in holder.names:
                place = Const(holder.names.index(stmt.fn.name))
                return replace(stmt, fn=operator.getitem, args=(stmt.operands[0], place))
            of_object = isinstance(holder, Passive) or stmt.fn.name not in ARRAY_ATTRIBUTES
            return replace(stmt, kept=True) if of_object else stmt
        if is_mutation(stmt.fn) and _makes_another(stmt, self.types):
            return replace(stmt, fn=IN_PLACE[stmt.fn])
        if stmt.fn is operator.mul and _repeats(stmt, self.types):
            return replace(stmt, args=stmt.args[::-1])
        return stmt

    def plain(self, call: Call) -> None:
        """Put a call with plain arguments, of the function that is really called."""
        if is_transformation(call.fn) and isinstance(made := self.types.get(call.result), Static):
            self.renamed[call.result] = Const(made.value)
            return
        args, kwargs = self.spread(call)
        if self.as_joined(call, args) or (not kwargs and self.as_entries(call, args)):
            return
        fn, args = self.called(call.fn, args)
        if fn == GET and self.as_item(call, args):
            return
        if is_transformed(fn) and not any(isinstance(a, Star) for a in args):
            given = [atom_type(self.types, a) for a in args if not isinstance(a, Star)]
            named = {key: atom_type(self.types, a) for key, a in kwargs}
            fn = self.emitted_by(fn, given, named, call.origin) or fn
        self.made.append(replace(call, fn=fn, args=tuple(args), kwargs=tuple(kwargs)))

    def spread(self, call: Call) -> tuple[Arguments, list[tuple[str | None, Atom]]]:
        """A call's arguments, `*tuple` and `**dict` spread out."""
        args: Arguments = []
        for arg in call.args:
            packed = atom_type(self.types, arg.value) if isinstance(arg, Star) else None
            if isinstance(arg, Star) and isinstance(packed, Tuple):
                args += [self.item(arg.value, i, call) for i in range(len(packed.items))]
            else:
                args.append(arg)
        kwargs: list[tuple[str | None, Atom]] = []
        for key, atom in call.kwargs:
            named = atom_type(self.types, atom) if key is None else None
            if isinstance(named, Dict):
                kwargs += [(name, self.item(atom, name, call)) for name, _ in named.items]
            else:
                kwargs.append((key, atom))
        return args, kwargs

    def called(self, fn: Any, args: Arguments) -> tuple[Any, Arguments]:
        """The function that is called, and its arguments: what a name holds, or an object's method."""
        first = args[0] if args else None
        if fn in (copy, deepcopy) and isinstance(first, Var) and isinstance(self.types.get(first), Array):
            return np.copy, args
        if fn is operator.call and isinstance(first, Var):
            held = self.types.get(first)
            pulled = pullback_of(held) if held is not None else None
            if pulled is not None:
                fn = pulled
            elif isinstance(held, Static) and callable(held.value):
                fn, args = held.value, args[1:]
                first = args[0] if args else None
        if first is None or isinstance(first, Star) or not (isinstance(fn, Method) or fn is operator.call):
            return fn, args
        method = function_of_method(fn, atom_type(self.types, first))
        if method is None:
            return fn, args
        return method.function, [*method.constants, *args[0 if method.takes_receiver else 1 :]]

    def as_item(self, call: Call, args: Arguments) -> bool:
        """`d.get(key, default)` of a dict whose keys are known is an item, or the default."""
        if len(args) < 2:  # a method of another object
            return False
        mapping, wanted = args[0], args[1]
        held = self.types.get(mapping) if isinstance(mapping, Var) else None
        if not isinstance(held, Dict) or not isinstance(wanted, Const):
            return False
        if any(key == wanted.value for key, _ in held.items):
            self.made.append(replace(call, fn=operator.getitem, args=(mapping, wanted)))
        else:
            default = args[2] if len(args) > 2 else NONE
            assert not isinstance(default, Star)
            self.renamed[call.result] = default
        return True

    def as_joined(self, call: Call, args: Arguments) -> bool:
        """`[a, *b, c]` as `[a] + b + [c]`, where `b` is a list; so are `list(b)` and copies, `[*b]`."""
        shown = args if call.fn is make_list else []
        if call.fn in (list, copy, COPY) and len(args) == 1 and not isinstance(args[0], Star):
            shown = [Star(args[0])]
        stars = [a.value for a in shown if isinstance(a, Star)]
        if not stars or not all(isinstance(atom_type(self.types, a), List) for a in stars):
            return False
        if call.fn is list and self.may_be_range(stars[0]):
            return False
        parts: list[Atom] = []
        for is_star, group in itertools.groupby(shown, lambda a: isinstance(a, Star)):
            if is_star:
                parts += [self.a_list(a.value, call) for a in group if isinstance(a, Star)]
            else:
                parts.append(self.value(make_list, tuple(group), call))  # type: ignore[arg-type]
        if len(parts) == 1:
            parts.insert(0, self.value(make_list, (), call))  # a list of its own
        while len(parts) > 2:
            parts[:2] = [self.value(operator.add, tuple(parts[:2]), call)]
        self.made.append(replace(call, fn=operator.add, args=tuple(parts)))
        return True

    def may_be_range(self, atom: Atom) -> bool:
        """Whether what has the type of a list of ints may be a range, which nothing can be joined to."""
        held = atom_type(self.types, atom)
        return isinstance(held, List) and held.item == INT

    def a_list(self, atom: Atom, call: Call) -> Atom:
        return self.value(list, (atom,), call) if self.may_be_range(atom) else atom

    def as_entries(self, call: Call, args: Arguments) -> bool:
        """`dict(d)` and copies of a dict whose keys are known as `{key: d[key], ...}`."""
        if call.fn not in (dict, copy, COPY) or len(args) != 1 or isinstance(args[0], Star):
            return False
        held = atom_type(self.types, args[0])
        if not isinstance(held, Dict):
            return False
        entries = [part for key, _ in held.items for part in (Const(key), self.item(args[0], key, call))]
        self.made.append(replace(call, fn=make_dict, args=tuple(entries)))
        return True

    def item(self, holder: Atom, key: object, call: Call) -> Atom:
        value = Var("", call.origin)
        self.types[value] = getitem(atom_type(self.types, holder), of_constant(key))
        self.made.append(Call((value,), operator.getitem, (holder, Const(key)), origin=call.origin))
        return value

    def value(self, fn: Any, args: tuple[Atom, ...], call: Call) -> Var:
        value = Var("", call.origin)
        self.types[value] = infer_call(fn, [atom_type(self.types, a) for a in args], {})
        self.made.append(Call((value,), fn, args, origin=call.origin))
        return value


def _is_to_resolve(call: Call) -> bool:
    """Whether a call may be of another function, or of other arguments, than stand there."""
    return (
        any(call.fn is fn for fn in (operator.call, list, dict, copy, deepcopy))
        or is_transformed(call.fn)
        or is_transformation(call.fn)
        or isinstance(call.fn, Method)
        or any(isinstance(a, Star) for a in call.args)
        or any(key is None for key, _ in call.kwargs)
    )


def _makes_another(call: Call, types: Types) -> bool:
    """Whether `a op= b` certainly gives another object, and leaves `a` to its other names: of a
    tuple, and of a list but for `+=` of a sequence and `*=` of an int. (With an array both compute.)"""
    a, b = (atom_type(types, operand) for operand in call.operands)
    if isinstance(a, Tuple):
        return True
    if not isinstance(a, List):
        return False
    return isinstance(b, Array) or call.fn not in (operator.iadd, operator.imul)


def _repeats(call: Call, types: Types) -> bool:
    """Whether a product is of a whole number and a list or tuple."""
    number, items = (atom_type(types, operand) for operand in call.operands)
    is_whole = isinstance(number, Scalar) and kind_of(number.dtype) in ("int", "bool")
    return is_whole and isinstance(items, (List, Tuple))
