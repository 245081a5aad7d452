"""A compiled program as a module that imports NumPy and nothing of adcompile.

The runtime helpers and rules that the program calls are written into it, and so are the
captured values that are plain constants: numbers, strings, small arrays, and tuples of them. What
else it takes from outside is imported from where it is, and the module's docstring says which
is which. The same program gives the same text.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import sys
import textwrap
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from adcompile.errors import UsageError
from adcompile.frontend.scope import OutsideScope
from adcompile.ir.callables import public_module
from adcompile.ir.types import UNKNOWN
from adcompile.literal import NoLiteral, is_mutable, literal, size
from adcompile.pipeline import Program

OURS = "adcompile"
LARGEST = 1000  # what holds more numbers is imported where that can be done
WIDTH = 100


def saved_module(program: Program) -> str:
    """The text of a module that defines the program's functions.

    Raises:
        UsageError: if the program uses an object that can neither be written into a module nor
            imported by one.
    """
    module = _Module()
    for name, value in program.values.items():
        module.bind(name, value)
    for holder, name in program.captures:
        if (holder, name) not in program.passed:
            module.capture(holder, name)
    functions = program.text[_end_of_imports(program.text) :]
    return module.text(_heading(program), functions)


def _end_of_imports(text: str) -> int:
    """Where the first function of a program begins, its decorators included."""
    first = next(s for s in ast.parse(text).body if isinstance(s, ast.FunctionDef))
    line = min([first.lineno, *(decorator.lineno for decorator in first.decorator_list)])
    return len("".join(text.splitlines(keepends=True)[: line - 1]))


@dataclass(frozen=True, slots=True, order=True)
class _Import:
    """`import module as name`, or `from module import own as name`."""

    name: str
    module: str
    own: str = ""

    @property
    def is_library(self) -> bool:
        """Whether it is of Python or NumPy, and so is there anyway."""
        return self.module.split(".")[0] in {"numpy", *sys.stdlib_module_names} - {"__main__"}


@dataclass(slots=True)
class _Module:
    """What a saved module binds, by name: each name has one meaning."""

    imports: dict[str, _Import] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    helpers: dict[str, str] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)
    _meaning: dict[str, Any] = field(default_factory=dict)

    def takes(self, name: str, value: Any) -> bool:
        """Whether a name is new to the module.

        Raises:
            UsageError: if it has another meaning already.
        """
        if name not in self._meaning:
            self._meaning[name] = value
            return True
        if self._meaning[name] is not value:
            raise UsageError(
                f"the program uses two different objects with the name {name!r}, so it cannot be saved as one "
                "module; rename one of them"
            )
        return False

    # ---------------------------------------------------------------------- what a program uses

    def bind(self, name: str, value: Any) -> None:
        """Make a name that the program uses stand for what it stands for now."""
        if (getattr(value, "__module__", None) or "").split(".")[0] == OURS:
            self.helper(name, value)
        elif self.takes(name, value) and not self.constant(name, value):
            self.imports[name] = _import_of(name, value)

    def helper(self, name: str, value: Any) -> None:
        """Write a function of ours into the module, and what it calls of ours before it."""
        if not self.takes(name, value):
            return
        plain = inspect.unwrap(value)
        text = textwrap.dedent(inspect.getsource(plain))
        definition = ast.parse(text).body[0]
        assert isinstance(definition, (ast.FunctionDef, ast.ClassDef))
        if definition.name != name:  # it may call itself by its own name
            self.helper(definition.name, value)
            self.helpers[name] = f"{name} = {definition.name}\n"
            return
        lines = text.splitlines()
        if plain is value:
            lines = lines[definition.lineno - 1 :]
            definition.decorator_list = []
        for used in sorted({n.id for n in ast.walk(definition) if isinstance(n, ast.Name)}):
            other = getattr(plain, "__globals__", {}).get(used)
            if used in vars(builtins) and other is None:
                self.takes(used, vars(builtins)[used])
            elif other is not None and other is not value:
                self.bind(used, other)
        self.helpers[name] = "\n".join(lines) + "\n"

    def capture(self, holder: Any, name: str) -> None:
        """Take a captured value over: written in, or imported from the module that holds it."""
        value = OutsideScope(holder).value(name)
        if name in self.constants and _literal(value) == self.constants[name]:
            return  # an equal value of another module
        is_global = name not in holder.__code__.co_freevars
        can_import = is_global and holder.__module__ not in (None, "__main__")
        if not self.takes(name, value):
            return
        if not is_mutable(value) and size(value) <= LARGEST and self.constant(name, value):
            self.written.append(name)
        elif can_import:
            self.imports[name] = _Import(name, holder.__module__, name)
        elif self.constant(name, value):
            self.written.append(name)
        else:
            raise UsageError(
                f"the captured {name!r} is a {type(value).__name__}, which cannot be written into a module; "
                "pass it as an argument, or make it a global of a module"
            )

    def constant(self, name: str, value: Any) -> bool:
        """Write a value into the module, if it has a literal."""
        text = _literal(value)
        if text is None:
            return False
        for used in {n.id for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name)}:
            if used == "np":
                self.bind("np", np)
            else:
                self.takes(used, vars(builtins)[used])
        self.constants[name] = text
        return True

    # ------------------------------------------------------------------------------------- text

    def text(self, heading: str, functions: str) -> str:
        """The module."""
        notes = []
        if self.written:
            notes.append(_listed("Written in, with the values that they had when it was saved:", sorted(self.written)))
        taken = [i for i in self.imports.values() if not i.is_library]
        if taken:
            names = [f"{i.name} (from {i.module})" if i.own else i.name for i in sorted(taken, key=lambda i: i.name)]
            notes.append(_listed("Imported from other modules, with the values that they have by then:", names))
        parts = [heading, *notes]
        said = "\n\n".join(parts).replace("\\", r"\\").replace('"""', r"\"\"\"")
        docstring = f'"""{said}\n"""'
        future = ["from __future__ import annotations"] * bool(self.helpers)
        imports = [_import_lines([i for i in self.imports.values() if i.is_library is own]) for own in (True, False)]
        constants = [f"{name} = {text}" for name, text in self.constants.items()]
        top = [docstring, "\n".join(future), *imports, "\n".join(constants)]
        blocks = ["\n\n".join(filter(None, top)), *self.helpers.values(), functions]
        return "\n\n\n".join(block.strip("\n") for block in blocks) + "\n"


