"""Random programs with sparse Jacobians, each at several points with one sparse Jacobian.

`ADCOMPILE_EXAMPLES` sets how many are tried: one for forty of the other random programs.
"""

from __future__ import annotations

import os
from random import Random

import numpy as np
import pytest

from adcompile import Refused, jacobian
from adcompile.testing.loading import load_text

COUNT = int(os.environ.get("ADCOMPILE_EXAMPLES", "2000" if "CI" in os.environ else "500")) // 40
N = 9

# Each line computes `{r}`, of as many numbers as the others, or changes it in place.
MADE = [
    "{r} = {a} * {b} + {c}",
    "{r} = np.sin({a}) - {b}",
    "{r} = {a}[::-1] * {s}",
    "{r} = np.roll({a}, {i}) * {b}",
    "{r} = {a}[order] + {b}",
    "{r} = np.where({a} > {b}, {a}, {c} * 2)",
    "{r} = np.where(flags, {a}, {b} ** 2)",
    "{r} = np.maximum({a}, {b})",
    "{r} = np.concatenate([{a}[{i}:], {b}[:{i}] * {c}[:{i}]])",
    "{r} = np.concatenate([{a}[1:], [1.0]]) if {i} < k else np.flip({a})",
    "{r} = {a} / (2 + np.cos({b}[{i}]))",
    "{r} = np.cumsum({a} * flags)",
    "{r} = np.pad(np.diff({a}), (0, 1)) + {b}",
    "{r} = np.repeat({a}[::3], 3) * 0.5",
    "{r} = ({a}.reshape(3, 3).T * {b}.reshape(3, 3)).ravel()",
    "{r} = np.tile({a}.reshape(3, 3).sum(axis=1), 3)",
    "{r} = np.outer({a}[:3], {b}[3:6]).ravel()",
    "{r} = mean_of({a}, {i}) + {b}",
    "{r} = np.array([{a}[j] * {b}[order[j]] for j in range(len({a}))])",
    "{r} = {a} * np.round({b}) + np.zeros(9)",
]
CHANGED = [
    "{v}[{i}] = {a}[{j}] * {b}[{i}]",
    "{v}[{i}:] += {a}[{i}:]",
    "{v}[1:] -= {v}[:-1] * 0.5",
    "{v}[order[:4]] = {a}[:4]",
    "{v}[{v} > {s}] = 0.0",
    "{v}[flags] *= {a}[flags]",
    "{v}.reshape(3, 3)[{i} % 3] += {a}[:3]",
    "{v} *= {a}",
    "np.add.at({v}, order[:5], {a}[1:6])",
    "for j in range(1, k):\n        {v}[j] += {v}[j - 1] * {a}[-j]",
    "for j in range(2):\n        {v}, w = {a} * {v}, {v}\n        {v}[j] = w[{i}]",
    "if {a}[0] > {s}:\n        {v}[{i}] = {b}[{j}]\n    else:\n        {v}[{j}] = 1.0",
    "while {v}[{i}] > 1.0 and k > 0:\n        k -= 1\n        {v} = {v} * 0.5\n        {v}[{j}] += {a}[{i}]",
]


def text_of(number):
    """A program: a few arrays that are made, some of them changed in place."""
    random = Random(number)
    names, own, lines = ["x"], [], []
    for count in range(random.randint(3, 7)):
        changes = own and random.random() < 0.45
        pick = {letter: random.choice(names) for letter in "abc"}
        numbers = {"i": random.randint(1, 7), "j": random.randint(0, 8), "s": random.choice([-0.5, 0.3, 1.5])}
        if changes:
            lines.append(random.choice(CHANGED).format(v=random.choice(own), **pick, **numbers))
        else:
            name = f"y{count}"
            lines.append(random.choice(MADE).format(r=name, **pick, **numbers))
            names.append(name)
            own.append(name)
            lines[-1] += f"\n    {name} = {name} * 1.0"
    body = "\n    ".join([*lines, f"return {own[-1]} + {random.choice(names)} ** 2"])
    return f"""import numpy as np

def mean_of(a, i):
    b = a[:i] * 2
    return a if b[0] > 1.0 else a * np.mean(a[:i])

def f(x, order, flags, k):
    {body}
"""


def points(random):
    """Arguments of several calls: other numbers, other places, another number of trips."""
    x = random.normal(size=N)
    order, flags = random.permutation(N), random.random(N) > 0.4
    yield x, order, flags, 4
    yield -x, order, flags, 4
    yield x * 1.5, random.permutation(N), flags, 4
    yield x * 0.5, order, ~flags, 6
    yield x, order, flags, 4


@pytest.mark.parametrize("number", range(COUNT))
def test_a_sparse_jacobian_is_the_dense_one(number):
    text = text_of(number)
    f = load_text(text, "f")
    sparse, dense = jacobian(f, sparsity="auto"), jacobian(f, mode="reverse")
    for args in points(np.random.default_rng(number)):
        try:
            expected = dense(*args)
        except Refused:
            with pytest.raises(Refused):
                sparse(*args)
            continue
        made = sparse(*args)
        places = sparse.sparsity(*args).toarray()
        assert not np.any((expected != 0) & ~places), text
        np.testing.assert_allclose(made.toarray(), expected, rtol=1e-12, atol=1e-13, err_msg=text)
