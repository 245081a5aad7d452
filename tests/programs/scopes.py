"""Programs about which variable a name means: nested functions, lambdas, walrus, comprehensions.

They belong to the table of `language.py`.
"""

from __future__ import annotations

import numpy as np
from programs.language import V, at

# -------------------------------------------------------------------------- nested functions


@at((1.5,))
def nested_function_sees_the_scope_it_stands_in(x):
    k = 2.0
    g = lambda t: t * k  # noqa: E731

    def h(k):
        return g(x) * k

    return h(5.0)


@at((1.5,))
def variables_of_one_name_in_three_scopes(x):
    k = x

    def g(t):
        k = t * 2.0

        def h(k):
            return k * k

        return h(t) + k

    return g(x) * k


@at((1.5,))
def default_is_evaluated_where_the_function_is_made(x):
    k = x

    def g(t, k=k, *, m=k * 2.0):
        return t * k * m

    h = lambda t, k=k: t * k  # noqa: E731
    k = x * 10.0
    return g(x) * h(x) * k


@at((1.5,))
def nested_function_changes_an_array(x):
    a = np.zeros(3)

    def put(i):
        a[i] = x * i

    put(1)
    put(2)
    return np.sum(a * a)


@at((1.5,))
def nested_function_changes_an_array_in_a_loop(x):
    a = np.zeros(3)

    def put(i):
        a[i] = x * i

    for i in range(3):
        put(i)
    return np.sum(a * a)


@at((1.5,))
def nested_function_appends(x):
    items = []

    def put(i):
        items.append(x * i)

    for i in range(3):
        put(i)
    put(7.0)
    return sum(items) * len(items)


@at((1.5,), (0.4,))
def nonlocal_variable(x):
    total, count = x, 0

    def add(v):
        nonlocal total, count
        total = total * v
        count += 1
        return total

    first = add(x)
    for _ in range(3):
        if total < 4.0:
            add(x)
    while add(0.5) > 1.0:
        pass
    return total * count + first


@at((1.5,))
def nonlocal_of_an_inner_scope(x):
    def outer(a):
        s = a

        def inner(b):
            nonlocal s
            s = s * b

        inner(a)
        inner(x)
        return s

    return outer(x) + outer(2.0 * x)


K = 3.0


@at((1.5,))
def global_read_in_a_nested_function(x):
    K = x

    def g(t):
        global K
        return t * K

    return g(x) * K


@at((1.5,))
def nested_function_with_stars(x):
    def g(a, *rest, scale=2.0, **named):
        return a * rest[0] * scale * named["b"] + len(rest)

    return g(x, x, 3.0, b=x) + g(x, x, scale=x, b=2.0)


@at((1.5,))
def nested_function_given_to_a_nested_function(x):
    def compose(f, g, v):
        return f(g(v))

    def square(t):
        return t * t * x

    return compose(square, lambda t: t + x, x) + compose(lambda t: t * 2.0, square, x)


@at((1.5,))
def two_lambdas_on_a_line(x):
    f, g = lambda t: t * t, lambda t: t * 3.0
    table = {"square": lambda t: t * t, "scale": lambda t, k=2.0: t * k}
    return f(x) * g(x) + table["square"](x) * table["scale"](x)


@at((1.5,))
def another_name_for_a_nested_function(x):
    def g(t):
        return t * x

    h: object = g
    return h(x) + g(2.0)


@at((1.5,))
def nested_function_over_a_loop_variable(x):
    total = 0.0
    for k in range(3):

        def g(t):
            return t * k * x

        total += g(x)
    return total


# ------------------------------------------------------------------------------------ walrus


@at((1.5,), (-1.5,))
def walrus_behind_and_or(x):
    n = m = 1.0
    if x > 0 and (n := x * 2.0) > 0:
        pass
    if x > 0 or (m := x * 3.0) > 0:
        pass
    return x * n * m


@at((1.5,), (-1.5,))
def walrus_in_a_conditional_expression(x):
    n = 1.0
    y = (n := x * x) if x > 0 else 3.0
    return y * n


@at((1.5,), (-1.5,))
def walrus_in_a_chained_comparison(x):
    n = 1.0
    if 0 < x < (n := x * x):
        pass
    return x * n


@at((V,))
def walrus_in_a_comprehension(v):
    y = last = v[0]
    s = [y * t for t in v if (y := t * 2.0) > 0]
    r = [(last := t * t) for t in v]
    return y * last * s[1] * r[0]


@at((V,))
def walrus_that_adds_up(v):
    y = v[0]
    s = sum((y := y + t * t) for t in v)
    return y * s


@at((1.5,), (0.1,), (9.0,))
def walrus_in_a_while_loop_with_else(x):
    n = 0
    while (y := x * (n + 1)) < 5.0:
        n += 1
        if n == 10:
            break
    else:
        x = x * y
    return x * y


@at((1.5,), (0.1,), (9.0,))
def walrus_in_a_while_loop_with_else_and_return(x):
    n = 0
    while (y := x * (n + 1)) < 5.0:
        n += 1
        if n == 10:
            return x * x
    else:
        x = x * y
    return x * y


@at((V,))
def walrus_behind_and_in_a_while_loop(v):
    y = v
    while np.linalg.norm(y) < 50.0 and (n := len(y)) == 4:
        y = y * 2.0
    return np.sum(y) * n


# ------------------------------------------------------------- comprehensions, changes inside


@at((1.5,))
def comprehension_has_a_variable_of_its_own(x):
    k = 5.0
    s = [k * x for k in range(3)]
    d = {k: t * t for k, t in enumerate(s)}
    return s[2] * d[1] * k


K2 = 4.0


@at((1.5,))
def comprehension_variable_named_like_a_global(x):
    s = sum([K2 * x for K2 in (1.0, 2.0)])
    return s * K2


@at((V,))
def comprehension_over_a_variable_of_the_same_name(v):
    return sum([v * v for v in v]) * sum([a * b for a in v for b in [a, v[0]] if b > 0.0])


@at((V,), (-V,))
def pop_on_one_side_only(v):
    items = [v[0], v[0] * v[-1], v[-1]]
    s = items.pop() * 2.0 if v[0] > 0 else 0.0
    if len(items) > 5 and items.pop() > 0.0:
        pass
    return s * items[-1] * len(items)


@at((V,))
def pop_in_the_test_of_a_while_loop(v):
    items = [v[0], v[1], v[2]]
    s = 1.0
    while items and (t := items.pop()) != 7.0:
        s = s * t
    return s
