"""Made tables: kinds of data on which networks with splines on edges have been reported to fail. Each returns training and test
rows of one draw, the latter None where they are split off.
"""

import numpy as np
import pandas as pd


def table(target, inputs, values):
    return pd.DataFrame(inputs).assign(**{target: values})


def uniform(random, rows, **ranges):
    return {name: random.uniform(low, high, rows) for name, (low, high) in ranges.items()}


def pair(function, target, draw, rows, seed):
    """Training and test rows of a function of drawn inputs."""
    random = np.random.default_rng(seed)
    return tuple(table(target, x, function(**x)) for x in (draw(random, n) for n in rows))


def skew(number=0):
    """Inputs over three orders of magnitude; tests within the range of training."""
    def draw(random, rows):
        return {name: np.exp(1.5 * random.standard_normal(rows)) for name in "abcd"}

    train, test = pair(
        lambda a, b, c, d: np.log(a) + np.sqrt(b) - 1 / (1 + c) + 0.3 * np.log(d), "y", draw, (3000, 2000), [1225, number])
    inside = np.all([test[n].between(train[n].min(), train[n].max()) for n in "abcd"], axis=0)
    return train, test[inside]


def pole(number=0):
    """A pole just outside the range."""
    return pair(
        lambda u, v: 1 / u + v**2, "z", lambda r, n: uniform(r, n, u=(0.1, 10), v=(0.1, 10)), (3000, 2000), [1090, number])


def step(number=0):
    return pair(lambda x: (x < 0.5) * 1.0, "y", lambda r, n: uniform(r, n, x=(0, 1)), (1000, 2000), [1200, number])


def product(number=0):
    return pair(lambda u, v: u * v, "z", lambda r, n: uniform(r, n, u=(-1, 1), v=(-1, 1)), (1000, 1000), [1154, number])


def ordinary(number=0):
    """Eight inputs, of which two pairs interact and four do nothing."""
    return pair(
        lambda x0, x1, x2, x3, **rest: np.exp(np.sin(np.pi * x0) + x1**2) + x2 * x3, "y",
        lambda r, n: uniform(r, n, **{f"x{i}": (-1, 1) for i in range(8)}), (4000, 1000), [1016, number])


def concrete(number=0):
    """Forty-eight rows without noise."""
    def draw(random, rows):
        parts = uniform(random, rows, cement=(150, 500), slag=(0, 200), water=(140, 220), gravel=(600, 900))
        return parts | {"age": random.choice([3.0, 7.0, 28.0, 90.0], rows)}

    return pair(
        lambda cement, slag, water, gravel, age: 10 + 0.09 * (cement - 150) - 0.12 * (water - 140) + 0.03 * slag
        + 7 * np.log(age),
        "strength", draw, (48, 400), [1393, number])


def rare(number=0):
    """Two classes of texts, and one of three rows."""
    random = np.random.default_rng([13376, number])
    inputs = random.standard_normal((1000, 3))
    labels = np.where(inputs[:, 0] + inputs[:, 1] > 0.3, "class one", "class two").astype(object)
    inputs[-3:] += 6
    labels[-3:] = "rare"
    return table("label", dict(zip("abc", inputs.T)), labels), None
