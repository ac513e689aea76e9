"""Formulas from tables: which of the formulas behind made data `kan fit --formula` finds.

Each formula gives 2,000 rows without noise. It counts as found if the tool's formula, evaluated by sympy on 1,000 rows
that the tool has not seen, is within 1e-9 of their spread everywhere.
"""
import argparse
import csv
import json
import math
import pathlib
import statistics
import subprocess
import sys
import tempfile

import numpy
import sympy

HERE = pathlib.Path(__file__).parent
SETS = {"SRSD-Feynman easy": "srsd-easy.csv", "others": "others.csv"}


def draw(text, rows, random):
    """Values of a variable: `uniform`, `log` (uniform in the logarithm) or `integer` (rounded log), with both signs."""
    kind, low, high = text.split()
    low, high = float(low), float(high)
    if kind == "uniform":
        return random.uniform(low, high, rows)
    values = numpy.exp(random.uniform(math.log(low), math.log(high), rows))
    if kind.startswith("integer"):
        values = numpy.round(values)
    return values * random.choice([-1, 1], rows) if kind.endswith("signed") else values


def made(row, rows, random):
    """The inputs, and the formula's value at each row."""
    names = [f"x{i}" for i in range(6) if row.get(f"x{i}")]
    inputs = numpy.column_stack([draw(row[name], rows, random) for name in names])
    symbols = sympy.symbols(names)
    formula = sympy.sympify(row["formula"], locals=dict(zip(names, symbols)))
    return names, inputs, evaluate(formula, symbols, inputs)


def evaluate(formula, symbols, inputs):
    function = sympy.lambdify(symbols, formula, "numpy")
    return numpy.broadcast_to(numpy.asarray(function(*inputs.T), dtype=float), len(inputs))


def attempt(kan, row, seed, options):
    random = numpy.random.default_rng(seed)
    names, inputs, targets = made(row, 2000, random)
    _, fresh, expected = made(row, 1000, random)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "data.csv"
        with open(path, "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(names + ["y"])
            writer.writerows([[repr(float(v)) for v in line] for line in numpy.column_stack([inputs, targets])])
        command = [kan, "fit", str(path), "--formula", "--json", "--seed", str(seed), *options]
        result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        return {"error": math.inf, "seconds": math.nan, "formula": result.stderr.strip(), "agreement": 0}
    answer = json.loads(result.stdout)
    found = answer["formulas"][0]
    symbols = sympy.symbols(names)
    error = math.inf
    if not found["splines"]:
        formula = sympy.sympify(found["formula"], locals=dict(zip(names, symbols)))
        with numpy.errstate(all="ignore"):
            values = evaluate(formula, symbols, fresh)
        error = float(numpy.max(numpy.abs(values - expected)) / numpy.std(expected))
        error = error if math.isfinite(error) else math.inf
    return {
        "error": error, "seconds": answer["seconds"], "formula": found["formula"], "agreement": answer["agreement"]}


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--kan", required=True)
    arguments.add_argument("--seeds", default="0,1,2")
    arguments.add_argument("--restarts", default="1")
    arguments.add_argument("--only", help="names, separated by commas")
    arguments.add_argument("--write", help="file for the table")
    options = arguments.parse_args()
    seeds = [int(seed) for seed in options.seeds.split(",")]
    lines = []
    for title, file in SETS.items():
        with open(HERE / file) as opened:
            rows = list(csv.DictReader(line for line in opened if not line.startswith("#")))
        if options.only:
            rows = [row for row in rows if row["name"] in options.only.split(",")]
        counts = [0] * len(seeds)
        times = []
        lines += [f"## {title}", "", "| name | formula | found | largest error | seconds | answer of the first seed |",
                  "|---|---|---|---|---|---|"]
        for row in rows:
            results = [attempt(options.kan, row, seed, ["--restarts", options.restarts]) for seed in seeds]
            found = [result["error"] <= 1e-9 for result in results]
            counts = [count + value for count, value in zip(counts, found)]
            times += [result["seconds"] for result in results]
            answer = results[0]["formula"]
            answer = answer if len(answer) <= 90 else answer[:87] + "…"
            lines.append(
                f"| {row['name']} | `{row['formula']}` | {sum(found)}/{len(seeds)} "
                f"| {max(result['error'] for result in results):.1e} "
                f"| {statistics.median(result['seconds'] for result in results):.1f} | `{answer}` |")
            print(lines[-1], flush=True)
        if rows:
            times = [time for time in times if math.isfinite(time)]
            lines += ["", f"Found of {len(rows)}, by seed: {', '.join(map(str, counts))}; "
                      f"median {statistics.median(times):.1f} s, slowest {max(times):.1f} s.", ""]
            print(lines[-2], flush=True)
    if options.write:
        pathlib.Path(options.write).write_text("\n".join(["# Formulas from tables", "", "Made by `scripts/formulas`. " + " ".join(__doc__.split("\n\n")[1].split()), ""] + lines))


if __name__ == "__main__":
    sys.exit(main())
