#!/usr/bin/env python3
"""Times the refit of many inputs' coefficients against torch.linalg.lstsq, in turns on the same data.

For each input, 1000 points and the values of 64 curves there; wanted are the 53 coefficients of each curve. PyTorch gets
the matrix of functions of each input, [784 x 1000 x 53], ready made; `refit` makes it on the way, which is in its time.
"""

import argparse
import csv
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import torch


def functions(x, grid, degree):
    """Phi: [inputs x points x (grid + degree)] of uniform splines on [-1, 1], by de Boor's recursion; x: [points x inputs]."""
    u = (x.T.astype(np.float64) + 1) * (grid / 2)
    cells = np.clip(u.astype(int), 0, grid - 1)
    t = u - cells
    values = [np.ones_like(t)]
    for order in range(1, degree + 1):
        row = [np.zeros_like(t) for _ in range(order + 1)]
        for r, value in enumerate(values):
            row[r] += (r + 1 - t) * value / order
            row[r + 1] += (t + order - r - 1) * value / order
        values = row
    phi = np.zeros(u.shape + (grid + degree,))
    for r, value in enumerate(values):
        np.put_along_axis(phi, (cells + r)[..., None], value[..., None], axis=2)
    return phi


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--refit", required=True, help="the program of that name")
    parser.add_argument("--inputs", type=int, default=784)
    parser.add_argument("--points", type=int, default=1000)
    parser.add_argument("--grid", type=int, default=50)
    parser.add_argument("--outputs", type=int, default=64)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=pathlib.Path, help="CSV file; else JSON goes to standard output")
    options = parser.parse_args()
    degree = 3
    torch.set_num_threads(options.threads)
    random = np.random.default_rng(1)
    shape = (options.inputs, options.points, options.outputs)
    x = random.uniform(-1, 1, (options.points, options.inputs)).astype(np.float32)
    phi = functions(x, options.grid, degree)
    curves = random.standard_normal((options.inputs, options.grid + degree, options.outputs))
    y = (phi @ curves + 0.1 * random.standard_normal(shape)).astype(np.float32)
    a, b = torch.from_numpy(phi.astype(np.float32)), torch.from_numpy(y)

    def residual(coefficients):
        """The root of the mean square over all inputs, points and outputs, and the largest of an input."""
        squares = ((phi @ coefficients.astype(np.float64) - y) ** 2).mean(axis=(1, 2))
        return squares.mean() ** 0.5, squares.max() ** 0.5

    times, solutions = {"ours": [], "gels": [], "gelsy": []}, {}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        x.tofile(folder / "x")
        y.tofile(folder / "y")
        command = [options.refit, folder / "x", folder / "y", folder / "c", "--inputs", str(options.inputs), "--outputs",
                   str(options.outputs), "--grid", str(options.grid), "--threads", str(options.threads)]
        for number in range(options.rounds):
            answer = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
            times["ours"] += answer["milliseconds"]
            for driver in ("gels", "gelsy"):
                start = time.perf_counter()
                solutions[driver] = torch.linalg.lstsq(a, b, driver=driver).solution
                times[driver].append(1000 * (time.perf_counter() - start))
            print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
        solutions["ours"] = np.fromfile(folder / "c", np.float32).reshape(options.inputs, -1, options.outputs)
    rows = []
    for name, milliseconds in times.items():
        mean, largest = residual(np.asarray(solutions[name]))
        rows.append({"solver": name, "inputs": options.inputs, "points": options.points,
                     "coefficients": options.grid + degree, "outputs": options.outputs, "threads": options.threads,
                     "medianMilliseconds": statistics.median(milliseconds), "lowest": min(milliseconds),
                     "highest": max(milliseconds), "residual": mean, "largestResidual": largest})
    if options.out is None:
        print(json.dumps(rows, indent=2))
        return
    with open(options.out, "w", newline="") as file:
        table = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


if __name__ == "__main__":
    main()
