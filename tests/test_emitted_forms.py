"""Forms of the reverse sweep that an engineer would write, each with programs where it would be wrong.

What a text computes is compared with differences.
"""

import numpy as np
import pytest

from adcompile import Refused, check_grads, grad, value_and_grad

V = np.array([0.5, -1.2, 0.8, 1.5])
M = np.array([[0.5, -1.2, 0.8], [1.5, 0.3, -0.7]])


def lines_of(f, args, wrt=0):
    """The statements of a gradient that is right."""
    df = grad(f, wrt)
    df.specialize(*args)
    check_grads(f, args, wrt)
    return [line.strip() for line in df.source.splitlines() if "# " not in line]


def outer_differences(x):
    return np.sum(np.sin(x[:, None] * x))


def a_new_axis_of_a_part(m):
    return np.sum(np.exp(m[1, ..., None]))


def the_axis_between(m):
    return np.sum(np.sin(m[:, None, :] * np.ones((4, 1))))


def a_new_axis_behind_an_ellipsis(m):
    return np.sum(m[..., None, :] ** 2)


def a_new_axis_and_an_index(m, i):
    return np.sum(m[i, None] ** 3) + np.sum(m[None, :, i] ** 2)


def a_mask_and_a_new_axis(x):
    return np.sum(x[x > 0][:, None] ** 2)


def test_a_new_axis_is_taken_off():
    made = lines_of(outer_differences, (V,))
    assert not [line for line in made if "zeros_like" in line]
    assert "x_bar += (g * x).sum(axis=1)" in made


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (a_new_axis_of_a_part, (M,)),
        (the_axis_between, (M,)),
        (a_new_axis_behind_an_ellipsis, (M,)),
        (a_new_axis_and_an_index, (M[:, :2], 1)),
        (a_mask_and_a_new_axis, (V,)),
    ],
)
def test_new_axes_of_parts(f, args):
    assert not [line for line in lines_of(f, args) if "None" in line.partition("=")[0]]


def less_its_mean(m):
    m = m - m.mean(axis=0)
    return np.sum(m**3)


def least_of_rows(m):
    return np.sum(m.min(axis=0) * np.sqrt(m[0] ** 2))


def of_the_first_two_axes(m, w):
    return np.sum(np.prod(m[None] * w, axis=(0, 1)) ** 2)


def test_first_axes_need_not_be_put_back():
    assert "m_bar -= m_bar.sum(axis=0) / m.shape[0]" in lines_of(less_its_mean, (M,))
    assert not [line for line in lines_of(least_of_rows, (M,)) if "expand_dims" in line]
    assert not [line for line in lines_of(of_the_first_two_axes, (M, M + 3.0)) if "expand_dims" in line]


def flattened(x):
    flat = np.ravel(x)
    return np.sum(flat[::2] * flat[1::2])


def test_what_has_a_shape_is_not_reshaped():
    assert not [line for line in lines_of(flattened, (V,)) if "reshape" in line]
    assert [line for line in lines_of(flattened, (np.vstack((V, V)),)) if "reshape" in line]


def from_the_end(x):
    y = x * 1.0
    for k in range(len(x) - 2, -1, -1):
        y[k] = y[k] * np.sin(y[k + 1])
    return np.sum(y)


def from_a_place(x, last):
    total = 0.0
    for k in range(last, 0, -1):
        total = total * x[k] + x[k - 1]
    return total


def by_twos(x):
    total = 0.0
    for k in range(len(x) - 1, -1, -2):
        total = total * x[k] + x[k - 1]
    return total


def test_a_loop_that_counts_down_is_reversed_by_counting_up():
    assert any("zip(range(n - 1), " in line for line in lines_of(from_the_end, (V,)))
    assert any("range(1, last + 1)" in line for line in lines_of(from_a_place, (V, 3)))
    assert any("reversed(range(" in line for line in lines_of(by_twos, (V,)))
    grad(from_a_place)(V, 0)
    np.testing.assert_array_equal(grad(from_a_place)(V, -3), np.zeros(4))


def scaled_items(x):
    items = [x * 1.0, np.sin(x)]
    for item in items:
        item *= x
    return np.sum(items[0] * items[1] * x)


def scaled_items_seen_elsewhere(x):
    first = x * 1.0
    items = [first, np.sin(x)]
    for item in items:
        item *= x
    return np.sum(items[0] * items[1] * first)


def items_of_another_shape(x):
    items = [x * 1.0, np.outer(x, x)]
    for item in items:
        item *= x
    return np.sum(items[0] * items[1])


def test_items_that_a_loop_scales():
    made = lines_of(scaled_items, (V,))
    assert not [line for line in made if "zeros_like(x)" in line or "items_bar[k] + " in line]
    text = grad(scaled_items).specialize(V) and grad(scaled_items)
    text(V)
    assert "items[k] = item * x" in text.source


def test_items_that_are_seen_elsewhere_or_of_several_shapes():
    with pytest.raises(Refused, match="'first', which may share its memory"):
        grad(scaled_items_seen_elsewhere)(V)
    lines_of(items_of_another_shape, (V,))


def three_names(p):
    a, b, c = p
    return np.sin(a) * b + c * b


def some_by_hand(p):
    q = p * 1.0
    a = q[0]
    q[1] = a * q[-1]
    b = q[1] * q[0]
    return a * b * q[-1] + q[2]


