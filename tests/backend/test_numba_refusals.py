"""What `backend="numba"` refuses, with the message to the letter.

Each file of `goldens/numba` is a program `f` with its arguments, and after the line `# refused:` the
expected message as comments. `UPDATE_GOLDENS=1 pytest tests/backend/test_numba_refusals.py` writes
the messages anew. Each program has a gradient without Numba.
"""

from pathlib import Path

import numpy as np
import pytest
from golden_files import check_refusal, load

from adcompile import grad

pytest.importorskip("numba", reason="the extra [numba] is not installed")
FOLDER = Path(__file__).parents[1] / "goldens" / "numba"
PROGRAMS = sorted(FOLDER.glob("*.py"))


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_refused_program(path):
    module = load(path)
    assert np.all(np.isfinite(grad(module.f)(*module.ARGS)))
    check_refusal(path, lambda: grad(module.f, backend="numba")(*module.ARGS))
