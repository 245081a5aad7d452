"""Lists and tuples of values that are built, changed and read."""

from __future__ import annotations

import numpy as np

from .table import M, P, V, W, at


@at((V,))
def append_and_sum(x):
    terms = []
    for k in range(4):
        terms.append(x[k] ** (k + 1))
    return sum(terms) * terms[2]


@at((V,))
def append_only_some(x):
    kept = []
    for value in x:
        if value > 0:
            kept.append(value * value)
    return sum(kept) * len(kept) + kept[-1]


@at((V,))
def array_of_a_list(x):
    values = []
    for k in range(4):
        values.append(np.sin(x[k]) * x[k - 1])
    y = np.array(values)
    return np.sum(y * y * x)


@at((M,))
def stack_of_a_list_of_rows(a):
    rows = []
    for row in a:
        rows.append(row / (1.0 + np.sum(row * row)))
    b = np.stack(rows)
    return np.sum(b * b * a)


@at((M,))
def concatenate_and_vstack(a):
    parts = [a[0] * a[1]]
    parts.append(a[2][:2])
    parts.append(np.sin(a[1]))
    flat = np.concatenate(parts)
    square = np.vstack([parts[0], parts[2]])
    return np.sum(flat * flat) * np.sum(square * square)


@at((V,))
def insert_and_pop(x):
    items = [x[0], x[1]]
    items.insert(0, x[2] * x[3])
    items.insert(2, x[0] * 2.0)
    last = items.pop()
    first = items.pop(0)
    return last * first + items[0] * items[1]


@at((V,))
def stack_machine(x):
    stack = []
    for k in range(4):
        stack.append(x[k])
        if k % 2 == 1:
            b = stack.pop()
            a = stack.pop()
            stack.append(a * b + np.sin(a))
    b, a = stack.pop(), stack.pop()
    return a * b


@at((V,))
def queue(x):
    waiting = [x[0], x[1]]
    total = 0.0
    for k in range(4):
        head = waiting.pop(0)
        total += head * x[k]
        waiting.append(head * head + x[k])
    return total + sum(waiting)


@at((V, W))
def extend_and_concatenate_lists(x, w):
    items = [x * w]
    items.extend([x + w, x * 2.0])
    items += [w * w]
    both = items + [x]  # noqa: RUF005  (the sum of two lists is what is tried)
    return np.sum(both[0] * both[3]) + np.sum(items[1] * items[2]) + len(both)


@at((V,))
def item_replaced(x):
    items = [x * x, x + 1.0, x]
    items[1] = items[0] * x
    items[-1] = items[1] + items[0]
    return np.sum(items[0] * items[1] * items[2])


@at((V,))
def item_changed_by_an_augmented_store(x):
    totals = [0.0, 1.0]
    for k in range(4):
        totals[k % 2] += x[k] * x[k]
        totals[1] *= 1.0 + 0.1 * x[k]
    return totals[0] * totals[1]


@at((V,))
def items_swapped(x):
    items = [x[0], x[1] * x[2], x[3]]
    items[0], items[2] = items[2], items[0]
    return items[0] ** 2 * items[1] + items[2]


@at((V,))
def slice_of_a_list_replaced(x):
    items = [x[0], x[1], x[2], x[3]]
    items[1:3] = [x[0] * x[1]]
    del items[0]
    return items[0] * items[1]


@at((V,))
def items_deleted(x):
    items = [v * v for v in x]
    del items[1]
    del items[-1]
    items.remove(items[0])
    return items[0] * 3.0


@at((V,))
def list_reversed_and_copied(x):
    items = [x[0], x[1] * 2.0, x[2]]
    other = items.copy()
    items.reverse()
    items[0] = x[3]
    return sum(k * a * b for k, (a, b) in enumerate(zip(items, other, strict=True), 1))


@at((V,))
def list_cleared(x):
    items = [x[0]]
    total = 0.0
    for k in range(4):
        items.append(x[k] * x[k - 1])
        if len(items) > 2:
            total += items[0] * items[1] * items[2]
            items.clear()
    return total + sum(items)


@at((V,))
def two_names_for_one_list(x):
    items = [x[0], x[1]]
    other = items
    other.append(x[2] * x[3])
    items[0] = x[3]
    return other[0] * items[2] + len(items)


@at((V,))
def list_of_lists_built_in_loops(x):
    table = []
    for i in range(3):
        row = []
        for j in range(i + 1):
            row.append(x[i] * x[j])
        table.append(row)
    return sum(row[-1] * row[0] for row in table) + table[2][1]


@at((V,))
def list_of_lists_with_stores(x):
    table = [[0.0] * 3 for _ in range(3)]
    for i in range(3):
        for j in range(3):
            table[i][j] = x[i] * x[j + 1]
    table[1][1] += table[0][2]
    b = np.array(table)
    return np.sum(b * b)


