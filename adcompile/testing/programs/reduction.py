"""Smaller programs that still show what a large one shows."""

from __future__ import annotations

import ast
import builtins
import contextlib
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from adcompile.testing.programs.program import Program


def reduce_program(program: Program, same: Callable[[Program], bool], seconds: float = 60.0) -> Program:
    """A smaller program for which `same` still holds: parameters, statements and operands are left out.

    After `seconds` of computing the smallest one so far is returned.
    """
    end = time.process_time() + seconds
    before = None
    while program is not before:
        before, place = program, 0
        while place < _places(program):
            if time.process_time() > end:
                return program
            smaller = next((p for p in _smaller(program, place) if _holds(same, p)), None)
            program, place = (smaller, place) if smaller else (program, place + 1)
    return program


def _holds(same: Callable[[Program], bool], program: Program) -> bool:
    try:
        return _names_are_bound(program.text) and same(program)
    except Exception:
        return False  # not a program any more


def _names_are_bound(text: str) -> bool:
    """Whether every name that is read is bound somewhere, on a path that is taken or not."""
    nodes = list(ast.walk(ast.parse(text)))
    bound = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)} | {"np"}
    bound |= {n.arg for n in nodes if isinstance(n, ast.arg)}
    bound |= {n.name for n in nodes if isinstance(n, ast.FunctionDef)}
    read = {n.id for n in nodes if isinstance(n, ast.Name)}
    return all(name in bound or hasattr(builtins, name) for name in read)


def _places(program: Program) -> int:
    """How many places there are in which a program may become smaller."""
    return len(program.args) + sum(1 for _ in ast.walk(ast.parse(program.text)))


def _smaller(program: Program, place: int) -> Iterator[Program]:
    """Programs with one parameter, statement or operand less in one place."""
    if place < len(program.args):
        yield from _without_parameter(program, place)
        return
    for way in range(4):
        tree = ast.parse(program.text)
        node = next(itertools.islice(ast.walk(tree), place - len(program.args), None), None)
        if node is not None and _shrink(tree, node, way):
            with contextlib.suppress(Exception):
                text = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
                if len(text) < len(program.text):
                    yield replace(program, text=text)


def _without_parameter(program: Program, place: int) -> Iterator[Program]:
    """The program whose function `f` does not take one of its arguments."""
    tree = ast.parse(program.text)
    functions = [s for s in tree.body if isinstance(s, ast.FunctionDef) and s.name == "f"]
    if functions and len(program.args) > 1:
        del functions[0].args.args[place]
        yield Program(ast.unparse(tree) + "\n", program.args[:place] + program.args[place + 1 :])


def _shrink(tree: ast.AST, node: ast.AST, way: int) -> bool:
    """Leave out a statement, replace it by its body, or an expression by one of its parts."""
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if isinstance(value, list) and any(v is node for v in value) and isinstance(node, ast.stmt):
                at = next(i for i, v in enumerate(value) if v is node)
                inner: list[list[ast.stmt] | None]
                inner = [[], getattr(node, "body", None), getattr(node, "orelse", None)]
                if way > 2 or inner[way] is None or (way and not inner[way]):
                    return False
                counts = isinstance(node, ast.AugAssign) and isinstance(node.value, ast.Constant) and way == 0
                if counts or (not inner[way] and len(value) == 1 and field != "orelse"):
                    return False
                value[at : at + 1] = inner[way] or []
                return True
            if value is node and isinstance(node, ast.expr) and not isinstance(node, (ast.Name, ast.Constant)):
                parts = [c for c in ast.iter_child_nodes(node) if isinstance(c, ast.expr)]
                if isinstance(node, (ast.Call, ast.Attribute)):
                    parts = [c for c in parts if c is not getattr(node, "func", None) and not _is_numpy(c)]
                parts += [ast.Constant(1.0)] if way >= len(parts) else []
                if way >= len(parts) or field == "func":
                    return False
                setattr(parent, field, parts[way])
                return True
    return False


def _is_numpy(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "np"