def rows_and_items(m):
    return np.sum(m[0] ** 2) + m[1, 2] * m[0, 1] + m[1, -1] ** 2


def test_items_that_nothing_was_added_to_yet():
    made = lines_of(three_names, (V[:3],))
    assert not [line for line in made if "+=" in line and "p_bar[" in line]
    lines_of(some_by_hand, (V,))
    assert "m_bar[1, 2] += out_bar * m[0, 1]" in lines_of(rows_and_items, (M,))


def a_reshaped_copy(x):
    rows = x.reshape(-1, 2)
    k = np.exp(-0.5 * rows)
    k[0, 0] = 0.0
    return np.sum(k * k)


def test_a_copy_is_taken_of_the_expression():
    made = lines_of(a_reshaped_copy, (V,))
    assert not [line for line in made if line == "k_bar = np.copy(k_bar)"]


def in_place_rows(a, w):
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            a[i, j] = np.sin(w[j]) * np.sum(a[i, :])
    return np.sum(a)


def a_shorter_one_each_trip(x):
    total = 0.0
    while len(x) > 1:
        total = total + np.sum(x) * x.shape[0] + np.size(x)
        for k in range(len(x) - 1):
            x = x * np.sin(x[k] + len(x))
        x = x[1:] * np.mean(x)
    return total * len(x) + np.sum(x)


def test_sizes_of_what_changes_in_place_are_read_once():
    made = lines_of(in_place_rows, (M.copy(), V[:3]), wrt=1)
    assert "shape = a.shape" in made
    assert not [line for line in made if line.startswith(("for", "tape.append")) and "a.shape" in line]
    lines_of(a_shorter_one_each_trip, (V,))


def scaled_by_minus(x):
    y = x * 1.0
    for k in range(3):
        y[k] -= 3.0 * x[k + 1] * y[k + 1]
    total = y[3]
    total += -y[0]
    return total * np.sum(y)


def test_what_has_a_minus_sign_is_subtracted():
    made = lines_of(scaled_by_minus, (V,))
    assert not [line for line in made if "+= -" in line and not line.startswith("total")]
    df = value_and_grad(scaled_by_minus)
    df(V)
    assert "total += -y[0]" in df.source


def new_axes_of_a_number(x):
    y = x * 2.0
    return np.sum(y[None, None] ** 2) + np.sum(np.asarray(x)[..., None] ** 3)


def test_new_axes_of_a_number():
    lines_of(new_axes_of_a_number, (np.array(0.7),))


def entries_of_displays(x):
    parts = {"a": x, "b": np.sin(x), "a": x * 2.0}  # noqa: F601
    more = {**parts, "c": parts["a"] * parts["b"]}
    more["b"] = more["c"] + parts["b"]
    return np.sum(more["b"] * more["a"]) + np.sum({1: x, True: x * 3.0}[1])  # noqa: F601


def test_entries_of_displays():
    made = lines_of(entries_of_displays, (V,))
    assert not [line for line in made if "}['" in line]


def sums_in_place(x, w, b):
    h = x @ w
    h += b
    h = np.tanh(h)
    h *= 2.0
    h -= h.mean(axis=0)
    return np.sum(h**3)


def test_what_is_written_in_place_stays_so():
    made = lines_of(sums_in_place, (M, M.T, np.array([0.3, -0.4])), (0, 1, 2))
    assert [line for line in made if line.startswith("h ") and "bar" not in line] == [
        "h = x @ w",
        "h += b",
        "h = np.tanh(h)",
    ]


def read_before_it_changes(x):
    h = x * 2.0
    k = h
    g = h**2
    h = h.copy()
    h *= g
    h -= k
    return np.sum(h * g)


def a_part_that_is_read_later(x):
    h = np.sin(x)
    first = h[:2]
    h = h * 1.0
    h *= x
    return np.sum(first**2) + np.sum(h)


def a_callers_array(x, s):
    y = x
    y = y * 1.0
    y *= s
    y /= 1.0 + y**2
    return np.sum(y)


def onto_itself(m):
    h = m @ m.T
    h += h.T
    h *= h[::-1]
    return np.sum(h**2)


def of_another_dtype(x):
    h = (x * 2.0).astype(np.float32)
    h *= np.float32(3.0)
    k = np.arange(4)
    k = k * 2
    k += 1
    return np.sum(h * k)


def in_turn(x, n):
    v = np.zeros_like(x)
    for _ in range(n):
        v *= 0.9
        v += x**2
        x = x - 0.1 * v
    return np.sum(x**2)


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (read_before_it_changes, (V,)),
        (a_part_that_is_read_later, (V,)),
        (a_callers_array, (V, 1.5)),
        (onto_itself, (M,)),
        (in_turn, (V, 3)),
    ],
)
def test_what_is_changed_in_place_is_not_read_later(f, args):
    before = [np.copy(a) for a in args]
    value, _ = value_and_grad(f)(*args)
    assert np.asarray(value).tobytes() == np.asarray(f(*args)).tobytes()
    assert all(map(np.array_equal, before, args))
    check_grads(f, args, order=2)


def test_a_change_in_place_keeps_the_dtype():
    value, gradient = value_and_grad(of_another_dtype)(V)
    assert value == of_another_dtype(V)
    assert np.allclose(gradient, 6.0 * (2 * np.arange(4) + 1))