@at((V, W))
def arrays_in_a_list_change(x, w):
    items = [x * x, w * w]
    items[0][1] = w[0]
    items[1] *= x
    for item in items:
        item += 0.5 * item[0]
    return np.sum(items[0] * items[1])


@at((V,))
def one_array_twice_in_a_list(x):
    y = x * x
    items = [y, y]
    items[0][2] = x[0]
    y[1] += 1.0
    return np.sum(items[0] * items[1])


@at((V,))
def snapshots_are_the_same_array(x):
    # Without a copy every entry is one array: the classical mistake, and what Python computes.
    y = x.copy()
    history = []
    for k in range(3):
        y *= 1.0 + 0.1 * x[k]
        history.append(y)
    return sum(np.sum(h * x) for h in history)


@at((V,))
def snapshots_that_are_copies(x):
    y = x.copy()
    history = []
    for k in range(3):
        y *= 1.0 + 0.1 * x[k]
        history.append(y.copy())
    return sum(np.sum(h * h) for h in history)


@at((P,))
def trajectory_by_two_steps_back(x):
    path = [x[0], x[1]]
    for k in range(2, 6):
        path.append(path[-1] * x[k] - path[-2])
    return path[-1] ** 2 + sum(path)


@at((V, W))
def tuple_of_arrays_carried_by_a_loop(x, w):
    state = (x * w, w)
    for k in range(3):
        position, speed = state
        speed = speed - 0.1 * np.sin(position)
        state = (position + 0.1 * speed, speed * (1.0 + 0.01 * k))
    position, speed = state
    return np.sum(position * position) + np.sum(speed * x)


@at((V, W))
def tuple_of_arrays_that_change_in_a_loop(x, w):
    state = (x * w, w.copy())
    for _ in range(3):
        position, speed = state
        speed -= 0.1 * np.sin(position)
        position += 0.1 * speed
    return np.sum(state[0] * state[0]) + np.sum(state[1] * x)


@at((V,))
def list_index_by_values(x):
    items = [x[0], x[1], x[2], x[3]]
    best = max(range(4), key=lambda k: items[k])
    items[best] = items[best] ** 2
    return items[best] * items[0]


@at((V,))
def sorted_list_of_numbers(x):
    items = [x[0] * x[1], x[2], x[3], x[1]]
    items.sort()
    return sum(k * v * v for k, v in enumerate(items))


@at((M,))
def list_of_views_of_one_array(a):
    b = a * a
    rows = [b[0], b[1], b[2]]
    rows[0] += rows[1]
    b[1] *= 2.0
    rows[2][0] = a[0, 0]
    return np.sum(b * a) + np.sum(rows[1] * rows[2])


@at(([V, W, 0.5],))
def list_as_an_argument_is_changed(items):
    items[0] = items[0] * items[2]
    items.append(items[0] + items[1])
    return np.sum(items[3] * items[0])


@at(([V, W],))
def arrays_in_a_list_argument_are_changed(items):
    items[0] *= items[1]
    items[1][2] = items[0][0]
    return np.sum(items[0] * items[1])


# ------------------------------------------------------- arrays taken from lists that change


@at((V,))
def array_taken_before_it_is_replaced(x):
    items = [x * 1.0, x * 3.0]
    first = items[0]
    items[0] = x * x
    return np.sum(first * first) + np.sum(items[0])


@at((V,))
def arrays_swapped_in_a_list(x):
    items = [np.sin(x), x * 3.0]
    items[0], items[1] = items[1], items[0]
    return np.sum(items[0] * items[0]) + np.sum(items[1])


@at((V,))
def last_array_taken_before_another_is_appended(x):
    items = [x * 1.0]
    last = items[-1]
    items.append(x * 2.0)
    return np.sum(last * last * last) + np.sum(items[-1] * last)


@at((V,))
def array_popped_before_another_is_appended(x):
    items = [x * 1.0, x * x]
    last = items.pop()
    items.append(x * 2.0)
    return np.sum(last * last) + np.sum(items[0] * items[1])


@at((V,))
def previous_array_of_a_slot_that_is_replaced(x):
    items = [x * 1.0]
    before = items[0]
    total = 0.0
    for k in range(3):
        now = items[0]
        items[0] = now * x + k
        total += np.sum(before * now)
        before = now
    return total + np.sum(before)


@at((V,))
def view_of_an_array_that_leaves_its_list(x):
    items = [x * 1.0, x * x]
    part = items[1][1:]
    items[1] = part * 2.0
    return np.sum(part * part) + np.sum(items[1] * part)


