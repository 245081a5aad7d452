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
        t = math.sin(x)
        t2 = math.cos(x)
        t3 = (x - e * t - m) / (1.0 - e * t2)
        x -= t3
        tape.append((t, t2, t3))
    m_bar = 0.0
    e_bar = 0.0
    for t, t2, t3 in reversed(tape):
        # x = x - (x - e * math.sin(x) - m) / (1.0 - e * math.cos(x))
        g = x_bar / (1.0 - e * t2)
        g2 = g * t3
        e_bar -= g2 * t2
        x_bar += e * g2 * t
        m_bar += g
        x_bar -= g
        e_bar += g * t
        x_bar += e * g * t2
    m_bar += x_bar
    return m_bar, e_bar
