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
    """A smaller program for which `same` still holds: statements and operands are left out.

    After `seconds` the smallest one so far is returned.
    """
    improved, end = True, time.perf_counter() + seconds
    while improved:
        improved = False
        for text in _smaller(program.text):
            if time.perf_counter() > end:
                return program
            candidate = replace(program, text=text)
            try:
                if len(text) < len(program.text) and _names_are_bound(text) and same(candidate):
                    program, improved = candidate, True
                    break
            except Exception:
                continue  # not a program any more
    return program


def _names_are_bound(text: str) -> bool:
    """Whether every name that is read is bound somewhere, on a path that is taken or not."""
    nodes = list(ast.walk(ast.parse(text)))
    bound = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)} | {"np"}
    bound |= {n.arg for n in nodes if isinstance(n, ast.arg)}
    bound |= {n.name for n in nodes if isinstance(n, ast.FunctionDef)}
    read = {n.id for n in nodes if isinstance(n, ast.Name)}
    return all(name in bound or hasattr(builtins, name) for name in read)


def _smaller(text: str) -> Iterator[str]:
    """Texts with one statement or operand less."""
    count = sum(1 for _ in ast.walk(ast.parse(text)))
    for number in range(count):
        for way in range(4):
            tree = ast.parse(text)
            node = next(itertools.islice(ast.walk(tree), number, None))
            if _shrink(tree, node, way):
                with contextlib.suppress(Exception):
                    yield ast.unparse(ast.fix_missing_locations(tree)) + "\n"


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
