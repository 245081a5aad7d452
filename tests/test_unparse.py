"""The text of emitted functions on every Python, also for syntax that astor does not know."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from adcompile.backend.emit import Emitted
from adcompile.backend.unparse import to_text

ROOT = Path(__file__).parents[1]


def printed(source):
    (node,) = ast.parse(source).body
    return to_text(Emitted(node, []))


@pytest.mark.parametrize(
    "body",
    [
        "return f'{x:.3f} and {y!r:>{width}}'",
        "return f'{x}' 'plain' f\"{y['a']}\"",
        "return f'{{braces}} {x}'",
        "return f'one\\n{x}\\ttwo'",
        "return f'''it's \"{x}\"'''",
        "return g(f'{x}', *[f'{y}' for y in z], key=f'{w}')",
        "return f'{x:{y}.{z}f}'",
        "return '%s' % f'{x}' + 'a' * 3",
        "match x:\n        case [1, *rest] if rest:\n            y = 1\n        case {'a': z}:\n            y = f'{z}'",
        "try:\n        y = 1\n    except* ValueError as e:\n        y = f'{e}'\n    z = 2",
        "if x:\n        match y:\n            case _:\n                pass\n    return x",
        "return (x := 1) + x",
        "return b'bytes', ..., None, True, 1.5, 2j, 10 ** -5, 1e300, -1",
        "x[1:2, ..., None] = y = a if b else c",
        "raise ValueError(f'bad {x}') from None",
    ],
)
def test_what_is_printed_reads_back_as_it_was(body):
    source = f"def f(x, y, *z, w=1):\n    {body}\n"
    assert ast.dump(ast.parse(printed(source))) == ast.dump(ast.parse(source))


def test_what_stands_beside_is_printed_the_same():
    plain = printed("def f(x):\n    y = g(x) ** 2\n    return y\n")
    kept = printed("def f(x):\n    y = g(x) ** 2\n    print(f'{y}')\n    return y\n")
    assert kept == plain.replace("    return", "    print(f'{y}')\n    return")


# Python 3.14 has no `ast.Num`, `ast.Str` and the like any more: astor and gast are run without them.
WITHOUT = """
import ast, sys
for name in ("Num", "Str", "Bytes", "NameConstant", "Ellipsis"):
    vars(ast).pop(name, None)
vars(ast).pop("__getattr__", None)
for name in ("n", "s"):
    if name in vars(ast.Constant):
        delattr(ast.Constant, name)
assert not hasattr(ast, "Str") and not hasattr(ast.Constant("a"), "s")
import pytest
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", *sys.argv[1:]]))
"""


def test_without_the_nodes_that_python_3_14_removed():
    """The golden texts are the same without the old nodes."""
    tests = ["tests/test_goldens.py::test_text", "tests/test_unparse.py", "-k", "not removed"]
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, *tests], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "passed" in done.stdout or "100%" in done.stdout
