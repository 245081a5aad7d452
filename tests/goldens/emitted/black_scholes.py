"""Numbers alone: constants are folded, functions of constants too."""
import math


def black_scholes(s, k, r, v, t):
    d1 = (math.log(s / k) + (r + v * v / 2) * t) / (v * math.sqrt(t))
    d2 = d1 - v * math.sqrt(t)
    n1 = 0.5 * (1 + math.erf(d1 / 1.4142135623730951))
    n2 = 0.5 * (1 + math.erf(d2 / 1.4142135623730951))
    return s * n1 - k * math.exp(-r * t) * n2


f = black_scholes
ARGS = (100.0, 95.0, 0.05, 0.2, 1.5)
WRT = (0, 1, 2, 3, 4)


# emitted:
import math


def black_scholes_grad(s, k, r, v, t, out_bar=1.0):
    t2 = s / k
    t3 = r + v * v / 2
    t4 = math.sqrt(t)
    t5 = v * t4
    d1 = (math.log(t2) + t3 * t) / t5
    d2 = d1 - t5
    t6 = d1 / 1.4142135623730951
    n1 = 0.5 * (1 + math.erf(t6))
    t7 = d2 / 1.4142135623730951
    n2 = 0.5 * (1 + math.erf(t7))
    t8 = -r
    t9 = math.exp(t8 * t)
    # return s * n1 - k * math.exp(-r * t) * n2
    g = out_bar * n2
    k_bar = -(g * t9)
    g = k * g * t9
    r_bar = g * t
    s_bar = out_bar * n1
    n1_bar = s * out_bar
    # n2 = 0.5 * (1 + math.erf(d2 / 1.4142135623730951))
    g2 = 0.39894228040143265 * (k * t9) * out_bar * math.exp(-(t7 * t7))
    # n1 = 0.5 * (1 + math.erf(d1 / 1.4142135623730951))
    d1_bar = 0.39894228040143265 * n1_bar * math.exp(-(t6 * t6))
    # d2 = d1 - v * math.sqrt(t)
    d1_bar -= g2
    # d1 = (math.log(s / k) + (r + v * v / 2) * t) / (v * math.sqrt(t))
    g3 = d1_bar / t5
    g2 -= g3 * d1
    v_bar = g2 * t4
    t_bar = v * g2 * 0.5 / t4 - t8 * g
    g = g3 * t
    t_bar += t3 * g3
    r_bar += g
    v_bar += g * v
    g = g3 / t2 / k
    s_bar += g
    k_bar -= g * t2
    return s_bar, k_bar, r_bar, v_bar, t_bar
