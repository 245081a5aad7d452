"""A context that may not swallow an error."""

from __future__ import annotations

from types import TracebackType
from typing import Any


class not_swallowing:  # noqa: N801 (it is entered like a context of the program's)
    """Another context, but that an error which it would swallow is raised: the rest of its block
    did not run, so the derivative of the block is not what was compiled."""

    def __init__(self, manager: Any) -> None:
        self.manager = manager

    def __enter__(self) -> Any:
        return self.manager.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.manager.__exit__(kind, error, trace) and error is not None:
            raise TypeError(
                "the context swallows an error in the middle of its block, where the derivative is not followed"
            ) from error
