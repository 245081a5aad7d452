"""Functions made from text, loaded so that their source can be found."""

from __future__ import annotations

import itertools
import linecache
from collections.abc import Callable
from typing import Any

import numpy as np

_LOADED = itertools.count(1)


def load_text(text: str, name: str, module: dict[str, Any] | None = None, /, **values: Any) -> Callable[..., Any]:
    """Execute a program's text so that its source can be found, and return one of its functions. Of
    several texts with one `module`, the functions share their globals."""
    file = f"<loaded program {next(_LOADED)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    namespace = {} if module is None else module
    namespace |= {"np": np, **values}
    exec(compile(text, file, "exec"), namespace)
    return namespace[name]  # type: ignore[no-any-return]


def along(function: Callable[..., Any], weights: Any, count: int) -> Callable[..., Any]:
    """`np.sum(function(...) * weights)`, of complex numbers the real part, as a function with source
    and `count` plain parameters."""
    names = ", ".join(f"a{i}" for i in range(count))
    total = f"np.sum(function({names}) * weights)"
    total = f"np.real({total})" if np.iscomplexobj(weights) else total
    text = f"def along({names}):\n    return {total}\n"
    return load_text(text, "along", function=function, weights=weights)


def contraction(left: str, right: str, value: Any) -> str:
    """The text of the scalar product of two objects that are built like a value; what is None in
    it has no part."""
    if isinstance(value, (list, tuple, dict)):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        terms = [contraction(f"{left}[{k!r}]", f"{right}[{k!r}]", item) for k, item in items if item is not None]
        return " + ".join(terms)
    return f"np.sum({left} * {right})"
