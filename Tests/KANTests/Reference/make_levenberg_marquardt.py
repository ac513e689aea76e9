"""Small spline networks fitted by scipy's least_squares, for levenberg_marquardt.json: run in this folder."""
import json

import numpy as np
from scipy.interpolate import BSpline
from scipy.optimize import least_squares

LAMBDA = 1e-4  # of the differences, so that few samples decide every coefficient
ORDER = 4


def functions(x, intervals, degree):
    """Phi of one input on a uniform grid over [-1, 1], beyond it along the tangent, and SiLU last."""
    step = 2 / intervals
    knots = -1 + step * np.arange(-degree, intervals + degree + 1)
    inside = np.clip(x, -1, 1)
    spline = BSpline(knots, np.eye(intervals + degree), degree)
    values = spline(inside) + (x - inside)[:, None] * spline(inside, 1)
    return np.column_stack([values, x / (1 + np.exp(-x))])


def output(p, x, widths, intervals, degree):
    size = intervals + degree + 1
    for inputs, outputs in zip(widths, widths[1:]):
        w, p = p[:inputs * size * outputs].reshape(inputs * size, outputs), p[inputs * size * outputs:]
        b, p = p[:outputs], p[outputs:]
        x = np.hstack([functions(x[:, i], intervals, degree) for i in range(inputs)]) @ w + b
    return x


def differences(p, widths, intervals, degree):
    """The differences of order q of all edges' coefficients."""
    size, parts = intervals + degree + 1, []
    for inputs, outputs in zip(widths, widths[1:]):
        w, p = p[:inputs * size * outputs].reshape(inputs, size, outputs), p[inputs * size * outputs + outputs:]
        parts.append(np.diff(w[:, :-1], ORDER, axis=1).ravel())
    return np.concatenate(parts)


def case(widths, intervals, degree, rows, seed):
    random = np.random.default_rng(seed)
    x = random.uniform(-1, 1, size=(rows, widths[0]))
    t = np.stack([np.sin(2 * x[:, 0] + m) + 0.5 * x[:, -1]**2 for m in range(widths[-1])], axis=1)
    t += 0.05 * random.normal(size=t.shape)
    size = intervals + degree + 1
    start = np.concatenate([np.concatenate([random.normal(size=i * size * o) * 0.3, np.zeros(o)])
                            for i, o in zip(widths, widths[1:])])

    def residuals(p):
        return np.concatenate([(t - output(p, x, widths, intervals, degree)).ravel(),
                               np.sqrt(LAMBDA) * differences(p, widths, intervals, degree)])

    options = {"x_scale": "jac", "xtol": 1e-14, "ftol": 1e-14, "gtol": 1e-14, "max_nfev": 3_000}
    norms = [np.sqrt(2 * least_squares(residuals, start, method="trf", **options | {"max_nfev": 60}).cost)]
    if residuals(start).size >= start.size:
        norms.append(np.sqrt(2 * least_squares(residuals, start, method="lm", **options).cost))
    print(widths, intervals, degree, norms)
    return {"widths": widths, "intervals": intervals, "degree": degree, "inputs": x.ravel().tolist(),
            "targets": t.ravel().tolist(), "start": start.tolist(), "lambda": LAMBDA, "order": ORDER,
            "firstNorm": float(np.linalg.norm(residuals(start))), "norms": [float(n) for n in norms]}


cases = [case([2, 1], 4, 3, 60, 1), case([1, 1, 1], 3, 3, 50, 2), case([2, 1, 1], 3, 2, 80, 3),
         case([1, 1, 2], 2, 3, 40, 4)]
with open("levenberg_marquardt.json", "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
