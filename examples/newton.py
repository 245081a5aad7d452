"""The derivative of the root that Newton's method finds, straight through its loop.

Run it: python examples/newton.py
"""

from adcompile import grad


def kepler(mean_anomaly, eccentricity):
    """The solution E of Kepler's equation, E - e sin(E) = M."""
    from math import cos, sin

    anomaly = mean_anomaly
    while True:
        error = anomaly - eccentricity * sin(anomaly) - mean_anomaly
        if abs(error) < 1e-13:
            break
        anomaly -= error / (1 - eccentricity * cos(anomaly))
    return anomaly


derivatives = grad(kepler, wrt=(0, 1))


def sensitivities(mean_anomaly=0.8, eccentricity=0.4):
    """By the loop, and by the implicit function theorem."""
    from math import cos, sin

    by_loop = derivatives(mean_anomaly, eccentricity)
    anomaly = kepler(mean_anomaly, eccentricity)
    slope = 1 - eccentricity * cos(anomaly)
    return by_loop, (1 / slope, sin(anomaly) / slope)


if __name__ == "__main__":
    by_loop, by_theorem = sensitivities()
    print("by the loop    ", *by_loop)
    print("by the theorem ", *by_theorem)
    print(derivatives.source)
