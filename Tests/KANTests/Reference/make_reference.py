"""Writes the JSON files beside it: golden numbers of bases, losses, optimisers, schedules and metrics.

Needs numpy and scipy.
"""

import json
import math
import pathlib

import numpy as np
from numpy.polynomial import chebyshev
from scipy.interpolate import BSpline
from scipy.special import log_softmax, softmax

random = np.random.default_rng(1)
here = pathlib.Path(__file__).parent


def write(name, cases):
    text = ",\n".join(json.dumps(case) for case in cases)
    (here / f"{name}.json").write_text(f"[\n{text}\n]\n")


# Splines: every function of a grid as a scipy BSpline of its own.


def knots_of(points, degree, ends):
    if ends == "clamped":
        return np.concatenate([[points[0]] * degree, points, [points[-1]] * degree])
    steps = np.arange(1, degree + 1)
    below = points[0] - steps[::-1] * (points[1] - points[0])
    above = points[-1] + steps * (points[-1] - points[-2])
    return np.concatenate([below, points, above])


def padded(knots, degree):
    """Further knots beyond both ends, so that scipy's base interval is the whole of `knots`."""
    steps = np.arange(1, degree + 1)
    return np.concatenate([knots[0] - steps[::-1], knots, knots[-1] + steps])


def functions(knots, degree, x, order):
    """[functions] of one grid at x, inside the grid: the right end is closed."""
    count = len(knots) - degree - 1
    return [float(BSpline(knots, np.eye(count)[i], degree)(x, nu=order)) for i in range(count)]


def spline(points, degree, ends, outside, x):
    knots = knots_of(points, degree, ends)
    a, b = points[0], points[-1]
    if a <= x <= b:
        return functions(knots, degree, x, 0), functions(knots, degree, x, 1)
    if outside == "base":
        if not knots[0] < x < knots[-1]:
            zeros = [0.0] * (len(knots) - degree - 1)
            return zeros, zeros
        wide = padded(knots, degree)
        return tuple(functions(wide, degree, x, order)[degree:-degree] for order in (0, 1))
    end = a if x < a else b
    values, slopes = functions(knots, degree, end, 0), functions(knots, degree, end, 1)
    if outside == "clamp":
        return values, [0.0] * len(values)
    return [v + (x - end) * s for v, s in zip(values, slopes)], slopes


def breakpoints(kind, intervals, degree):
    if kind == "uniform":
        # Steps that are exact in binary, so that a point at a knot is at that knot.
        return np.linspace(-1, 1, intervals + 1)
    points = np.sort(random.uniform(-3, 2, intervals + 1))
    if kind == "repeated":
        at = random.integers(1, intervals - 1)
        points[at : at + min(degree, 2)] = points[at]
        points.sort()
    return points


def spline_cases():
    for degree in range(1, 6):
        for ends in ("extended", "clamped"):
            for kind in ("uniform", "random", "repeated"):
                intervals = int(random.choice([2, 4, 8])) if kind == "uniform" else int(random.integers(4, 8))
                points = breakpoints(kind, intervals, degree)
                knots = knots_of(points, degree, ends)
                a, b = points[0], points[-1]
                outer = np.concatenate([knots[1:degree], knots[degree + intervals + 1 : -1]])
                near = [a - 0.3 * (points[1] - a), a - 1e-9, b + 1e-9, b + 0.6 * (b - points[-2])]
                far = [knots[0] - 0.5, knots[-1] + 7]
                beyond = np.concatenate([near, far, outer if ends == "extended" else []])
                inside = np.concatenate([points, random.uniform(a, b, 8)])
                for outside in ("base", "clamp", "linear"):
                    x = np.concatenate([inside, beyond]) if outside == "base" else beyond
                    rows = [spline(points, degree, ends, outside, float(p)) for p in x]
                    yield {
                        "degree": degree,
                        "ends": ends,
                        "isUniform": kind == "uniform",
                        "outside": outside,
                        "breakpoints": points.tolist(),
                        "x": x.tolist(),
                        "values": [row[0] for row in rows],
                        "derivatives": [row[1] for row in rows],
                    }


write("splines", spline_cases())


# The other bases


def chebyshev_case(degree):
    x = np.concatenate([random.uniform(-1, 1, 12), [-1, 0, 1, -1.5, 1.001, 4]])
    inside = np.clip(x, -1, 1)
    values, derivatives = [], []
    for k in range(1, degree + 1):
        series = np.eye(degree + 1)[k]
        slope = chebyshev.chebval(inside, chebyshev.chebder(series))
        values.append(chebyshev.chebval(inside, series) + (x - inside) * slope)
        derivatives.append(slope)
    return {"degree": degree, "x": x.tolist(), "values": np.array(values).T.tolist(),
            "derivatives": np.array(derivatives).T.tolist()}


write("chebyshev", [chebyshev_case(degree) for degree in (1, 2, 3, 8)])


def gaussian_case(centers, low, high, base):
    c = np.linspace(low, high, centers)
    h = (high - low) / (centers - 1)
    x = np.concatenate([random.uniform(low - h, high + h, 12), c, [low - 9 * h, high + 9 * h, 0]])
    u = (x[:, None] - c) / h
    values, derivatives = np.exp(-(u**2)), -2 * u / h * np.exp(-(u**2))
    sigmoid = 1 / (1 + np.exp(-x))
    if base == "silu":
        values = np.column_stack([values, x * sigmoid])
        derivatives = np.column_stack([derivatives, sigmoid * (1 + x * (1 - sigmoid))])
    if base == "identity":
        values = np.column_stack([values, x])
        derivatives = np.column_stack([derivatives, np.ones_like(x)])
    return {"centers": centers, "range": [low, high], "base": base, "x": x.tolist(), "values": values.tolist(),
            "derivatives": derivatives.tolist()}