def _literal(value: Any) -> str | None:
    try:
        return literal(value)
    except NoLiteral:
        return None


def _listed(lead: str, items: list[str]) -> str:
    return textwrap.fill(f"{lead} {', '.join(items)}.", WIDTH, break_long_words=False, break_on_hyphens=False)


def _heading(program: Program) -> str:
    """What the module is: of which function, by what, for which arguments."""
    pushed = program.decisions.pushed
    decided = pushed or next(d for d in program.decisions.functions if program.entry in d.emitted)
    primal = decided.primal
    module = primal.holder.__module__
    source = primal.name + (f" of {module}" if module not in (None, "__main__") else "")
    by = ", ".join(v.name for v in decided.wrt)
    kind = "The gradient" if not program.second else "The value and the pullback"
    if pushed is not None:
        kind = "The tangent" if "_tangent" in program.entry else "The value and the tangent"
    if "_value_and_grad" in program.entry:
        kind = "The value and the gradient"
    lines = [f"{kind} of {source} by {by}, written by adcompile.", ""]
    if all(decided.types.get(p.var, UNKNOWN) is UNKNOWN for p in primal.params):
        lines.append("For arguments of any type:")
    else:
        lines.append("For arguments of these types:")
    lines += [f"    {p.var.name}: {str(decided.types.get(p.var, UNKNOWN)).lstrip('=')}" for p in primal.params]
    return "\n".join(lines)


def _import_lines(imports: list[_Import]) -> str:
    """The lines of some imports, in order; names from one module are one line."""
    whole = sorted(i for i in imports if not i.own)
    lines = [f"import {i.module}" + f" as {i.name}" * (i.module != i.name) for i in whole]
    parts: dict[str, list[str]] = {}
    for one in sorted((i for i in imports if i.own), key=lambda i: (i.module, i.own)):
        parts.setdefault(one.module, []).append(one.own + f" as {one.name}" * (one.own != one.name))
    lines += [f"from {module} import {', '.join(names)}" for module, names in parts.items()]
    return "\n".join(lines)


def _import_of(name: str, value: Any) -> _Import:
    if inspect.ismodule(value):
        return _Import(name, value.__name__)
    own = getattr(value, "__name__", None)
    module = None if own is None else public_module(value, own)
    code = getattr(value, "__code__", None)
    if code is not None and code.co_filename.startswith("<adcompile "):
        raise UsageError(f"the program calls {name!r}, a derivative that was made elsewhere, so it cannot be saved")
    if module is None or own is None or module == "__main__" or "<" in getattr(value, "__qualname__", own):
        raise UsageError(f"the program uses {name!r}, which cannot be imported from a module, so it cannot be saved")
    return _Import(name, module, own)
