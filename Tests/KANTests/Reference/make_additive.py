"""Penalised additive fits by numpy and scipy, for additive.json: run in this folder.

Regression: coefficients, edf and sigma^2 at the lambda found by Fellner-Schall updates, each as its formula has it with
dense matrices and pseudo-inverses; without a fold, the rows themselves are left out. Classes: the maximum of the
penalised multinomial likelihood by scipy.optimize.
"""
import json

import numpy as np
from scipy.interpolate import BSpline
from scipy.optimize import minimize

random = np.random.default_rng(19)
GRID, DEGREE, FOLDS = 5, 3, 3


def design(x):
    knots = -1 + 2 / GRID * np.arange(-DEGREE, GRID + DEGREE + 1)
    return np.hstack([BSpline.design_matrix(x[:, i], knots, DEGREE).toarray() for i in range(x.shape[1])])


def penalties(inputs):
    k = GRID + DEGREE
    bends = np.diff(np.eye(k), 2, axis=0)
    slope = np.arange(k) - (k - 1) / 2
    slope = slope[None] / np.linalg.norm(slope)
    for i in range(inputs):
        for d, rank in ((bends, k - 2), (slope, 1)):
            full = np.zeros((len(d), inputs * k))
            full[:, i * k:(i + 1) * k] = d
            yield full.T @ full, rank


def centred(phi, y, w):
    w = w * np.sum(w > 0) / np.sum(w)
    m, t = w @ phi / w.sum(), w @ y / w.sum()
    b = (phi - m) * np.sqrt(w)[:, None]
    return b.T @ b, b.T @ ((y - t) * np.sqrt(w)), w @ (y - t) ** 2, len(y), m, t


def solve(a, g, lam, pen):
    v = np.linalg.pinv(a + sum(l * s for l, (s, _) in zip(lam, pen)), rcond=1e-12, hermitian=True)
    return v, v @ g


def regression(rows, inputs, noise):
    x = random.uniform(-1, 1, (rows, inputs))
    x[0], x[-1] = -1, 1
    y = np.sin(3 * x[:, 0]) + noise * random.normal(size=rows) + (x[:, 1] if inputs > 1 else 0)
    w = random.uniform(0.2, 2, rows)
    folds = random.integers(0, FOLDS, rows)
    pen = list(penalties(inputs))
    phi = design(x)
    a, g, zz, n, m, t = centred(phi, y, w)
    scale = np.trace(a) / len(a)
    lam = np.full(len(pen), 0.01 * scale)
    for _ in range(10):
        v, c = solve(a, g, lam, pen)
        edf = np.sum(v * a)
        variance = (zz - 2 * c @ g + c @ a @ c) / (n - edf - 1)
        new = np.array([variance * (r - l * np.sum(v * s)) / (c @ s @ c) for l, (s, r) in zip(lam, pen)])
        new = np.clip(np.clip(new, lam / 50, lam * 50), 1e-8 * scale, 1e8 * scale)
        done = np.all(np.abs(new - lam) <= 0.05 * lam)
        lam = new
        if done:
            break
    v, c = solve(a, g, lam, pen)
    edf = np.sum(v * a)
    variance = (zz - 2 * c @ g + c @ a @ c) / (n - edf - 1)
    without = []
    for fold in range(FOLDS):
        keep = folds != fold
        fa, fg, _, _, fm, ft = centred(phi[keep], y[keep], w[keep])
        _, fc = solve(fa, fg, lam, pen)
        without.append({"weights": fc.tolist(), "bias": ft - fm @ fc})
    return {"inputs": x.tolist(), "targets": y[:, None].tolist(), "rowWeights": w.tolist(), "folds": folds.tolist(),
            "lambda": lam.tolist(), "weights": c.tolist(), "bias": t - m @ c, "freedom": edf, "variance": variance,
            "withoutFold": without}


def classification(rows, inputs, classes):
    x = random.uniform(-1, 1, (rows, inputs))
    x[0], x[-1] = -1, 1
    labels = np.clip(np.round(1 + x[:, 0] ** 2 + x[:, 1] + 0.5 * random.normal(size=rows)), 0, classes - 1).astype(int)
    pen = list(penalties(inputs))
    phi = design(x)
    phi = phi - phi.mean(0)
    lam = [0.3 if i % 2 else 2.0 for i in range(len(pen))]
    s = sum(l * p for l, (p, _) in zip(lam, pen))
    y = np.eye(classes)[labels]

    def objective(v):
        w, b = v[:-classes].reshape(-1, classes), v[-classes:]
        f = phi @ w + b
        f = f - f.max(1, keepdims=True)
        logs = f - np.log(np.exp(f).sum(1, keepdims=True))
        r = np.exp(logs) - y
        value = -np.sum(logs * y) + 0.5 * np.sum(w * (s @ w))
        return value, np.r_[(phi.T @ r + s @ w).ravel(), r.sum(0)]

    best = minimize(objective, np.zeros((phi.shape[1] + 1) * classes), jac=True, method="BFGS",
                    options={"gtol": 1e-8, "maxiter": 5000})
    w, b = best.x[:-classes].reshape(-1, classes), best.x[-classes:]
    f = np.exp(phi @ w + b)
    return {"inputs": x.tolist(), "labels": labels.tolist(), "classes": classes, "lambda": lam,
            "probabilities": (f / f.sum(1, keepdims=True)).tolist()}


cases = {"regressions": [regression(80, 1, 0.3), regression(120, 2, 0.1), regression(60, 3, 1.0)],
         "classifications": [classification(90, 2, 3), classification(60, 2, 2)]}
with open("additive.json", "w") as file:
    json.dump(cases, file)
