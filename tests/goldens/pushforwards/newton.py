"""A loop that ends by a test or by `break`, and a return from within."""


def f(a, steps):
    x = 1.0
    for _ in range(steps):
        step = (x * x - a) / (2 * x)
        if abs(step) < 1e-12:
            break
        if x > 1e6:
            return 0.0
        x -= step
    return x


ARGS = (7.3, 20)
WRT = 0


# emitted:
def f_pushforward(a, steps, a_dot):
    x = 1.0
    returned = False
    x_dot = 0.0
    for _ in range(steps):
        t = 2 * x_dot
        t2 = 2 * x
        step = (x * x - a) / t2
        step_dot = (t * x - a_dot) / t2 - t * (step / t2)
        if abs(step) < 1e-12:
            returned = False
            break
        returned = x > 1000000.0
        if returned:
            t = 0.0
            break
        x -= step
        x_dot -= step_dot
    if returned:
        x_dot = 0.0
    else:
        t = x
    return t, x_dot
