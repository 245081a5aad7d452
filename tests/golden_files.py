"""Programs in files, and behind a mark in each what adcompile writes or says for it.

`UPDATE_GOLDENS=1 pytest ...` writes that anew: read the difference as a reviewer reads code.
"""

import importlib.util
import os

import pytest

from adcompile import Refused

EMITTED = "\n# emitted:\n"
REFUSED = "\n# refused:\n"


def load(path):
    """The module that a golden's file is."""
    spec = importlib.util.spec_from_file_location(f"golden_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def check_text(path, mark, text):
    """Hold what stands behind the mark to a text, or write that there."""
    before, _, expected = path.read_text(encoding="utf-8").partition(mark)
    if os.environ.get("UPDATE_GOLDENS"):
        path.write_text(f"{before.rstrip()}\n\n{mark}{text}", encoding="utf-8")
    else:
        assert text == expected


def check_refusal(path, call):
    """Hold the message with which a call is refused to the comments in the golden's file."""
    with pytest.raises(Refused) as caught:
        call()
    lines = str(caught.value).replace(str(path), path.name).splitlines()
    check_text(path, REFUSED, "".join(f"# {line}".rstrip() + "\n" for line in lines))
