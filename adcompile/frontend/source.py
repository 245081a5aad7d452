"""Find the text of a function and parse it: files, REPL, notebooks, lambdas, methods.

relies on: `inspect` and `linecache`.  ensures: a gast tree with the user's line numbers.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import inspect
import linecache
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gast

from adcompile.errors import Origin, SourceError
from adcompile.frontend.jumps import parts_of_scope
from adcompile.frontend.plain_match import plain_match

# The file of what `eval` and `exec` make, and from Python 3.13 on of `python -c` as well: the lines that
# are known by this name may be those of another text.
ANYWHERE = "<string>"
ATTACHED = "__adcompile_source__"


@dataclass(frozen=True, slots=True)
class FunctionSource:
    """A parsed function: its gast node, its file and the file's lines (1-based through `line`)."""

    node: Any  # gast.FunctionDef or gast.Lambda
    file: str
    lines: tuple[str, ...]
    first_line: int

    def origin(self, node: Any) -> Origin | None:
        """The place of a gast node in the user's file."""
        line = getattr(node, "lineno", None)
        if line is None:
            return None
        row = line - 1
        text = self.lines[row] if 0 <= row < len(self.lines) else ""
        end = node.end_col_offset if getattr(node, "end_lineno", None) == line else None
        return Origin(
            self.file,
            line + self.first_line - 1,
            node.col_offset,
            end,
            text.rstrip("\n"),
        )


def return_origin(function: types.FunctionType) -> Origin | None:
    """The place of a function's last return; of a function without one, its definition."""
    source = function_source(function)
    if not isinstance(source.node, gast.FunctionDef):
        return source.origin(source.node.body)
    found = [p for s in source.node.body for p in parts_of_scope(s) if isinstance(p, gast.Return)]
    return source.origin(found[-1] if found else source.node)


def attach_source(function: types.FunctionType, source: FunctionSource) -> None:
    """Say what the source is of a function that was made of a part of another one's."""
    function.__dict__[ATTACHED] = source


def function_source(function: types.FunctionType) -> FunctionSource:
    """The parsed source of a Python function or lambda.

    Raises:
        SourceError: if the text cannot be found (built in C, made by `exec` without a file).
    """
    if not isinstance(function, types.FunctionType):
        raise SourceError(f"{function!r} is not a Python function, so it has no source to differentiate")
    if ATTACHED in function.__dict__:
        return function.__dict__[ATTACHED]  # type: ignore[no-any-return]
    if function.__name__ == "<lambda>":
        return _lambda_source(function)
    return _from_definition(function) or _by_inspect(function)


def _from_definition(function: types.FunctionType) -> FunctionSource | None:
    """The source of a function that stands in a file: its lines up to the first place where they
    are a definition. None where they are not found so, and `inspect` has to look.

    `inspect` resolves the path of every module, and makes tokens of the whole definition.
    """
    code = function.__code__
    if code.co_filename.startswith("<"):
        return None
    linecache.checkcache(code.co_filename)
    lines = linecache.getlines(code.co_filename, function.__globals__)[code.co_firstlineno - 1 :]
    if not lines or not lines[0].lstrip().startswith(("def ", "async ", "@")):
        return None
    for end in _possible_ends(lines):
        with contextlib.suppress(SyntaxError):
            return _definition(function, lines[:end], code.co_firstlineno)
    return None


def _possible_ends(lines: list[str]) -> Iterator[int]:
    """Where a definition that begins with the first line may end, in order: before a line below
    its `def` that is not indented more. It does not if that line is within brackets or a string:
    what it would be is no Python then."""
    indent = len(lines[0]) - len(lines[0].lstrip())
    begun = False
    for number, line in enumerate(lines):
        text = line.lstrip()
        if text and not text.startswith("#") and len(line) - len(text) <= indent:
            if begun:
                yield number
            begun = begun or text.startswith(("def ", "async "))
    yield len(lines)


