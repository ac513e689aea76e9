#!/usr/bin/env python3
"""How often the intervals of `kan` hold targets that neither its training nor its calibration has seen.

Each split leaves a fifth of a table's rows out; `kan train` trains on the rest, a fifth of which it holds out itself to
calibrate intervals by; `kan evaluate` counts on the rows left out. One split's coverage scatters by √(.09/n) for the n rows
left out and as much for the rows held out, so what counts is the mean over splits.
"""

import argparse
import json
import os
import statistics
import tempfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd

import sources
import tool
from sources import regression

REAL = [
    regression("Ecdat/Housing", "price"),
    regression("Ecdat/Hedonic", "mv"),
    regression("Ecdat/Crime", "crmrte"),
    regression("Ecdat/Griliches", "lw80"),
    regression("Ecdat/Schooling", "wage76", "lwage76"),
    regression("Ecdat/Males", "wage"),
    regression("Ecdat/Wages", "lwage"),
    regression("Ecdat/Bwages", "wage", "lnwage"),
    regression("Ecdat/Computers", "price"),
    regression("Ecdat/Star", "tmathssk"),
    regression("Ecdat/OFP", "ofp"),
    regression("MASS/nlschools", "lang"),
    regression("datasets/quakes", "mag"),
    regression("geepack/dietox", "Weight"),
    regression("car/SLID", "wages"),
]
"""Tables of at least 500 rows with a target of many values."""


JOBS = 2


def noise(scale, draw, rows, number, seed):
    """Four columns, of which two act together, and noise by the first."""
    random = np.random.default_rng([seed, number])
    x = random.uniform(-1, 1, (rows, 4))
    y = np.sin(3 * x[:, 0]) + x[:, 1] * x[:, 2] + scale(x) * draw(random, rows)
    return pd.DataFrame(x, columns=list("abcd")).assign(y=y)


MADE = {
    "even noise": lambda n: noise(lambda x: 0.3, lambda r, m: r.standard_normal(m), 800, n, 1),
    "noise by x": lambda n: noise(lambda x: 0.1 + 0.5 * (x[:, 0] > 0), lambda r, m: r.standard_normal(m), 2000, n, 2),
    "heavy tails": lambda n: noise(lambda x: 0.2, lambda r, m: r.standard_t(2.5, m), 1000, n, 3),
    "skewed noise": lambda n: noise(lambda x: 0.3, lambda r, m: r.exponential(size=m), 1000, n, 4),
    "no noise": lambda n: noise(lambda x: 0.0, lambda r, m: np.zeros(m), 600, n, 5),
}


def load(name, number):
    """A table as texts, its target last; another draw for each number of a made one."""
    if name in MADE:
        return sources.texts(MADE[name](number))
    return sources.load(next(s for s in REAL if s.name == name), number)[0]


def measure(program, frame, seed, level, options, folder):
    order = np.random.default_rng(seed).permutation(len(frame))
    fresh = len(frame) // 5
    paths = [os.path.join(folder, n) for n in ["train.csv", "fresh.csv", "model.safetensors"]]
    tool.write(frame.iloc[order[fresh:]], paths[0])
    tool.write(frame.iloc[order[:fresh]], paths[1])
    seconds = json.loads(tool.run(
        [program, "train", paths[0], "--save", paths[2], "--seed", str(seed), "--threads", "1", "--json", *options]))["seconds"]
    result = json.loads(tool.run(
        [program, "evaluate", paths[2], paths[1], "--interval", str(level), "--threads", "1", "--json"]))
    return result["intervals"][0], result["r2"], seconds


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--kan", required=True)
    arguments.add_argument("--level", type=float, default=0.9)
    arguments.add_argument("--tables", help="some of them, separated by commas")
    arguments.add_argument("--splits", type=int, help="of each table (default: by its rows, 8 to 40)")
    arguments.add_argument("--options", default="", help="of kan train")
    given = arguments.parse_args()
    names = [s.name for s in REAL] + list(MADE)
    if given.tables:
        names = [n for n in names if n in given.tables.split(",")]
    print(f"coverage of {given.level:.0%} intervals on fresh rows, mean over splits\n")
    print(f"{'table':14}{'rows':>6}{'splits':>7}{'coverage':>10}{'± se':>8}{'tenths':>16}{'width/sd':>10}{'r2':>7}{'s':>6}")
    within = 0
    for name in names:
        rows = len(load(name, 0))
        splits = given.splits or max(8, min(40, 25000 // rows))

        def one(split):
            frame = load(name, split)
            with tempfile.TemporaryDirectory() as folder:
                found, r2, seconds = measure(given.kan, frame, split, given.level, given.options.split(), folder)
            tenths = [t["coverage"] for t in found["tenths"]]
            return found["coverage"], tenths, found["width"] / frame.iloc[:, -1].astype(float).std(), r2, seconds

        # Trainings of one thread each side by side: the same bits, and less waiting than two threads of one.
        with ThreadPoolExecutor(JOBS) as pool:
            coverages, tenths, widths, r2s, times = zip(*pool.map(one, range(splits)))
        mean = statistics.mean(coverages)
        error = statistics.stdev(coverages) / len(coverages) ** 0.5 if len(coverages) > 1 else float("nan")
        by_tenth = np.mean(tenths, axis=0)
        is_within = abs(mean - given.level) <= 0.02
        within += is_within
        print(
            f"{name:14}{rows:6}{splits:7}{mean:10.3f}{error:8.3f}{by_tenth.min():9.3f}–{by_tenth.max():.3f}"
            f"{statistics.mean(widths):10.2f}{statistics.mean(r2s):7.2f}{statistics.mean(times):6.1f}"
            + ("" if is_within else "  *"), flush=True)
    print(f"\nwithin two points of {given.level:.0%}: {within} of {len(names)}")


if __name__ == "__main__":
    main()
