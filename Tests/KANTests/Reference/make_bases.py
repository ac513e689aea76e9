"""Writes bases.json beside it: Fourier and hat functions by numpy, and divided differences by scipy.

Needs numpy and scipy.
"""

import json
import math
import pathlib

import numpy as np
from scipy.interpolate import KroghInterpolator

here = pathlib.Path(__file__).parent
random = np.random.default_rng(18)


def fourier_case(order, period):
    x = [-3.7, -1.0, -0.25, 0.0, 0.6, 1.0, 2.5, 40.0]
    values, slopes = [], []
    for point in x:
        rates = 2 * np.pi * np.arange(1, order + 1) / period
        values.append(np.stack([np.cos(rates * point), np.sin(rates * point)], 1).ravel().tolist())
        slopes.append(np.stack([-rates * np.sin(rates * point), rates * np.cos(rates * point)], 1).ravel().tolist())
    return {"order": order, "period": period, "x": x, "values": values, "slopes": slopes}


def hat_case(points):
    """Each hat by numpy's linear interpolation of a unit vector; outside, along the outermost pieces."""
    points = np.array(points)
    inside = np.sort(random.uniform(points[0], points[-1], 12))
    x = np.concatenate([inside, points, [points[0] - 0.7, points[-1] + 1.3]])

    def at(point):
        if points[0] <= point <= points[-1]:
            return [float(np.interp(point, points, unit)) for unit in np.eye(len(points))]
        first = 0 if point < points[0] else len(points) - 2
        low, high = points[first], points[first + 1]
        values = [0.0] * len(points)
        values[first], values[first + 1] = (high - point) / (high - low), (point - low) / (high - low)
        return values

    return {"points": points.tolist(), "x": x.tolist(), "values": [at(point) for point in x]}


def difference_case(points, order):
    """Divided differences times q! h^q: the leading coefficients of Newton's form of unit vectors."""
    step = (points[-1] - points[0]) / (len(points) - 1)
    rows = []
    for start in range(len(points) - order):
        own = np.array(points[start : start + order + 1])
        rows.append(
            [float(KroghInterpolator(own, unit).derivative(own[0], der=order)) * step**order for unit in np.eye(order + 1)]
        )
    return {"points": points, "order": order, "rows": rows}


uneven = np.cumsum(random.uniform(0.1, 0.6, 9)).tolist()
(here / "bases.json").write_text(
    json.dumps(
        {
            "fourier": [fourier_case(1, 2.0), fourier_case(4, 4.0), fourier_case(9, 2 * math.pi)],
            "hats": [hat_case(np.linspace(-1, 1, 6)), hat_case([-1.0, -0.7, 0.1, 0.15, 2.0]), hat_case([0.0, 3.0])],
            "differences": [difference_case(uneven, order) for order in (1, 2, 3, 4)],
        }
    )
    + "\n"
)
