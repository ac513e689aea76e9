"""Writes least_squares.json: problems, and what numpy.linalg.lstsq makes of them. Needs numpy."""

import json
import pathlib

import numpy as np

random = np.random.default_rng(1)
here = pathlib.Path(__file__).parent


def case(name, a, b):
    x, _, rank, singular = np.linalg.lstsq(a, b, rcond=max(a.shape) * np.finfo(float).eps)
    return {
        "name": name,
        "a": a.tolist(),
        "b": b.tolist(),
        "x": x.tolist(),
        "rank": int(rank),
        "singularValues": singular.tolist(),
    }


def low_rank(m, n, rank):
    return random.normal(size=(m, rank)) @ random.normal(size=(rank, n))


def with_columns(m, n):
    """A zero column and two equal ones."""
    a = random.normal(size=(m, n))
    a[:, 1] = 0
    a[:, n - 1] = a[:, 0]
    return a


cases = [
    case("square", random.normal(size=(5, 5)), random.normal(size=(5, 1))),
    case("full rank", random.normal(size=(12, 5)), random.normal(size=(12, 3))),
    case("rank 2 of 4", low_rank(9, 4, 2), random.normal(size=(9, 2))),
    case("zero and repeated columns", with_columns(10, 5), random.normal(size=(10, 2))),
    case("more columns than rows", random.normal(size=(4, 7)), random.normal(size=(4, 2))),
    case("wide and rank 2", low_rank(4, 7, 2), random.normal(size=(4, 3))),
    case("one column", random.normal(size=(6, 1)), random.normal(size=(6, 2))),
    case("one row", random.normal(size=(1, 4)), random.normal(size=(1, 2))),
    case("all zero", np.zeros((4, 3)), random.normal(size=(4, 2))),
    case("far scales", random.normal(size=(8, 3)) * 1e100, random.normal(size=(8, 2)) * 1e-100),
]

text = ",\n".join(json.dumps(case) for case in cases)
(here / "least_squares.json").write_text(f"[\n{text}\n]\n")
