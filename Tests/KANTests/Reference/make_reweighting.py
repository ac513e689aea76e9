"""Spline networks fitted with other losses than the squared error by scipy, for reweighting.json: run in this folder.

Of one layer, where the problem is convex: Huber by least_squares, Poisson and logistic by minimize with exact derivatives, absolute
and quantile as a linear program. Of two layers Huber by least_squares from the same start.
"""
import json

import numpy as np
from scipy.interpolate import BSpline
from scipy.optimize import least_squares, linprog, minimize
from scipy.special import expit, huber, kl_div, log_expit

INTERVALS, DEGREE, DELTA, QUANTILE = 3, 2, 0.3, 0.8
SIZE = INTERVALS + DEGREE + 1
random = np.random.default_rng(11)


def functions(x):
    """Phi of one input on a uniform grid over [-1, 1], beyond it along the tangent, and SiLU last."""
    step = 2 / INTERVALS
    knots = -1 + step * np.arange(-DEGREE, INTERVALS + DEGREE + 1)
    inside = np.clip(x, -1, 1)
    spline = BSpline(knots, np.eye(INTERVALS + DEGREE), DEGREE)
    values = spline(inside) + (x - inside)[:, None] * spline(inside, 1)
    return np.column_stack([values, x / (1 + np.exp(-x))])


def design(x):
    return np.column_stack([functions(x[:, i]) for i in range(x.shape[1])] + [np.ones(len(x))])


def output(p, x, widths):
    for inputs, outputs in zip(widths, widths[1:]):
        count = inputs * SIZE * outputs
        x = design(x) @ np.vstack([p[:count].reshape(inputs * SIZE, outputs), p[count:count + outputs]])
        p = p[count + outputs:]
    return x.ravel()


def quantile_program(a, t, q):
    """min sum(q u + (1 - q) v) with A p + u - v = t and u, v not below 0."""
    rows, columns = a.shape
    cost = np.concatenate([np.zeros(columns), np.full(rows, q), np.full(rows, 1 - q)])
    result = linprog(cost, A_eq=np.hstack([a, np.eye(rows), -np.eye(rows)]), b_eq=t,
                     bounds=[(None, None)] * columns + [(0, None)] * (2 * rows), method="highs")
    return result.fun


def newton(a, t, loss, slope, second):
    """A ridge far below what the loss resolves makes the minimum unique."""
    ridge = 1e-12
    result = minimize(lambda p: loss(a @ p, t).sum() + ridge * p @ p, np.zeros(a.shape[1]),
                      jac=lambda p: a.T @ slope(a @ p, t) + 2 * ridge * p,
                      hess=lambda p: (a.T * second(a @ p, t)) @ a + 2 * ridge * np.eye(a.shape[1]),
                      method="trust-exact", options={"gtol": 1e-10, "maxiter": 2000})
    return loss(a @ result.x, t).sum()


def case(name, x, t, widths, total, start, settings=None):
    print(name, widths, total)
    return {"objective": {"name": name, "settings": settings or {}}, "widths": widths, "intervals": INTERVALS,
            "degree": DEGREE, "inputs": x.ravel().tolist(), "targets": t.tolist(), "start": start.tolist(),
            "sum": float(total)}


rows = 150
x = random.uniform(-1, 1, size=(rows, 2))
truth = np.sin(2 * x[:, 0]) + x[:, 1]**2
noisy = truth + 0.2 * random.standard_t(2, size=rows)
a = design(x)
zero = np.zeros(a.shape[1])


def huber_fit(widths, start):
    return least_squares(lambda p: output(p, x, widths) - noisy, start, loss="huber", f_scale=DELTA, xtol=1e-15,
                         ftol=1e-15, gtol=1e-15, max_nfev=5000).x


cases = [case("huber", x, noisy, [2, 1], huber(DELTA, a @ huber_fit([2, 1], zero) - noisy).sum(), zero,
              {"delta": DELTA})]
counts = random.poisson(np.exp(1 + truth)).astype(float)
cases.append(case("poisson", x, counts, [2, 1],
                  newton(a, counts, lambda y, t: 2 * kl_div(t, np.exp(y)), lambda y, t: 2 * (np.exp(y) - t),
                         lambda y, t: 2 * np.exp(y)), zero))
binary = (random.uniform(size=rows) < expit(2 * truth - 1)).astype(float)
cases.append(case("logistic", x, binary, [2, 1],
                  newton(a, binary, lambda y, t: -t * log_expit(y) - (1 - t) * log_expit(-y),
                         lambda y, t: expit(y) - t, lambda y, t: expit(y) * expit(-y)), zero))
cases.append(case("absolute", x, noisy, [2, 1], 2 * quantile_program(a, noisy, 0.5), zero))
cases.append(case("quantile", x, noisy, [2, 1], quantile_program(a, noisy, QUANTILE), zero, {"quantile": QUANTILE}))
start = np.concatenate([random.normal(size=2 * SIZE) * 0.3, [0.0], random.normal(size=SIZE) * 0.3, [0.0]])
cases.append(case("huber", x, noisy, [2, 1, 1],
                  huber(DELTA, output(huber_fit([2, 1, 1], start), x, [2, 1, 1]) - noisy).sum(), start,
                  {"delta": DELTA}))
with open("reweighting.json", "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
