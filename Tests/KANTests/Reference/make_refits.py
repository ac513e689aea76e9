"""Writes insertions.json and refits.json beside it: knot insertion and least-squares splines by scipy.

Needs numpy and scipy.
"""

import json
import pathlib

import numpy as np
from scipy.interpolate import BSpline, insert, make_lsq_spline

random = np.random.default_rng(4)
here = pathlib.Path(__file__).parent


def write(name, cases):
    text = ",\n".join(json.dumps(case) for case in cases)
    (here / f"{name}.json").write_text(f"[\n{text}\n]\n")


def knots_of(points, degree, ends):
    if ends == "clamped":
        return np.concatenate([[points[0]] * degree, points, [points[-1]] * degree])
    steps = np.arange(1, degree + 1)
    below = points[0] - steps[::-1] * (points[1] - points[0])
    above = points[-1] + steps * (points[-1] - points[-2])
    return np.concatenate([below, points, above])


def insertion(degree, ends, repeated):
    """Coefficients after each interval is cut in half, where scipy's `insert` can say: functions on the knots within.

    With `extended` ends the outer knots move too, which no insertion does. The curve is then looked at instead.
    """
    points = np.sort(random.uniform(-2, 2, 6))
    if repeated:
        points[2] = points[3]
    coefficients = random.normal(size=len(points) - 1 + degree)
    spline = BSpline(knots_of(points, degree, ends), coefficients, degree)
    case = {"degree": degree, "ends": ends, "breakpoints": points.tolist(), "coefficients": coefficients.tolist()}
    x = random.uniform(points[0], points[-1], 30)
    case["x"], case["values"] = x.tolist(), spline(x).tolist()
    if ends == "clamped":
        for a, b in zip(points, points[1:]):
            if a < b:
                spline = insert((a + b) / 2, spline)
        # scipy leaves zeros behind the coefficients.
        case["after"] = spline.c[: len(spline.t) - degree - 1].tolist()
    return case


write("insertions", [insertion(degree, ends, repeated) for degree in range(1, 6) for ends in ("clamped", "extended")
                     for repeated in (False, True) if not (repeated and degree == 1)])


def refit(degree, ends, weighted):
    intervals = int(random.integers(3, 9))
    # Uneven, but so that no coefficient is nearly undetermined: what is compared are the equations.
    shifts = random.uniform(-0.35, 0.35, intervals + 1) * random.integers(2)
    points = np.linspace(-1, 1, intervals + 1) + shifts * 2 / intervals
    a, b = points[0], points[-1]
    x = np.sort(random.uniform(a, b, 25 * intervals))
    y = np.stack([np.sin(3 * x) + 0.1 * random.normal(size=len(x)), x**2 - 1], axis=1)
    weights = random.uniform(0.1, 4, len(x)) if weighted else None
    # scipy's weights multiply the residual, ours its square.
    spline = make_lsq_spline(x, y, knots_of(points, degree, ends), degree, w=None if weights is None else weights**0.5)
    return {"degree": degree, "ends": ends, "breakpoints": points.tolist(), "x": x.tolist(), "y": y.tolist(),
            "weights": None if weights is None else weights.tolist(), "coefficients": spline.c.tolist()}


write("refits", [refit(degree, ends, weighted) for degree in range(1, 6) for ends in ("clamped", "extended")
                 for weighted in (False, True)])
