"""The numbers of checkup.json, by numpy and scipy: run in this folder.

shifts      population stability indices of counts in bins, each with half a row more, and the χ² quantile that chance
            exceeds with a probability of level; bins with fewer than 5 expected rows are taken together
conditions  condition numbers of the B-splines on an even grid at some points, without functions that are 0 there
quantiles   χ² quantiles
"""

import json

import numpy as np
from scipy.interpolate import BSpline
from scipy.stats import chi2

rng = np.random.default_rng(7)
LEVEL = 1e-3


def shift(known, found):
    known, found = np.array(known, float), np.array(found, float)
    n, m = known.sum(), found.sum()
    expected = (known + found) * min(n, m) / (n + m)
    few = expected < 5
    a, b = list(known[~few]), list(found[~few])
    if expected[few].sum() >= 5:
        a.append(known[few].sum())
        b.append(found[few].sum())
    elif few.any():
        place = int(np.argmin(np.add(a, b)))
        a[place] += known[few].sum()
        b[place] += found[few].sum()
    a, b = np.array(a), np.array(b)
    p, q = (a + 0.5) / (n + len(a) / 2), (b + 0.5) / (m + len(a) / 2)
    return {
        "known": known.astype(int).tolist(), "found": found.astype(int).tolist(),
        "index": float(np.sum((p - q) * np.log(p / q))),
        "noise": float(chi2.isf(LEVEL, len(a) - 1) * (n + m) / (n * m)),
    }


def condition(count, intervals, degree, low, high):
    step = 2 / intervals
    knots = -1 + step * np.arange(-degree, intervals + degree + 1)
    x = rng.uniform(low, high, count)
    phi = BSpline.design_matrix(x, knots, degree).toarray()
    phi = phi[:, np.any(phi != 0, axis=0)]
    s = np.linalg.svd(phi, compute_uv=False)
    return {
        "intervals": intervals, "degree": degree, "x": x.tolist(), "functions": phi.shape[1],
        "condition": float(s[0] / s[-1]),
    }


result = {
    "level": LEVEL,
    "shifts": [
        shift(rng.multinomial(2000, [0.1] * 10), rng.multinomial(500, [0.1] * 10)),
        shift(rng.multinomial(2000, [0.1] * 10), rng.multinomial(700, np.linspace(1, 3, 10) / 20)),
        shift([1000, 990, 10], [0, 100, 300]),
        shift([50, 40, 3, 2, 1, 1, 1], [45, 40, 2, 2, 4, 0, 2]),
        shift([500, 480, 1, 1, 0], [20, 30, 0, 0, 1]),
    ],
    "conditions": [
        condition(300, 5, 3, -1, 1), condition(200, 12, 3, -0.2, 0.9), condition(100, 8, 2, -1, 1),
        condition(60, 4, 5, -1, 1), condition(50, 3, 1, 0.1, 0.5),
    ],
    "quantiles": [
        {"degrees": k, "level": level, "value": float(chi2.isf(level, k))}
        for k in [1, 2, 5, 9, 40, 1000] for level in [0.05, 1e-3, 1e-6]
    ],
}
with open("checkup.json", "w") as file:
    json.dump(result, file)
    file.write("\n")
