"""The price of a European call option, and its sensitivities: the greeks.

Run it: python examples/black_scholes.py
"""

import math

from adcompile import value_and_grad


def normal_cdf(x):
    """The normal distribution, by the formula 26.2.17 of Abramowitz and Stegun."""
    k = 1 / (1 + 0.2316419 * abs(x))
    poly = k * (0.319381530 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429))))
    tail = math.exp(-x * x / 2) / math.sqrt(2 * math.pi) * poly
    return 1 - tail if x >= 0 else tail


def call_price(spot, strike, time, rate, volatility):
    root = volatility * math.sqrt(time)
    d1 = (math.log(spot / strike) + (rate + volatility**2 / 2) * time) / root
    d2 = d1 - root
    return spot * normal_cdf(d1) - strike * math.exp(-rate * time) * normal_cdf(d2)


sensitivities = value_and_grad(call_price, wrt=("spot", "time", "rate", "volatility"))


def greeks(spot=100.0, strike=105.0, time=0.5, rate=0.03, volatility=0.2):
    """The price, and delta, theta, rho and vega, which one reverse sweep gives together."""
    price, found = sensitivities(spot, strike, time, rate, volatility)
    delta, by_time, rho, vega = found
    return {"price": price, "delta": delta, "theta": -by_time, "rho": rho, "vega": vega}


if __name__ == "__main__":
    for name, value in greeks().items():
        print(f"{name:6} {value:9.4f}")
    print(sensitivities.source)