def _by_inspect(function: types.FunctionType) -> FunctionSource:
    try:
        if function.__code__.co_filename == ANYWHERE:
            raise OSError("could not get source code")
        lines, first = inspect.getsourcelines(function.__code__)
        return _definition(function, lines, first)
    except (OSError, TypeError) as error:
        raise SourceError(
            f"the source of function '{function.__name__}' cannot be found ({error}); "
            "define it in a file, a notebook cell, or a REPL that keeps its input"
        ) from None
    except SyntaxError as error:
        raise SourceError(f"the source of function '{function.__name__}' cannot be parsed: {error}") from None


def _definition(function: types.FunctionType, lines: list[str], first: int) -> FunctionSource:
    indented = lines[0][:1].isspace()
    if indented:  # it stays as it is, under a line of ours: strings in it may have lines of their own
        lines, first = ["if True:\n", *lines], first - 1
    tree = _parse("".join(lines), within=int(indented))
    node = tree.body[0].body[0] if indented else tree.body[0]
    if isinstance(node, gast.AsyncFunctionDef):
        raise SourceError(f"'{function.__name__}' is an async function, which has no derivative")
    if not isinstance(node, gast.FunctionDef):
        raise SourceError(f"no function definition was found at the source of '{function.__name__}'")
    return FunctionSource(node, function.__code__.co_filename, tuple(lines), first)


def _lambda_source(function: types.FunctionType) -> FunctionSource:
    code = function.__code__
    lines = [] if code.co_filename == ANYWHERE else linecache.getlines(code.co_filename)
    if not lines:
        raise SourceError("the source of a lambda cannot be found; write it in a file, or as a def")
    try:
        tree = _parse("".join(lines))
    except SyntaxError as error:
        raise SourceError(f"the file of a lambda cannot be parsed: {error}") from None
    spots = [p for p in code.co_positions() if p[0] is not None and p[2] is not None and p[3] != 0]
    if not spots:  # Python 3.12 gives a constant no position
        return FunctionSource(_lambda_of_constant(tree, code), code.co_filename, tuple(lines), 1)
    first = min(((p[0], p[2]) for p in spots), default=(code.co_firstlineno, 0))
    last = max(((p[1], p[3]) for p in spots), default=first)
    found = [
        node
        for node in gast.walk(tree)
        if isinstance(node, gast.Lambda)
        and (node.body.lineno, node.body.col_offset) <= first
        and last <= (node.body.end_lineno, node.body.end_col_offset)
        and len(node.args.args) + len(node.args.posonlyargs) == code.co_argcount
    ]
    if not found:
        raise SourceError("the source of a lambda cannot be found in its file; has the file changed?")
    node = max(found, key=lambda n: (n.lineno, n.col_offset))  # the innermost that contains the code
    return FunctionSource(node, code.co_filename, tuple(lines), 1)


def _lambda_of_constant(tree: Any, code: types.CodeType) -> Any:
    """The lambda on a line that returns the constant that `code` does; of several it is no matter which."""

    def meaning(one: types.CodeType) -> Any:
        return one.co_code, [(type(c), c) for c in one.co_consts], one.co_varnames

    for node in gast.walk(tree):
        if isinstance(node, gast.Lambda) and node.lineno == code.co_firstlineno:
            whole = ast.fix_missing_locations(gast.gast_to_ast(gast.Expression(node)))
            inner = compile(whole, code.co_filename, "eval").co_consts[0]
            if isinstance(inner, types.CodeType) and meaning(inner) == meaning(code):
                return node
    raise SourceError("the source of a lambda cannot be found in its file; has the file changed?")


@functools.lru_cache(maxsize=64)
def _parse(text: str, within: int | None = None) -> Any:
    """The text as gast. Where it is one definition, `within` so many blocks, it comes without its
    decorators: they have done their work, and of a short rule they are half the text."""
    tree: Any = ast.parse(text)
    if within is not None:
        node = tree.body[0].body[0] if within else tree.body[0]
        node.decorator_list = []
    return plain_match(gast.ast_to_gast(tree), text)
