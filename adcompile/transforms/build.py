"""Build IR with everything known made use of: types, folding, and one value for one computation.

A `Builder` makes and folds calls, and fits cotangents and tangents to what they are of: to its
shape, its dtype and its kind, by the types where they tell, and when the program runs where not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adcompile.analyses.infer import Types
from adcompile.inference.arguments import numpy_dtype
from adcompile.inference.elementwise import shape_of
from adcompile.ir.dims import is_one
from adcompile.ir.nodes import Atom, Attribute, Const, Method, Var
from adcompile.ir.types import Array, Scalar, Type, Unknown, is_complex, is_real, kind_of
from adcompile.rules.axes import known_rank, known_square
from adcompile.runtime.broadcasting import match_dtype, unbroadcast
from adcompile.transforms.fold_calls import CallFolder
from adcompile.transforms.make_calls import Kwargs

DOUBLE = {"float": "float64", "complex": "complex128"}


class Builder(CallFolder):
    """What the passes build statements with."""

    def __init__(self, types: Types, sites: str = "b") -> None:
        super().__init__(types, sites)
        self.real = False  # whether every number whose kind is not known is real

    def fold(self, fn: Any, args: Sequence[Atom], kwargs: Kwargs) -> Atom | None:
        """The value of a call that can be told now, or that is another value; else None."""
        if fn is np.iscomplexobj:
            return self._fold_kind(args[0])
        if fn is known_rank:
            shape = shape_of(self.type_of(args[0]))
            return Const(None if shape is None else len(shape))
        if fn is known_square:
            shape = shape_of(self.type_of(args[0]))
            return Const(shape is not None and len(shape) > 1 and shape[-1] == shape[-2])
        if fn is unbroadcast:
            return self._fold_unbroadcast(args[0], args[1])
        return super().fold(fn, args, kwargs)

    def _fold_kind(self, value: Atom) -> Atom | None:
        """Whether a value is complex; None where only run time can tell."""
        type_ = self.type_of(value)
        if is_complex(type_) or is_real(type_):
            return Const(is_complex(type_))
        return Const(False) if self.real else None

    def _fold_unbroadcast(self, g: Atom, x: Atom) -> Atom | None:
        """Undo broadcasting by what the types say; None where only run time can tell."""
        have, want = shape_of(self.type_of(g)), shape_of(self.type_of(x))
        if have is None or want is None:
            return None
        if have == want:
            return self.match_dtype(g, x)
        if not want:
            return self.match_dtype(self.call(Method("sum"), g), x)
        extra = len(have) - len(want)
        if extra <= 0 and all(n == size or is_one(n) for n, size in zip(have, want[-extra:], strict=True)):
            return self.match_dtype(self.call(np.broadcast_to, g, self.call(np.shape, x)), x)
        if extra < 0:
            return None
        stretched = []
        for axis, size in enumerate(want, extra):
            if have[axis] == size or (is_one(size) is False and is_one(have[axis]) is not True):
                continue
            if is_one(size) is not True:
                return None
            stretched.append(axis)
        if stretched:
            axes = Const(tuple(stretched)) if len(stretched) > 1 else Const(stretched[0])
            g = self.call(Method("sum"), g, kwargs=(("axis", axes), ("keepdims", Const(True))))
        if extra:
            axes = Const(tuple(range(extra))) if extra > 1 else Const(0)
            g = self.call(Method("sum"), g, kwargs=(("axis", axes),))
        return self.match_dtype(g, x)

    def match_dtype(self, g: Atom, x: Atom) -> Atom:
        """The cotangent `g` in the dtype of `x`, where both are known to be arrays of floats or of
        complex numbers; of a real number, the real part."""
        g = self.match_kind(g, x)
        have, want = self.type_of(g), self.type_of(x)
        if isinstance(have, Array) and isinstance(want, Array) and have.dtype != want.dtype:
            if kind_of(have.dtype) == kind_of(want.dtype) and kind_of(have.dtype) in ("float", "complex"):
                return self.make(np.ndarray.astype, (g, Const(np.dtype(want.dtype))))
        return g

    def match_kind(self, g: Atom, x: Atom) -> Atom:
        """The cotangent `g` of `x`, or a tangent, as what that is of: of a real number real, of an
        array of complex numbers complex. Where the types do not tell, run time does."""
        have, want = self.type_of(g), self.type_of(x)
        if is_complex(have) and is_real(want):
            return self.real_part(g)
        if is_real(have) and is_complex(want):
            return self.complex_number(g, have, want)
        if is_real(have) and is_real(want):
            return g
        if self.real or (is_complex(have) and is_complex(want)) or not isinstance(want, (Scalar, Array, Unknown)):
            return g
        number = self.spread_number(g)
        wide = DOUBLE.get(kind_of(number.dtype)) if number is not None else None
        if isinstance(g, Var) and wide is not None and wide == getattr(want, "dtype", ""):
            self.types[g] = want  # a number beside those of double precision is one, or Python's
            return g
        before = self.definition(g, match_dtype) or self.definition(g, unbroadcast)
        if before is not None and before.operands[1] is x:
            return g
        made = self.make(match_dtype, (g, x))
        if isinstance(made, Var) and (is_real(want) or is_complex(want)) and shape_of(want):
            self.types[made] = want  # what `g` is of has the shape of `x`
        return made

    def spread_number(self, g: Atom) -> Scalar | None:
        """The type of the number that is spread over an array; None of all else."""
        spread = self.definition(g, np.broadcast_to)
        source = self.type_of(spread.operands[0]) if spread is not None else None
        return source if isinstance(source, Scalar) else None

    def complex_number(self, g: Atom, have: Type, want: Type) -> Atom:
        """Real numbers as complex ones. What is of an array without axes may be a number itself."""
        if isinstance(have, Array) and have.shape != ():
            return self.make(np.ndarray.astype, (g, Const(np.dtype(numpy_dtype(want)))))
        return Const(complex(g.value)) if isinstance(g, Const) else self.make(complex, (g,))

    def real_part(self, g: Atom) -> Atom:
        """The real part of what is complex; of what is spread over an array, spread."""
        spread = self.definition(g, np.broadcast_to)
        if isinstance(g, Const):
            return Const(g.value.real)
        if spread is not None and is_complex(self.type_of(spread.operands[0])):
            return self.call(np.broadcast_to, self.real_part(spread.operands[0]), spread.operands[1])
        return self.make(Attribute("real"), (g,))
