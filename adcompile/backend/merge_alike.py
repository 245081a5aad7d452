"""Write one function for those of one user function that came out alike.

A function that is called with several types of arguments is compiled for each. Often the types make
no difference to what is written: then all calls are of one function, as they are in the user's program.

relies on: emit.  ensures: the functions that are left compute what those that are gone did.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from adcompile.backend.emit import Emitted

ITSELF = "<itself>"  # the name of a function while it is compared: `f` may call `f` as `f_2` calls `f_2`


def merge_alike(
    emitted: Sequence[Emitted], holders: Mapping[str, Any], entries: Collection[str]
) -> tuple[list[Emitted], dict[str, str]]:
    """The functions without those that are as another, and the name of that for each that is gone.
    Callers stand before what they call; `holders` gives each the user's function that it is for,
    whose globals it reads; what the program is entered by keeps its name."""
    shared = list(holders.values())
    several = {name for name, holder in holders.items() if shared.count(holder) > 1}
    if not several:
        return list(emitted), {}
    merged: dict[str, str] = {}
    found: dict[tuple[Any, Any, str], str] = {}
    kept: list[Emitted] = []
    for one in reversed(emitted):
        name = one.node.name
        rename(one.node, merged)
        if name in several and name not in entries:
            key = holders[name], tuple(one.comments), _compared(one.node)
            if found.setdefault(key, name) != name:
                merged[name] = found[key]
                continue
        kept.append(one)
    for one in kept:
        rename(one.node, merged)  # of functions that call each other one was written before the other was compared
    return kept[::-1], merged


def rename(node: ast.AST, names: Mapping[str, str]) -> None:
    """Give functions that are called in some code other names."""
    for inner in ast.walk(node) if names else ():
        if isinstance(inner, ast.Name):
            inner.id = names.get(inner.id, inner.id)


def _compared(node: ast.FunctionDef) -> str:
    """A function as text for a comparison, whatever its name is."""
    name = node.name
    node.name = ITSELF
    rename(node, {name: ITSELF})
    text = ast.dump(node)
    node.name = name
    rename(node, {ITSELF: name})
    return text
