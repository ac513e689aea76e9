"""Losses and their derivatives by mpmath, for objectives.json: run in this folder.

Losses are means over rows and outputs with weights, divided by rows; derivatives are numerical ones of the loss of one output in
60 digits, from formulas that share nothing with the engine's. The losses are compared with scipy's, which have fewer digits
where a rate is nearly met.
"""
import json

import mpmath as mp
import numpy as np
from scipy.special import huber, kl_div, log_expit

mp.mp.dps = 60
random = np.random.default_rng(7)


def precise(name, q):
    """The loss of one output in mpmath."""
    if name == "mse":
        return lambda y, t: (y - t)**2
    if name == "huber":
        return lambda y, t: abs(y - t)**2 / 2 if abs(y - t) <= q else q * abs(y - t) - q**2 / 2
    if name == "absolute":
        return lambda y, t: abs(y - t)
    if name == "quantile":
        return lambda y, t: max(q * (t - y), (q - 1) * (t - y))
    if name == "poisson":
        return lambda y, t: 2 * ((t * mp.log(t / mp.exp(y)) if t > 0 else 0) - t + mp.exp(y))
    return lambda y, t: -t * mp.log(1 / (1 + mp.exp(-y))) - (1 - t) * mp.log(1 / (1 + mp.exp(y)))


def losses(name, q, y, t):
    """The same in scipy and numpy."""
    return {"mse": lambda: (y - t)**2, "huber": lambda: huber(q, y - t), "absolute": lambda: np.abs(y - t),
            "quantile": lambda: np.where(t >= y, q * (t - y), (1 - q) * (y - t)),
            "poisson": lambda: 2 * kl_div(t, np.exp(y)),
            "logistic": lambda: -t * log_expit(y) - (1 - t) * log_expit(-y)}[name]()


def case(name, y, t, settings=None, weights=None):
    q = next(iter((settings or {}).values()), None)
    loss = precise(name, None if q is None else mp.mpf(q))
    row_weights = np.ones(len(y)) if weights is None else weights
    slope = [[float(mp.diff(lambda v: loss(v, mp.mpf(float(b))), mp.mpf(float(a)))) for a, b in zip(*row)]
             for row in zip(y, t)]
    second = [[float(mp.diff(lambda v: loss(v, mp.mpf(float(b))), mp.mpf(float(a)), 2)) for a, b in zip(*row)]
              for row in zip(y, t)]
    each = np.array([[float(loss(mp.mpf(float(a)), mp.mpf(float(b)))) for a, b in zip(*row)] for row in zip(y, t)])
    assert np.allclose(each, losses(name, q, y, t), rtol=1e-13, atol=1e-10)
    return {"objective": {"name": name, "settings": settings or {}}, "outputs": y.tolist(), "targets": t.tolist(),
            "weights": None if weights is None else weights.tolist(), "rowLosses": each.mean(axis=1).tolist(),
            "loss": float((row_weights[:, None] * each).mean()),
            "gradient": (row_weights[:, None] * np.array(slope) / y.size).tolist(), "second": second}


def both(name, y, t, settings=None):
    weights = random.integers(0, 4, len(y)).astype(float)
    return [case(name, y, t, settings), case(name, y, t, settings, weights / weights.mean())]


y, t = random.normal(size=(40, 3)), random.normal(size=(40, 3))
wide = np.array([[-800.0], [-100.0], [-30.0], [-1e-9], [0.0], [1e-9], [30.0], [100.0], [800.0]])
cases = both("mse", y, t)
for delta in [0.1, 1.0, 3.0]:
    cases += both("huber", y, t, {"delta": delta})
cases += both("absolute", y, t)
for quantile in [0.05, 0.5, 0.9]:
    cases += both("quantile", y, t, {"quantile": quantile})
rates = random.normal(size=(40, 3))
cases += both("poisson", rates, random.poisson(np.exp(rates)).astype(float))
cases += both("poisson", np.log([[3.0], [3.0], [1e6], [1e-3]]) + [[1e-7], [0.5], [-1e-6], [40.0]],
              np.array([[3.0], [3.0], [1e6], [1e-3]]))
cases += both("poisson", np.array([[-600.0], [-5.0], [20.0]]), np.array([[0.0], [100.0], [0.0]]))
cases += both("logistic", y, (random.uniform(size=(40, 3)) < 0.5).astype(float))
cases += both("logistic", np.vstack([wide, wide]), np.repeat([0.0, 1.0], len(wide))[:, None])
with open("objectives.json", "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
