"""What `backend="numba"` refuses, with the message to the letter.

Each file of `goldens/numba` is a program `f` with its arguments, and after the line `# refused:` the
expected message as comments. `UPDATE_GOLDENS=1 pytest tests/backend/test_numba_refusals.py` writes
the messages anew. Each program has a gradient without Numba.
"""

import importlib.util
import os
from pathlib import Path

import numpy as np
import pytest

from adcompile import Refused, grad

pytest.importorskip("numba", reason="the extra [numba] is not installed")
FOLDER = Path(__file__).parents[1] / "goldens" / "numba"
PROGRAMS = sorted(FOLDER.glob("*.py"))
MARK = "\n# refused:\n"


def load(path):
    spec = importlib.util.spec_from_file_location(f"golden_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_refused_program(path):
    module = load(path)
    assert np.all(np.isfinite(grad(module.f)(*module.ARGS)))
    with pytest.raises(Refused) as caught:
        grad(module.f, backend="numba")(*module.ARGS)
    message = str(caught.value).replace(str(path), path.name)
    program, _, expected = path.read_text().partition(MARK)
    as_comments = "".join(f"# {line}".rstrip() + "\n" for line in message.splitlines())
    if os.environ.get("UPDATE_GOLDENS"):
        path.write_text(program + MARK + as_comments)
    else:
        assert as_comments == expected
