"""Make emitted text callable: tracebacks and pdb show its lines, captures are read live.

The functions of a program share one text. Each is compiled as an inner function of a
wrapper whose parameters are the names that the program binds (NumPy, helpers, the other
functions); its globals are those of the user's function, so that a captured global is read
at every call, and a closure variable is the user's own cell.
"""

from __future__ import annotations

import ast
import itertools
import linecache
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

_COUNTER = itertools.count(1)
_WRAPPER = "__adcompile__"


def load(
    text: str,
    holders: Mapping[str, Any],
    values: Mapping[str, Any],
    label: str,
    decorator: Callable[[types.FunctionType], Any] = lambda function: function,
) -> dict[str, Any]:
    """The functions that `text` defines. `holders` gives for each name the user's function
    whose globals and closure it reads, `values` what other names are bound to; `decorator` is
    applied to each function, whatever decorates it in the text."""
    filename = f"<adcompile {label} {next(_COUNTER)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    tree = ast.parse(text, filename)
    definitions = [s for s in tree.body if isinstance(s, ast.FunctionDef)]
    names = [d.name for d in definitions]
    free = sorted({cell for h in holders.values() for cell in h.__code__.co_freevars} - set(values) - set(names))
    wrapper = ast.parse(f"def {_WRAPPER}({', '.join(sorted((*values, *names, *free)))}): pass").body[0]
    assert isinstance(wrapper, ast.FunctionDef)
    for definition in definitions:
        definition.decorator_list = []
    wrapper.body = list(definitions)
    # Parameters and definitions of the same name are one cell, so the functions see each other.
    code = compile(ast.Module([wrapper], []), filename, "exec")
    inner = {c.co_name: c for c in _code_of(code, _WRAPPER).co_consts if isinstance(c, types.CodeType)}
    cells = {name: types.CellType(value) for name, value in values.items()}
    cells |= {name: types.CellType() for name in names}
    made = {}
    for definition in definitions:
        made[definition.name] = decorator(_instantiate(inner[definition.name], definition, holders, cells))
        cells[definition.name].cell_contents = made[definition.name]
    return made


def _code_of(code: types.CodeType, name: str) -> types.CodeType:
    return next(c for c in code.co_consts if isinstance(c, types.CodeType) and c.co_name == name)


def _instantiate(
    code: types.CodeType, definition: ast.FunctionDef, holders: Mapping[str, Any], cells: Mapping[str, Any]
) -> types.FunctionType:
    holder = holders[definition.name]
    own = dict(zip(holder.__code__.co_freevars, holder.__closure__ or (), strict=True))
    closure = tuple(cells[n] if n in cells else own[n] for n in code.co_freevars)
    code = code.replace(co_qualname=definition.name)
    function = types.FunctionType(code, holder.__globals__, definition.name, None, closure)
    function.__defaults__, function.__kwdefaults__ = _defaults(definition.args, holder.__globals__, cells)
    function.__module__ = holder.__module__
    return function


def _defaults(
    args: ast.arguments, namespace: Mapping[str, Any], cells: Mapping[str, Any]
) -> tuple[tuple[Any, ...] | None, dict[str, Any] | None]:
    names = {n: c.cell_contents for n, c in cells.items() if _is_filled(c)}

    def value(node: ast.expr) -> Any:
        return eval(compile(ast.Expression(node), "<default>", "eval"), dict(names))

    positional: Sequence[Any] = [value(d) for d in args.defaults]
    keyword = {a.arg: value(d) for a, d in zip(args.kwonlyargs, args.kw_defaults, strict=True) if d is not None}
    return tuple(positional) or None, keyword or None


def _is_filled(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True
