"""The smallest least-squares solutions by numpy.linalg.lstsq, for last_layer.json: run in this folder."""
import json

import numpy as np
from scipy.interpolate import BSpline

random = np.random.default_rng(3)


def case(rows, inputs, grid, degree, outputs, weighted, change=lambda x: x):
    x = random.uniform(-1, 1, size=(rows, inputs))
    x[0] = -1
    x[-1] = 1
    x = change(x)
    y = random.normal(size=(rows, outputs))
    weights = random.uniform(0.2, 2, size=rows) if weighted else np.ones(rows)
    knots = -1 + 2 / grid * np.arange(-degree, grid + degree + 1)
    phi = np.hstack([BSpline.design_matrix(x[:, i], knots, degree).toarray() for i in range(inputs)]
                    + [np.ones((rows, 1))])
    root = np.sqrt(weights)[:, None]
    w = np.linalg.lstsq(root * phi, root * y, rcond=None)[0]
    loss = (weights[:, None] * (phi @ w - y) ** 2).sum() / (weights.sum() * outputs)
    return {"inputs": x.tolist(), "targets": y.tolist(), "weights": weights.tolist() if weighted else None,
            "grid": grid, "degree": degree, "parameters": w.ravel().tolist(), "loss": loss}


def duplicated(x):
    x[:, 1] = x[:, 0]
    return x


cases = [
    case(60, 1, 5, 3, 1, False), case(80, 3, 4, 2, 2, True), case(9, 2, 6, 3, 1, False),
    case(50, 2, 5, 3, 2, True, duplicated), case(2, 2, 5, 3, 1, False),
]
with open("last_layer.json", "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