@at((V,))
def slices_of_a_list_replaced_by_more_and_fewer(x):
    items = [x[0], x[1]]
    items[1:1] = [x[2], x[3] * x[0]]
    items[:1] = []
    items[1:3] = [items[0] * x[1]]
    return items[0] * items[1] + x[0]


def rates(y, p):
    a, b, c = y
    return np.array([p[0] * (b - a), a * (p[1] - c) - b, a * b - p[2] * c])


@at((np.array([10.0, 28.0, 8.0 / 3.0]), np.array([1.0, 0.9, 1.1])))
def runge_kutta_that_appends_to_the_trajectory(p, y0):
    trajectory = [y0]
    times = np.linspace(0.0, 0.06, 4)
    for start, end in zip(times[:-1], times[1:]):  # noqa: RUF007 (as many write it)
        h = end - start
        y = trajectory[-1]
        k1 = rates(y, p)
        k2 = rates(y + h / 2 * k1, p)
        k3 = rates(y + h / 2 * k2, p)
        k4 = rates(y + h * k3, p)
        trajectory.append(y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4))
    return np.sum(np.stack(trajectory)[1:] ** 2)


@at((V, W))
def item_of_a_list_in_a_list_changes_while_the_outer_list_grows(x, w):
    rows = [[x * 1.0], [w * 2.0]]
    inner = rows[0]
    first = inner[0]
    for k in range(3):
        rows.append([first * k])
        inner.append(first + w)
        first[0] = first[1] * w[k]
    return np.sum(rows[0][0] * rows[0][-1]) + np.sum(rows[-1][0] * first)


@at((V, W))
def item_is_changed_after_its_list_was_put_in_another(x, w):
    row = x * w
    held = [row]
    holder = [[x], held]
    taken = holder[1][0]
    held.append(w * 2.0)
    row[1] = 3.0 * x[0]
    return np.sum(taken * x) + np.sum(holder[1][1] * row)


@at((P,))
def items_of_many_sizes(x):
    items = [x[:1] * 2.0]
    for k in range(1, 4):
        items.append(x[:k] * x[0])
        items = [x[2:3] * 1.0] + items  # noqa: RUF005
    items[-1] *= items[0]
    return np.sum(items[3] * items[-1]) + np.sum(items[-2] * x[:2])


@at((P,))
def views_of_the_argument_in_joined_lists(x):
    items = [x[:1] * 2.0]
    for k in range(1, 4):
        items = [x[2:3]] + items * k
    return np.sum(items[1:][0] * items[-1]) + np.sum(items.copy()[0] * x[:2])


@at((P, 3))
def one_array_in_a_list_twice(x, n):
    y = x * 2.0
    items = [y for _ in range(n)]
    for item in items:
        item += x
    return np.sum(items[0] * x)


@at((P, 3))
def arrays_joined_to_another_list(x, n):
    items = [x * k for k in range(n)]
    joined = [x * 2.0] + items  # noqa: RUF005
    joined[2] *= x
    return np.sum(items[1] * x)


@at((P, 3))
def slice_of_a_list_of_arrays(x, n):
    items = [x * k for k in range(n)]
    rest = items[1:]
    rest[0] *= x
    return np.sum(items[1] * x)


@at((P, 3))
def copy_of_a_list_of_arrays(x, n):
    items = [x * k for k in range(n)]
    other = items.copy()
    other[1] *= x
    return np.sum(items[1] * x)


@at((P, 3))
def popped_and_put_back(x, n):
    items = [x * k for k in range(n)]
    last = items.pop()
    items.append(last)
    items[-1] *= x
    return np.sum(last * x)


@at((P, 3))
def one_list_in_a_list_twice(x, n):
    inner = [x * n, x * 2.0]
    rows = [inner for _ in range(n)]
    for row in rows:
        row[0] *= 2.0
    return np.sum(rows[1][0] * x)


@at((P, 3))
def number_in_one_list_twice(x, n):
    inner = [1.0, 2.0]
    rows = [inner for _ in range(n)]
    rows[0][1] = 3.0
    return np.sum(rows[1][1] * x)


@at((P, 3))
def array_put_into_two_lists(x, n):
    a, b = [], []
    for k in range(n):
        item = x * (k + 1)
        a.append(item)
        b.append(item)
    a[1] *= x
    return np.sum(b[1] * x)


@at((P, 3))
def list_extended_by_itself(x, n):
    items = [x * k for k in range(n)]
    items.extend(items)
    items[0] += x
    return np.sum(items[n] * x)


@at((P, 3))
def repeated_array_replaced_and_then_changed(x, n):
    items = [x * 1.0] * n
    for k in range(n):
        items[k] = items[k] + k
    items[0] += x
    return np.sum(items[1] * x)
