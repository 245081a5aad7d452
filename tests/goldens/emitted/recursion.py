"""A function that calls itself."""


def power(x, n):
    if n == 0:
        return 1.0
    return x * power(x, n - 1)


f = power
ARGS = (1.3, 4)
MORE = (1.3, 1), (0.7, 2)
WRT = 0


# emitted:
def power_grad(x, n, out_bar=1.0):
    if not n == 0:
        t, power_residual = power_forward(x, n - 1)
    if n == 0:
        x_bar = 0.0
    else:
        # return x * power(x, n - 1)
        x_bar = out_bar * t
        x_bar += power_pullback(power_residual, x * out_bar)
    return x_bar


def power_forward(x, n):
    t = n == 0
    if t:
        t2 = 1.0
        t3 = None
        power_residual = None
    else:
        t3, power_residual = power_forward(x, n - 1)
        t2 = x * t3
    return t2, (x, t, t3, power_residual)


def power_pullback(residual, out_bar):
    x, t, t2, power_residual = residual
    if t:
        x_bar = 0.0
    else:
        # return x * power(x, n - 1)
        x_bar = out_bar * t2
        x_bar += power_pullback(power_residual, x * out_bar)
    return x_bar