write("gaussian", [
    gaussian_case(2, -1.0, 1.0, "none"),
    gaussian_case(6, -1.0, 1.0, "silu"),
    gaussian_case(5, -0.5, 3.0, "identity"),
])


# Losses


def cross_entropy_case(logits, labels):
    rows = len(labels)
    picked = -log_softmax(logits, axis=1)[np.arange(rows), labels]
    gradient = softmax(logits, axis=1)
    gradient[np.arange(rows), labels] -= 1
    return {"outputs": logits.tolist(), "labels": [int(l) for l in labels], "loss": picked.mean(),
            "gradient": (gradient / rows).tolist()}


def squared_error_case(rows, columns, scale):
    outputs, targets = scale * random.normal(size=(2, rows, columns))
    return {"outputs": outputs.tolist(), "targets": targets.tolist(), "loss": ((outputs - targets) ** 2).mean(),
            "gradient": (2 * (outputs - targets) / outputs.size).tolist()}


write("cross_entropy", [
    cross_entropy_case(random.normal(size=(7, 5)), random.integers(0, 5, 7)),
    cross_entropy_case(random.choice([-1e4, 0, 1e4], size=(6, 4)), random.integers(0, 4, 6)),
    cross_entropy_case(np.array([[1e4, -1e4], [-1e4, 1e4], [1e4, 1e4 - 1]]), np.array([1, 1, 1])),
    cross_entropy_case(np.zeros((2, 3)), np.array([0, 2])),
    cross_entropy_case(np.array([[3.0]]), np.array([0])),
])
write("squared_error", [squared_error_case(1, 1, 1), squared_error_case(9, 5, 1), squared_error_case(4, 3, 1e4)])


# Optimisers: twenty given gradients, one step each


def sgd(p, gradients, rate, momentum, decay):
    v = np.zeros_like(p)
    for g in gradients:
        v = momentum * v + g + decay * p
        p = p - rate * v
        yield p


def adamw(p, gradients, rate, beta1, beta2, epsilon, decay):
    m, v = np.zeros_like(p), np.zeros_like(p)
    for t, g in enumerate(gradients, 1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        p = p - rate * (m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + epsilon) + decay * p)
        yield p


def optimizer_case(rule, **settings):
    start = random.normal(size=19)
    gradients = random.normal(size=(20, 19)) * np.logspace(-4, 2, 19)
    steps = {"sgd": sgd, "adam": adamw}[rule](start, gradients, **settings)
    return {"rule": rule, "settings": settings, "start": start.tolist(), "gradients": gradients.tolist(),
            "steps": [p.tolist() for p in steps]}


write("optimizers", [
    optimizer_case("sgd", rate=0.01, momentum=0.9, decay=0.0),
    optimizer_case("sgd", rate=0.1, momentum=0.0, decay=0.01),
    optimizer_case("sgd", rate=0.003, momentum=0.5, decay=0.1),
    optimizer_case("adam", rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-8, decay=0.0),
    optimizer_case("adam", rate=0.02, beta1=0.8, beta2=0.95, epsilon=1e-6, decay=0.05),
])


# Schedules


def cosine(rate, t, total):
    return rate * (1 + math.cos(math.pi * t / total)) / 2


def one_cycle(rate, t, total):
    """torch.optim.lr_scheduler.OneCycleLR with its defaults: pct_start 0.3, div_factor 25, final_div_factor 1e4."""
    low, final = rate / 25, rate / 25 / 1e4
    top, last = 0.3 * total - 1, total - 1

    def along(start, end, share):
        return end + (start - end) / 2 * (1 + math.cos(math.pi * share))

    return along(low, rate, t / top) if t <= top else along(rate, final, (t - top) / (last - top))


write("schedules", [
    {"schedule": name, "rate": 0.03, "steps": steps, "rates": [rule(0.03, t, steps) for t in range(steps)]}
    for name, rule in (("constant", lambda rate, t, total: rate), ("cosine", cosine), ("one-cycle", one_cycle))
    for steps in (10, 57)
])


# Metrics


def metrics_case(rows, offset, noise):
    targets = offset + random.normal(size=rows)
    predictions = targets + noise * random.normal(size=rows) + 0.1
    squares = (predictions - targets) ** 2
    return {"predictions": predictions.tolist(), "targets": targets.tolist(), "rmse": math.sqrt(squares.mean()),
            "r2": 1 - squares.sum() / ((targets - targets.mean()) ** 2).sum(),
            "pearson": np.corrcoef(predictions, targets)[0, 1]}


write("metrics", [metrics_case(40, 0, 0.5), metrics_case(40, 1000, 0.01), metrics_case(7, -3, 3)])


# Random numbers: xoshiro256** started by SplitMix64, from their authors' C code (https://prng.di.unimi.it)

MASK = 2**64 - 1


def xoshiro(seed, count):
    def split_mix():
        nonlocal seed
        seed = (seed + 0x9E3779B97F4A7C15) & MASK
        z = seed
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def rotate(x, by):
        return ((x << by) | (x >> (64 - by))) & MASK

    s = [split_mix() for _ in range(4)]
    for _ in range(count):
        yield (rotate(s[1] * 5 & MASK, 7) * 9) & MASK
        t = (s[1] << 17) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotate(s[3], 45)


write("random", [{"seed": seed, "numbers": list(xoshiro(seed, 12))} for seed in (0, 1, 2**64 - 1)])
