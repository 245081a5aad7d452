"""What Numba says that it cannot compile, as a refusal at the user's line.

Numba names the line of the emitted text and, in many words, the call, attribute or variable that
it has no type for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from adcompile.errors import ADError, Diagnostic, Origin, Refused

Refusal = Callable[[Exception], ADError]
HINT = "write it with what numba compiles (its documentation lists the functions), or backend='numpy'"
SAYINGS = (
    (r"Cannot unify (.+?) and (.+?) for '(\w+?)(?:\.\d+)*'", "'{2}' is {0} on one path and {1} on another"),
    (r"Unknown attribute '(\w+)' of type (.+)", "'.{0}' of {1} is not known to numba"),
    (r"Use of unsupported NumPy function '([\w.]+)'", "'{0}' is not known to numba"),
    (r"Untyped global name '(\w+)'", "'{0}' is not known to numba"),
    (r"No implementation of function Function\(<[\w -]+? '?([\w.]+)'?(?: at \w+)?>\)(?s:.*?)>>> \S+?\((.*?)\)\n",
     "'{0}' of ({1}) is not known to numba"),
    (r"No implementation of function (?:Bound)?Function\((.+?)\)", "{0} is not known to numba"),
    (r"Invalid use of (.+)", "{0} is not known to numba"),
)


def refusal_of(error: Exception, origins: Mapping[int, Origin]) -> Refused:
    """The refusal that an error of Numba's amounts to; `origins` are the user's places of emitted lines."""
    text = re.sub(r"\x1b\[[\d;]*m", "", str(error))
    lines = [int(line) for line in re.findall(r'File "<adcompile [^"]*>", line (\d+)', text)]
    origin = next((origins[line] for line in lines if line in origins), None)
    return Refused([Diagnostic("numba cannot compile this", origin, _why(text), HINT)])


def _why(text: str) -> str:
    for pattern, saying in SAYINGS:
        match = re.search(pattern, text)
        if match is not None:
            return saying.format(*match.groups())
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("Failed in nopython mode")]
    return lines[0].strip() if lines else "it gives no reason"
