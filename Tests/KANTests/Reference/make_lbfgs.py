"""Minima found by scipy's L-BFGS-B, for lbfgs.json: run in this folder."""
import json

import numpy as np
from scipy.optimize import minimize, rosen, rosen_der

random = np.random.default_rng(7)
OPTIONS = {"maxiter": 10_000, "maxfun": 100_000, "ftol": 1e-16, "gtol": 1e-12}


def case(kind, value, gradient, start, **data):
    found = minimize(value, start, jac=gradient, method="L-BFGS-B", options=OPTIONS)
    return {"kind": kind, "start": list(start), "minimum": found.x.tolist(), "value": float(found.fun), "iterations": found.nit, **data}


def quadratic(size, condition):
    """x·A·x/2 - b·x with eigenvalues from 1 to the condition number."""
    vectors, _ = np.linalg.qr(random.normal(size=(size, size)))
    a = vectors * np.geomspace(1, condition, size) @ vectors.T
    b = random.normal(size=size)
    return case("quadratic", lambda x: x @ a @ x / 2 - b @ x, lambda x: a @ x - b, np.zeros(size),
                matrix=a.ravel().tolist(), side=b.tolist())


def softmax_regression(rows=60, columns=3, classes=4, decay=0.01):
    """Weighted cross-entropy of X·W + b with a penalty decay/2·(|W|² + |b|²); columns of X reach from -1 to 1."""
    x = random.uniform(-1, 1, size=(rows, columns))
    x[0], x[1] = -1, 1
    labels = random.integers(0, classes, size=rows)
    weights = random.uniform(0, 3, size=rows)
    share = weights / weights.sum()

    def loss_and_gradient(p):
        w, b = p[:columns * classes].reshape(columns, classes), p[columns * classes:]
        z = x @ w + b
        z = z - z.max(axis=1, keepdims=True)
        probabilities = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        loss = -(share * np.log(probabilities[np.arange(rows), labels])).sum() + decay / 2 * p @ p
        dz = probabilities.copy()
        dz[np.arange(rows), labels] -= 1
        dz *= share[:, None]
        return loss, np.concatenate([(x.T @ dz).ravel(), dz.sum(axis=0)]) + decay * p

    return case("softmax", lambda p: loss_and_gradient(p)[0], lambda p: loss_and_gradient(p)[1],
                np.zeros(columns * classes + classes), inputs=x.ravel().tolist(), labels=labels.tolist(),
                weights=weights.tolist(), decay=decay, classes=classes)


cases = [
    case("rosenbrock", rosen, rosen_der, np.array([-1.2, 1.0])),
    case("rosenbrock", rosen, rosen_der, np.array([-1.2, 1.0] * 5)),
    quadratic(5, 10), quadratic(30, 1000), softmax_regression(),
]
with open("lbfgs.json", "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
