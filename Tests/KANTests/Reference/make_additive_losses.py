"""Straight lines of two inputs for losses that are no squares, by scipy: minimisers without penalty, to additive_losses.json.

Run with numpy and scipy: python3 make_additive_losses.py
"""

import json
import pathlib

import numpy as np
from scipy.optimize import linprog, minimize

i = np.arange(40)
x = np.stack([np.sin(1.7 * i), np.cos(2.3 * i + 1)], 1).round(6)
noise = np.sin(12.9898 * (i + 1)) * 43758.5453 % 1
counts = np.floor(np.exp(0.5 + 0.8 * x[:, 0] - 0.6 * x[:, 1]) + 2 * noise)
binary = (x[:, 0] - 0.5 * x[:, 1] + 1.5 * (noise - 0.5) > 0) * 1.0
values = (2 + 3 * x[:, 0] - x[:, 1] + np.where(i % 7 == 3, 8.0, 0.0) + noise).round(6)
weights = 1.0 + i % 3
a = np.c_[x, np.ones(40)]
spread = np.sqrt(np.average((values - np.average(values, weights=weights)) ** 2, weights=weights))


def smallest(loss):
    mean = lambda c: np.average(loss(a @ c), weights=weights)
    start = minimize(mean, np.zeros(3), method="BFGS", options=dict(gtol=1e-12)).x
    return minimize(mean, start, method="Nelder-Mead", options=dict(xatol=1e-13, fatol=1e-16, maxiter=10000)).x


def huber(y):
    r = np.abs(y - values) / spread
    return np.where(r <= 0.1, r * r / 2, 0.1 * (r - 0.05))


def quantile(q):
    costs = np.r_[np.zeros(6), q * weights, (1 - q) * weights]
    found = linprog(costs, A_eq=np.c_[a, -a, np.eye(40), -np.eye(40)], b_eq=values, bounds=(0, None)).x
    return found[:3] - found[3:6]


found = {
    "poisson": (counts, smallest(lambda y: np.exp(y) - counts * y)),
    "logistic": (binary, smallest(lambda y: np.logaddexp(0, y) - binary * y)),
    "huber": (values, smallest(huber)),
    "absolute": (values, quantile(0.5)),
    "quantile": (values, quantile(0.9)),
}
result = {"x": x.tolist(), "weights": weights.tolist()}
for name, (targets, coefficients) in found.items():
    result[name] = {"targets": targets.tolist(), "outputs": (a @ coefficients).tolist()}
pathlib.Path(__file__).with_name("additive_losses.json").write_text(json.dumps(result) + "\n")
