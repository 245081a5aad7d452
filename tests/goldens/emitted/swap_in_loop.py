"""Two values that are exchanged."""


def fibonacci(a, b, n):
    for _ in range(n):
        a, b = b, a * b + b
    return a


f = fibonacci
ARGS = (0.7, 1.2, 4)
MORE = (0.7, 1.2, 0), (0.7, 1.2, 1)
WRT = (0, 1)


# emitted:
def fibonacci_grad(a, b, n, a_bar=1.0):
    tape = []
    for _ in range(n):
        b_in = b
        b = a * b_in + b_in
        tape.append((a, b_in))
        a = b_in
    b_bar = 0.0
    for a, b in reversed(tape):
        # a, b = b, a * b + b
        b_bar2 = a_bar + b_bar
        a_bar = b_bar * b
        b_bar = b_bar2 + a * b_bar
    return a_bar, b_bar
