"""What emitted code checks at run time, where the types did not tell."""

from __future__ import annotations

from typing import Any

import numpy as np


def require_view(view: Any, base: Any) -> None:
    """Raise ValueError if `view` is a copy of `base`: a store into one would not be seen in the other."""
    if np.size(view) and not np.may_share_memory(view, base):
        raise ValueError(
            "reshape or ravel makes a copy here, as the array's memory is not in order; "
            "the program was compiled for a view. Pass a C-contiguous array (np.ascontiguousarray), or copy first."
        )


def require_scalar(value: Any) -> None:
    """Raise TypeError unless `value` is one real number."""
    number = isinstance(value, (int, float, np.number)) or hasattr(value, "__array_function__")
    if number and np.ndim(value) == 0 and not np.iscomplexobj(value):
        return
    kind = f"an array of shape {np.shape(value)}" if isinstance(value, np.ndarray) else f"a {type(value).__name__}"
    raise TypeError(
        f"the function returns {kind}; grad needs one real number. "
        "Sum it, or use vjp (cotangents of any shape) or jacobian."
    )
