"""Text in differentiated functions: what f-strings call, numbers that are read off texts; and what is
asked of elements one by one until the answer is known."""

import numpy as np
import pytest

from adcompile import ADError, check_grads, detach, grad

X = np.array([1.0, 2.0, 0.5])


def doubled(a):
    a *= 2.0
    return 1


def logged(log, value):
    log.append(value * value)
    return len(log)


class Counter:
    def __init__(self):
        self.count = 0

    def of(self, value):
        self.count += 1
        return f"{self.count}: {value.size}"


def test_what_an_f_string_calls_is_followed():
    def f(x):
        y = x * x
        text = f"{y[0]:.1f} then {doubled(y)!r:>{len(y)}} then {y[0]:.1f} of {[doubled(y) for _ in range(2)]}"
        return np.sum(y) * len(text)

    check_grads(f, (X,))


def test_a_list_grows_within_an_f_string():
    def f(x):
        log = [x]
        print(f"{logged(log, x)} entries", end="")
        return log[-1] * len(log)

    check_grads(f, (2.0,))


def test_text_is_made_before_what_follows_changes_it():
    texts = []

    def f(x):
        y = x * x
        texts.append(f"{y[0]:.1f} {doubled(y)} {y[0]:.1f}")
        return np.sum(y)

    f(X)
    grad(f)(X)
    assert texts == ["1.0 1 2.0"] * 2


def test_what_only_computes_stays_in_the_f_string():
    def f(x):
        print(f"{x.sum():.2f} {np.max(x)} {len(x)}", end="")
        return np.sum(x * x)

    df = grad(f)
    df(X)
    assert "{x.sum():.2f} {np.max(x)} {len(x)}" in df.source


def test_a_method_that_changes_its_object():
    def f(x, counter):
        text = f"{counter.of(x)}"
        return np.sum(x * x) * len(text)

    np.testing.assert_array_equal(grad(f)(X, Counter()), 2 * X * 4)


def test_a_set_of_what_changes_an_array():
    def f(x):
        y = x * x
        before = np.sum(y)
        return before * len({doubled(y) for _ in range(2)}) * np.sum(y)

    check_grads(f, (X,))


@pytest.mark.parametrize("limit", [0.1, 1.5, 9.0])
def test_any_asks_until_one_holds(limit):
    def f(x, limit):
        y = x * x
        if any(doubled(y) and v > limit for v in x):
            return np.sum(y * x)
        return np.sum(y)

    check_grads(f, (X, limit))


@pytest.mark.parametrize("limit", [0.1, 1.8, 9.0])
def test_all_of_pairs(limit):
    def f(x, limit):
        return np.sum(x) ** (2 if all(a + b > limit for a in x for b in x if a != b) else 3)

    check_grads(f, (X, limit))


@pytest.mark.parametrize("limit", [0.1, 1.5, 9.0])
def test_all_asks_until_one_does_not_hold(limit):
    def f(x, limit):
        y = x * x
        ok = all(doubled(y) and v > limit for v in x)
        return np.sum(y) if ok else np.sum(y * x)

    check_grads(f, (X, limit))


def test_nothing_behind_the_answer_is_asked():
    def f(x):
        return np.sum(x * x) if any(1.0 / (k - 2) < 0 for k in range(5)) else np.sum(x)

    np.testing.assert_array_equal(grad(f)(X), 2 * X)


def test_any_is_written_as_it_would_be():
    def f(x):
        return np.sum(x * x) if any(v > 1 for v in x) else np.sum(x)

    df = grad(f)
    df(X)
    assert "        if not t:\n            t = bool(v > 1)\n" in df.source


@pytest.mark.parametrize(
    "read",
    [
        lambda x: float(str(x)) ** 2,
        lambda x: float(f"{x}") * x,
        lambda x: float("%r" % x) * x,  # noqa: UP031
        lambda x: np.float64(repr(x)) * x,
        lambda x: float(("a" + str(x) + "b").strip("ab")) * x,
        lambda x: np.sum(np.array([f"{x}", "2.0"], dtype=float)) * x,
        lambda x: sum(float(part) for part in f"{x} {x * x}".split()),
    ],
)
def test_a_number_that_is_read_off_a_text_is_refused(read):
    with pytest.raises(ADError, match="read off a text"):
        grad(read)(3.0)


def test_a_text_that_grows_in_a_loop_is_refused_to_be_read():
    def f(x):
        line = ""
        for k in range(3):
            line = line + f"{x * k} "
        return np.sum(np.array(line.split(), dtype=float)) * x

    with pytest.raises(ADError, match="read off a text"):
        grad(f)(3.0)


def test_what_a_text_is_asked_is_constant():
    def f(x, names):
        label = f"{x:.0f}"
        return x * x * len(label) * float(f"{detach(x)}") * names["3" if label == "3" else "2"]

    assert grad(f)(3.0, {"2": 5.0, "3": 7.0}) == 6.0 * 3.0 * 7.0


def test_a_nested_function_in_a_set():
    def f(x):
        def twice(v):
            return 2 * v

        return np.sum(x) * len({twice(k) for k in range(2)})

    np.testing.assert_array_equal(grad(f)(X), [2.0, 2.0, 2.0])


def test_what_a_generator_expression_calls_is_followed():
    def f(x):
        y = x * x
        line = ",".join(str(doubled(y)) for _ in range(2))
        table = dict((k, doubled(y)) for k in range(2))  # noqa: C402
        ones = np.fromiter((doubled(y) for _ in range(2)), dtype=float)
        return np.sum(y) * (len(line) + len(table) + len(ones))

    check_grads(f, (X,))


@pytest.mark.parametrize(
    "keeps",
    [
        lambda y: next(doubled(y) for _ in range(2)),
        lambda y: len(sorted([3, 1], key=lambda k: k * doubled(y))),
        lambda y: [doubled(y) for _ in zip(*[iter(doubled(y) for _ in range(4))] * 2)],
    ],
)
def test_a_change_in_what_is_asked_later_is_refused(keeps):
    def f(x):
        y = x * x
        keeps(y)
        return np.sum(y)

    with pytest.raises(ADError, match="may change 'y' in place"):
        grad(f)(X)


def distance(a, b):
    total = 0.0
    for k in range(len(a)):
        total += (a[k] - b[k]) ** 2
    return total


def test_a_key_that_only_computes():
    def f(x):
        near = min(range(3), key=lambda k: distance(x[k:], 2 * x[k:]))
        print(",".join(f"{distance(x, x):.1f}" for _ in range(2)), end="")
        return x[near] ** 2

    check_grads(f, (X,))
