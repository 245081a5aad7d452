"""Numbers and `math`: the root of x - e sin(x) = m."""
import math


def kepler(m, e):
    x = m
    for _ in range(6):
        x = x - (x - e * math.sin(x) - m) / (1.0 - e * math.cos(x))
    return x


f = kepler
ARGS = (0.9, 0.3)
WRT = (0, 1)


# emitted:
import math


def kepler_grad(m, e, x_bar=1.0):
    tape = []
    x = m
    for _ in range(6):
        x_in = x
        t = math.sin(x_in)
        t2 = math.cos(x_in)
        x = x_in - (x_in - e * t - m) / (1.0 - e * t2)
        tape.append((x_in, t, t2))
    m_bar = 0.0
    e_bar = 0.0
    for x, t, t2 in reversed(tape):
        t3 = 1.0 - e * t2
        # x = x - (x - e * math.sin(x) - m) / (1.0 - e * math.cos(x))
        g = x_bar / t3
        g2 = x_bar * ((x - e * t - m) / t3 / t3)
        e_bar -= g2 * t2
        x_bar += e * g2 * math.sin(x)
        m_bar += g
        x_bar -= g
        e_bar += g * t
        x_bar += e * g * math.cos(x)
    m_bar += x_bar
    return m_bar, e_bar
