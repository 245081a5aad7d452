"""The words and marks of the IR's text, line by line."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from adcompile.errors import SourceError
from adcompile.ir.vocabulary import INDENT

T = TypeVar("T")
TOKEN = re.compile(
    r"""\s*(?:
      (?P<comment>\#.*)
    | (?P<var>%\w+(?:\.\d+)?)
    | (?P<string>b?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))
    | (?P<number>-?(?:\d+(?:\.\d*)?(?:e[+-]?\d+)?|inf\b|nan\b))
    | (?P<syntax>[.@&][^\W\d]\w*)
    | (?P<name>(?:[^\W\d]\w*|<[\w.]+>)(?:\.[^\W\d]\w*)*)
    | (?P<mark>->|\*\*|[-=,:()\[\]*?])
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word or mark of the text; `kind` is the name of its group in `TOKEN`."""

    kind: str
    text: str


class Line:
    """One line of the text: its depth, and the tokens that are still to be read."""

    def __init__(self, text: str, number: int) -> None:
        self.depth = (len(text) - len(text.lstrip())) // len(INDENT)
        self.number = number
        self.tokens: list[Token] = []
        position, text = 0, text.rstrip()
        while position < len(text):
            match = TOKEN.match(text, position)
            if match is None:
                raise self.error(f"cannot read {text[position:]!r}")
            assert match.lastgroup is not None
            if match.lastgroup != "comment":
                self.tokens.append(Token(match.lastgroup, match[match.lastgroup]))
            position = match.end()
        self.tokens.reverse()

    def error(self, what: str) -> SourceError:
        """What to raise where the line is not as it should be."""
        return SourceError(f"line {self.number} of the IR: {what}")

    def peek(self) -> str:
        """The text of the next token; none at the end."""
        return self.tokens[-1].text if self.tokens else ""

    def accept(self, text: str) -> bool:
        """Read a given token, if it is next."""
        if self.peek() != text or self.tokens[-1].kind == "string":
            return False
        self.tokens.pop()
        return True

    def expect(self, *texts: str) -> None:
        """Read given tokens."""
        for text in texts:
            if not self.accept(text):
                raise self.error(f"{text!r} is expected before {self.peek()!r}")

    def take(self, *kinds: str) -> Token:
        """Read a token of one of some kinds."""
        if not self.tokens or self.tokens[-1].kind not in kinds:
            raise self.error(f"a {' or '.join(kinds)} is expected before {self.peek()!r}")
        return self.tokens.pop()

    def many(self, read: Callable[[], T]) -> list[T]:
        """Read things with commas between them, at least one."""
        found = [read()]
        while self.accept(","):
            found.append(read())
        return found

    def enclosed(self, read: Callable[[], T], close: str) -> list[T]:
        """Read things with commas between them, up to a bracket."""
        found: list[T] = []
        while not self.accept(close):
            found.append(read())
            if not self.accept(","):
                self.expect(close)
                break
        return found
