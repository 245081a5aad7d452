"""Break long lines of emitted text as one would by hand: between arguments and operands, inside
brackets, and at the outermost ones that do.

relies on: the pieces that astor writes, in which each bracket, comma and operator is one.
ensures: the same program.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

WIDTH = 100
OPENING, CLOSING = ("(", "[", "{"), (")", "]", "}", "):")
LOOSEST_FIRST = (
    ("if", "else"),
    ("and", "or"),
    ("in", "not in", "is", "is not", "<", "<=", ">", ">=", "==", "!="),
    ("|", "&", "^", "<<", ">>"),
    ("+", "-"),
    ("*", "/", "//", "%", "@"),
)
OPERATORS = {f" {op} ": rank for rank, ops in enumerate(LOOSEST_FIRST, 1) for op in ops}
CLOSEST = len(LOOSEST_FIRST) + 1
ASSIGNMENTS = frozenset([" = ", *(f" {op}= " for op in ("+", "-", "*", "/", "//", "%", "@", "**", "|", "&", "^"))])


def broken(pieces: Sequence[str]) -> str:
    """The text that pieces make, its long lines broken."""
    made: list[str] = []
    line: list[str] = []
    for piece in pieces:
        if piece.startswith("\n"):
            made += [*_line(line), piece]
            line = []
        else:
            line.append(piece)
    return "".join([*made, *_line(line)])


def _line(pieces: list[str]) -> list[str]:
    if sum(map(len, pieces)) <= WIDTH or any("\n" in piece for piece in pieces):
        return pieces
    indent = len(pieces[0]) - len(pieces[0].lstrip())
    further = indent + (8 if pieces[-1].endswith(":") else 4)
    whole = pieces if _is_mostly_within_brackets(pieces) else _in_brackets(pieces)
    ends = _ends(whole, WIDTH - further)
    if not ends:
        return pieces
    lines = ["".join(whole[a:b]) for a, b in zip([0, *ends], [*ends, len(whole)], strict=True)]
    return [lines[0].rstrip(), *("\n" + " " * further + line.strip() for line in lines[1:])]


def _is_mostly_within_brackets(pieces: Sequence[str]) -> bool:
    """Whether one pair of brackets holds most of a line."""
    longest = length = depth = 0
    for piece in pieces:
        depth -= piece in CLOSING
        length = length + len(piece) if depth else 0
        longest = max(longest, length)
        depth += piece in OPENING
    return longest > 0.7 * sum(map(len, pieces))


def _in_brackets(pieces: list[str]) -> list[str]:
    """A statement with brackets around its value or condition."""
    begins = [i for i, piece in enumerate(pieces) if piece in ASSIGNMENTS or piece.strip() == "return"]
    if begins:
        begin, end = begins[-1] + 1, len(pieces)
    elif pieces[-1] == ":":
        begin = next((i for i, p in enumerate(pieces) if p.strip() in ("if", "elif", "while")), -1) + 1
        end = len(pieces) - 1
    else:
        return pieces
    if begin and pieces[begin].isspace():
        begin += 1
    value = pieces[begin:end]
    if not begin or not any(depth == 1 for _, depth, _ in _places(["(", *value])):
        return pieces
    return [*pieces[:begin], "(", *value, ")", *pieces[end:]]


def _places(pieces: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Where a line may be broken within brackets: behind a comma, before an operator, at worst behind
    the bracket. Each place with the number of brackets around it, and how closely it binds there."""
    depth = 0
    for i, piece in enumerate(pieces):
        depth += (piece in OPENING) - (piece in CLOSING)
        if depth and piece.rstrip() == "," and i + 1 < len(pieces):
            yield i + 1, depth, 0
        elif depth and piece in OPERATORS:
            yield i, depth, OPERATORS[piece]
        elif i and piece in OPENING:
            yield i + 1, depth, CLOSEST


def _ends(pieces: Sequence[str], width: int) -> list[int]:
    """The places at which a line is broken: from left to right the last one that fits, of those
    that bind most loosely, unless that leaves the line nearly empty."""
    places = list(_places(pieces))
    ends: list[int] = []
    start = 0
    while sum(map(len, pieces[start:])) > width:
        fitting = []
        for i, depth, rank in places:
            length = sum(map(len, pieces[start:i]))
            if i > start and length <= width:
                fitting.append((length < width / 3, depth, rank, -i))
        later = [i for i, _, _ in places if i > start]
        if not later:
            break
        start = -min(fitting)[-1] if fitting else later[0]
        ends.append(start)
    return ends
