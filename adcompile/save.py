"""A compiled program as a module that imports NumPy and nothing of adcompile.

The runtime helpers and rules that the program calls are written into it. Captured values
are imported from the module that holds them, or written in where they are plain numbers.
"""

from __future__ import annotations

import ast
import inspect
import math
import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np

from adcompile.errors import UsageError
from adcompile.frontend.scope import OutsideScope
from adcompile.pipeline import Program

OURS = "adcompile"


def saved_module(program: Program) -> str:
    """The text of a module that defines the program's functions.

    Raises:
        UsageError: if the program uses an object that cannot be written into a module.
    """
    helpers: dict[str, str] = {}
    imports: set[str] = set()
    for name, value in program.values.items():
        if (getattr(value, "__module__", None) or "").split(".")[0] == OURS:
            _add_helper(name, value, helpers, imports)
        else:
            imports.add(_import_line(name, value))
    captures, notes = _captured(program)
    header = [f'"""{program.entry}, written by adcompile."""', ""]
    if notes:
        header[0] = f'"""{program.entry}, written by adcompile.\n\n' + "\n".join(notes) + '\n"""'
    if helpers:
        imports.add("import numpy as np")
        imports.add("from typing import Any")
    lines = sorted((i for i in imports | captures[0]), key=lambda line: (line.startswith("from"), line))
    body = [*header, "from __future__ import annotations", "", *lines, "", *captures[1]]
    functions = program.text.split("def ", 1)
    text = "def " + functions[1]
    parts = ["\n".join(body).rstrip() + "\n", *helpers.values(), text]
    return "\n\n".join(p.strip("\n") + "\n" for p in parts)


def _import_line(name: str, value: Any) -> str:
    if value is np:
        return f"import numpy as {name}"
    if value is math:
        return "import math" if name == "math" else f"import math as {name}"
    if inspect.ismodule(value):
        return f"import {value.__name__} as {name}"
    module, own = getattr(value, "__module__", None), getattr(value, "__name__", None)
    if module is None or own is None or module == "__main__" or "<" in own:
        raise UsageError(f"the program uses {name!r}, which cannot be imported from a module, so it cannot be saved")
    return f"from {module} import {own}" + ("" if own == name else f" as {name}")


def _add_helper(name: str, value: Any, helpers: dict[str, str], imports: set[str]) -> None:
    """Write a function of ours into the module, and what it calls of ours before it."""
    if name in helpers:
        return
    text = textwrap.dedent(inspect.getsource(value))
    tree = ast.parse(text)
    definition = tree.body[0]
    assert isinstance(definition, (ast.FunctionDef, ast.ClassDef))
    lines = text.splitlines()[definition.lineno - 1 :]
    if isinstance(definition, ast.FunctionDef):
        names = {n.id for s in definition.body for n in ast.walk(s) if isinstance(n, ast.Name)}
        for used in sorted(names):
            other = value.__globals__.get(used)
            module = (getattr(other, "__module__", None) or "").split(".")[0]
            if other is value or other is None:
                continue
            if module == OURS:
                _add_helper(used, other, helpers, imports)
            elif inspect.ismodule(other) and other is not np:
                imports.add(_import_line(used, other))
        if definition.name != name:
            lines[0] = lines[0].replace(f"def {definition.name}(", f"def {name}(", 1)
    helpers[name] = "\n".join(lines) + "\n"


def _captured(program: Program) -> tuple[tuple[set[str], list[str]], list[str]]:
    """The imports, the assignments and the notes for a program's captured values."""
    imports: set[str] = set()
    assignments: list[str] = []
    notes: list[str] = []
    for holder, name in program.captures:
        scope = OutsideScope(holder)
        value = scope.value(name)
        module = holder.__module__
        is_global = name not in holder.__code__.co_freevars
        if is_global and module not in (None, "__main__"):
            imports.add(f"from {module} import {name}")
            notes.append(f"'{name}' is imported from '{module}': its value when this module is imported.")
        else:
            assignments.append(f"{name} = {_literal(name, value)}")
            notes.append(f"'{name}' is written in: its value when this module was saved.")
    return (imports, assignments), notes


def _literal(name: str, value: Any) -> str:
    if isinstance(value, (bool, int, str)) or value is None:
        return repr(value)
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else f"float({str(value)!r})"
    if isinstance(value, np.generic):
        return f"np.{value.dtype.name}({_literal(name, value.item())})"
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        items = ", ".join(_literal(name, v) for v in value.ravel().tolist())
        return f"np.array([{items}], dtype={value.dtype.name!r}).reshape({value.shape})"
    if isinstance(value, (list, tuple)):
        inner = ", ".join(_literal(name, v) for v in value)
        return f"[{inner}]" if isinstance(value, list) else f"({inner},)"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{k!r}: {_literal(name, v)}" for k, v in value.items()) + "}"
    raise UsageError(f"the captured {name!r} is a {type(value).__name__}, which cannot be written into a module")
