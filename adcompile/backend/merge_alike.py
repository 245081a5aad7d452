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

Outline = tuple[Any, tuple[str, ...]]  # a function without the names of functions in it, and these


def merge_alike(
    emitted: Sequence[Emitted], holders: Mapping[str, Any], entries: Collection[str]
) -> tuple[list[Emitted], dict[str, str]]:
    """The functions without those that are as another, and the name of that for each that is gone.
    `holders` gives each the user's function that it is for, whose globals it reads; what the program
    is entered by keeps its name."""
    shared = list(holders.values())
    several = {name for name, holder in holders.items() if shared.count(holder) > 1 and name not in entries}
    outlines = {
        one.node.name: outline(one, holders[one.node.name], several) for one in emitted if one.node.name in several
    }
    numbers, first = classes(outlines), {}
    for name in sorted(numbers, key=lambda n: (len(n), n), reverse=True):
        first[numbers[name]] = name
    merged = {name: first[number] for name, number in numbers.items() if first[number] != name}
    kept = [one for one in emitted if one.node.name not in merged]
    for one in kept if merged else ():
        for inner in ast.walk(one.node):
            if isinstance(inner, ast.Name):
                inner.id = merged.get(inner.id, inner.id)
    return kept, merged


def outline(one: Emitted, holder: Any, several: Collection[str]) -> Outline:
    """What two functions have to have in common, but for the functions that they call; and these."""
    node, name = one.node, one.node.name
    called = [inner for inner in ast.walk(node) if isinstance(inner, ast.Name) and inner.id in several]
    names = tuple(inner.id for inner in called)
    node.name = ""
    for inner in called:
        inner.id = ""
    text = ast.dump(node)
    node.name = name
    for inner, before in zip(called, names, strict=True):
        inner.id = before
    return (holder, tuple(one.comments), text), names


def classes(outlines: Mapping[str, Outline]) -> dict[str, int]:
    """A number for each function, the same for those that are alike and call what is alike: all are
    taken to be until something tells them apart."""
    numbers = dict.fromkeys(outlines, 0)
    count = 0
    while count != len(set(numbers.values())):
        count = len(set(numbers.values()))
        seen: dict[Any, int] = {}
        numbers = {
            name: seen.setdefault((text, tuple(numbers[n] for n in called)), len(seen))
            for name, (text, called) in outlines.items()
        }
    return numbers
