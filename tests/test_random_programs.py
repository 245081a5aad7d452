"""Random programs: values to the bit, gradients, the emitted program differentiated again.

`ADCOMPILE_EXAMPLES` sets how many programs are tried: 2,000 in CI, 150 elsewhere if it is not set;
of those that store to anything half as many again.
`python -m adcompile.testing.programs --count 20000` runs a longer campaign.
"""

import collections
import os
import subprocess
import sys

import pytest

pytest.importorskip("hypothesis")

from hypothesis import HealthCheck, assume, given, settings

from adcompile.testing.programs import CRASHED, DISCARDED, REFUSED, RIGHT, WRONG, judge, programs
from adcompile.testing.programs.campaign import Campaign
from adcompile.testing.programs.writer import ANYTHING, NO_STORES, OWN

COUNT = int(os.environ.get("ADCOMPILE_EXAMPLES", "2000" if "CI" in os.environ else "150"))
JOBS = min(2, os.cpu_count() or 1) if COUNT >= 500 else 1  # new processes take a second to start

# Changes of what may be shared are refused where they cannot be followed, and powers of floats that are
# complex numbers; nothing else may be at the first order, unless a program stores to anything.
MAY_BE_REFUSED = ("in place", "a negative number to this power is a complex number")


def may_be_refused(verdict):
    return verdict.kind == REFUSED and any(words in verdict.reason for words in MAY_BE_REFUSED)


def expect_right(campaign, count, share):
    """Try programs: none may be wrong or crash, and at least a share of them has to be right."""
    found = collections.defaultdict(list)
    for number, verdict in campaign.verdicts(range(count), JOBS):
        allowed = verdict.kind == REFUSED and (campaign.stores == ANYTHING or campaign.order == 2)
        found["may be refused" if allowed or may_be_refused(verdict) else verdict.kind].append((number, verdict))
    failures = [f for kind in (WRONG, CRASHED, REFUSED) for f in found[kind]]
    assert not failures, f"{len(failures)} failures\n" + "\n".join(shown(campaign, *f) for f in failures[:3])
    assert len(found[RIGHT]) >= share * count, {kind: len(several) for kind, several in found.items()}


def shown(campaign, number, verdict):
    small = campaign.reduced(number, verdict, seconds=20.0)
    return f"{verdict.words} (program {number}): {verdict.detail}\nsmaller:\n{small}"


@pytest.mark.parametrize(("stores", "part"), [(OWN, 2 / 3), (NO_STORES, 1 / 3)])
def test_gradients(stores, part):
    expect_right(Campaign(1, stores), round(COUNT * part), share=0.9)


def test_gradients_with_stores_to_anything():
    expect_right(Campaign(1, ANYTHING), COUNT * 3 // 2, share=0.75)


def test_gradients_of_emitted_programs():
    expect_right(Campaign(1, NO_STORES, order=2), COUNT * 3 // 20, share=0.8)


@settings(
    max_examples=min(COUNT, 100),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
@given(program=programs())
def test_gradient(program):
    """The same by Hypothesis, which looks for small programs and for strange choices."""
    verdict = judge(program)
    assume(verdict.kind != DISCARDED)
    assume(not may_be_refused(verdict))
    assert verdict.kind == RIGHT, f"{verdict.kind}: {verdict.detail}\n\n{program}"


TEXTS = """
from random import Random
from adcompile.testing.programs import compiled_text, generate
from adcompile import Refused
for number in range(10):
    try:
        print(compiled_text(generate(Random(f"text {number}"))))
    except Refused as refused:
        print(refused.diagnostics[0].what)
"""


def test_hash_seed_does_not_change_the_text():
    texts = []
    for seed in ("0", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", TEXTS]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        texts.append(done.stdout)
    assert texts[0] == texts[1]
    assert texts[0].count("def f_value_and_grad(") >= 5
