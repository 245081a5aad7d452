"""Make calls plain, with what the types tell: the function that a parameter holds is called
by itself, `*tuple` and `**dict` are spread out.

relies on: infer.  ensures: no `Star` over a tuple of known length, no `operator.call` of a
known function.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

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
from adcompile.ir.types import Array, Dict, List, Passive, Static, Tuple, Type, of_constant
from adcompile.runtime.structures import make_list

GET = Method("get")
ARRAY_ATTRIBUTES = frozenset((*ATTRIBUTES, "dtype", "flat", "nbytes", "itemsize", "strides", "base"))
EmittedBy = Callable[[Any, Sequence[Type], Mapping[str | None, Type], Origin | None], Any]


def resolve_calls(function: Function, types: Types, emitted_by: EmittedBy) -> Function:
    """The function with plain calls; `types` receives the types of new values. `emitted_by`
    gives the function that stands for a transformation at arguments of some types."""

    renamed: dict[Var, Atom] = {}

    def item(made: list[Stmt], holder: Atom, key: object, call: Call) -> Atom:
        value = Var("", call.origin)
        types[value] = getitem(atom_type(types, holder), of_constant(key))
        made.append(Call((value,), operator.getitem, (holder, Const(key)), origin=call.origin))
        return value

    def lists_of(args: Sequence[Atom | Star], call: Call, made: list[Stmt]) -> list[Stmt] | None:
        """`[a, *b, c]` as `[a] + b + [c]`, where `b` is a list; None for other displays."""
        stars = [types.get(a.value) for a in args if isinstance(a, Star) and isinstance(a.value, Var)]
        if not stars or not all(isinstance(t, List) for t in stars):
            return None
        parts: list[Atom] = []
        for is_star, group in itertools.groupby(args, lambda a: isinstance(a, Star)):
            if is_star:
                parts += [a.value for a in group if isinstance(a, Star)]
            else:
                parts.append(value_of(make_list, tuple(group), call, made))  # type: ignore[arg-type]
        if len(parts) == 1:
            parts.insert(0, value_of(make_list, (), call, made))  # a list of its own
        while len(parts) > 2:
            parts[:2] = [value_of(operator.add, tuple(parts[:2]), call, made)]
        return [replace(call, fn=operator.add, args=tuple(parts))]

    def value_of(fn: Any, args: tuple[Atom, ...], call: Call, made: list[Stmt]) -> Var:
        value = Var("", call.origin)
        types[value] = infer_call(fn, [atom_type(types, a) for a in args], {})
        made.append(Call((value,), fn, args, origin=call.origin))
        return value

    def plain(call: Call) -> list[Stmt]:
        made: list[Stmt] = []
        args: list[Atom | Star] = []
        for arg in call.args:
            packed = atom_type(types, arg.value) if isinstance(arg, Star) else None
            if isinstance(arg, Star) and isinstance(packed, Tuple):
                args += [item(made, arg.value, i, call) for i in range(len(packed.items))]
            else:
                args.append(arg)
        kwargs: list[tuple[str | None, Atom]] = []
        for key, atom in call.kwargs:
            spread = atom_type(types, atom) if key is None else None
            if isinstance(spread, Dict):
                kwargs += [(name, item(made, atom, name, call)) for name, _ in spread.items]
            else:
                kwargs.append((key, atom))
        fn = call.fn
        shown = args if fn is make_list else []
        if fn is list and len(args) == 1 and not isinstance(args[0], Star):
            shown = [Star(args[0])]  # `list(a)` is `[*a]`
        if shown and (parts := lists_of(shown, call, made)) is not None:
            return [*made, *parts]
        if is_transformation(fn) and isinstance(made_by := types.get(call.result), Static):
            renamed[call.result] = Const(made_by.value)
            return made
        if fn is operator.call and isinstance(args[0], Var):
            called = types.get(args[0])
            pulled = pullback_of(called) if called is not None else None
            if pulled is not None:
                fn = pulled
            elif isinstance(called, Static) and callable(called.value):
                fn, args = called.value, args[1:]
        receiver = args[0] if args and (isinstance(fn, Method) or fn is operator.call) else None
        method = None
        if receiver is not None and not isinstance(receiver, Star):
            method = function_of_method(fn, atom_type(types, receiver))
        if method is not None:
            fn, args = method.function, [*method.constants, *args[0 if method.takes_receiver else 1 :]]
        if fn == GET and isinstance(args[0], Var) and isinstance(mapping := types.get(args[0]), Dict):
            # `d.get(key, default)` of a dict whose keys are known is an item, or the default.
            wanted = args[1]
            if isinstance(wanted, Const):
                if any(k == wanted.value for k, _ in mapping.items):
                    return [*made, replace(call, fn=operator.getitem, args=(args[0], wanted))]
                default = args[2] if len(args) > 2 else NONE
                assert not isinstance(default, Star)
                renamed[call.result] = default
                return made
        if is_transformed(fn) and not any(isinstance(a, Star) for a in args):
            given = [atom_type(types, a) for a in args if not isinstance(a, Star)]
            fn = emitted_by(fn, given, {key: atom_type(types, a) for key, a in kwargs}, call.origin) or fn
        made.append(replace(call, fn=fn, args=tuple(args), kwargs=tuple(kwargs)))
        return made

    def in_order(stmt: Stmt) -> Stmt:
        """`a op= b` of what does not change itself is `a = a op b`. The attribute of an object is read
        where the program reads it: something may change it."""
        if isinstance(stmt, Call) and isinstance(stmt.fn, Attribute):
            of_object = isinstance(atom_type(types, stmt.operands[0]), Passive) or stmt.fn.name not in ARRAY_ATTRIBUTES
            return replace(stmt, kept=True) if of_object else stmt
        if isinstance(stmt, Call) and is_mutation(stmt.fn) and _makes_another(stmt, types):
            return replace(stmt, fn=IN_PLACE[stmt.fn])
        return stmt

    def block(b: Block) -> Block:
        stmts: list[Stmt] = []
        for stmt in b.stmts:
            needs = isinstance(stmt, Call) and (
                stmt.fn is operator.call
                or stmt.fn is list
                or is_transformed(stmt.fn)
                or is_transformation(stmt.fn)
                or isinstance(stmt.fn, Method)
                or any(isinstance(a, Star) for a in stmt.args)
                or any(k is None for k, _ in stmt.kwargs)
            )
            if needs and isinstance(stmt, Call):
                stmts += plain(stmt)
            else:
                stmts.append(in_order(map_atoms(stmt, lambda a: a, block)))
        return Block(tuple(stmts), b.yields)

    return replace(function, body=substitute(block(function.body), renamed))


def _makes_another(call: Call, types: Types) -> bool:
    """Whether `a op= b` certainly gives another object, and leaves `a` to its other names: of a
    tuple, and of a list but for `+=` of a sequence and `*=` of an int. (With an array both compute.)"""
    a, b = (atom_type(types, operand) for operand in call.operands)
    if isinstance(a, Tuple):
        return True
    if not isinstance(a, List):
        return False
    return isinstance(b, Array) or call.fn not in (operator.iadd, operator.imul)
