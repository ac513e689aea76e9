#!/usr/bin/env python3
"""Figures of the Python package: the wheel's size, import, one row, a small fit, and a step against inKAN in PyTorch.

    PYTHON Benchmarks/python/figures.py [--wheel dist/X.whl] [--json]

PYTHON is a Python with the package, scikit-learn, and for the step PyTorch and inKAN. `scripts/test-python` makes one in
.build/python. Each figure is a median of several runs; ratios are measured in one run, in alternating order.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--wheel")
parser.add_argument("--json", action="store_true")
parser.add_argument("--rounds", type=int, default=9)
arguments = parser.parse_args()
results = {}


def show(name, value, unit, reach):
    results[name] = value
    if not arguments.json:
        print(f"{name:<44} {value:>10.4g} {unit:<8} {reach}", flush=True)


if not arguments.json:
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}")

if arguments.wheel:
    show("wheel", os.path.getsize(arguments.wheel) / 1e6, "MB", "25 at most")


def seconds_of(program):
    """What a fresh interpreter takes for it, beyond starting."""
    code = f"import time; t = time.perf_counter(); {program}; print(time.perf_counter() - t)"
    return statistics.median(
        float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)
        for _ in range(arguments.rounds))


show("import swiftkan", seconds_of("import swiftkan"), "s", "0.1")
show("import swiftkan, Network (with numpy)", seconds_of("from swiftkan import Network"), "s", "")

import numpy as np  # noqa: E402
from swiftkan import KANClassifier, KANRegressor, Network  # noqa: E402

rng = np.random.default_rng(0)
network = Network([64, 64, 64])
row = rng.uniform(-1, 1, (1, 64)).astype(np.float32)


def microseconds(call, count=2000):
    call()
    times = []
    for _ in range(arguments.rounds):
        start = time.perf_counter()
        for _ in range(count):
            call()
        times.append((time.perf_counter() - start) / count * 1e6)
    return statistics.median(times)


show("Network.predict of one row, 64-64-64", microseconds(lambda: network.predict(row)), "µs", "15")

from sklearn.datasets import load_breast_cancer  # noqa: E402
from sklearn.metrics import roc_auc_score  # noqa: E402
from sklearn.model_selection import StratifiedKFold  # noqa: E402

X, y = load_breast_cancer(return_X_y=True)
for name, options in [
    ("", {}), (", holdout=0", {"holdout": 0}), (", effort='additive'", {"effort": "additive"}),
    (", additive, holdout=0", {"effort": "additive", "holdout": 0})
]:
    times, areas = [], []
    for train, test in StratifiedKFold(5, shuffle=True, random_state=0).split(X, y):
        start = time.perf_counter()
        model = KANClassifier(n_jobs=1, **options).fit(X[train], y[train])
        times.append(time.perf_counter() - start)
        areas.append(roc_auc_score(y[test], model.predict_proba(X[test])[:, 1]))
    show(f"fit of breast_cancer, one core{name}", statistics.median(times), "s", "0.1")
    show(f"AUC of breast_cancer, mean of 5 folds{name}", float(np.mean(areas)), "", "0.994")

from sklearn.utils.estimator_checks import check_estimator  # noqa: E402

for estimator in (KANRegressor(), KANClassifier()):
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        checks = check_estimator(estimator, on_fail=None, on_skip=None)
    for status in ("passed", "failed", "skipped"):
        count = sum(check["status"] == status for check in checks)
        show(f"checks of {type(estimator).__name__}, {status}", count, "", "0" if status != "passed" else "")

try:
    import torch
    from inkan import KANLayer as InKANLayer
    from swiftkan.torch import KAN
except ImportError as error:
    print(f"step in PyTorch: left out: {error}", file=sys.stderr)
else:
    from swiftkan._library import call, library
    from swiftkan.torch import _borrowed, _Passes

    torch.set_num_threads(max(1, int(library.swiftkan_threads())))

    def step(model, x, dy):
        for parameter in model.parameters():
            parameter.grad = None
        model(x).backward(dy)

    def engine_step(passes, p, x, y, dy, dp):
        passes.forward(x, p, y)
        call("session_backward", passes.pointer, _borrowed(dy), None, _borrowed(dp))

    # The shapes of targets.md; its last column has 50 intervals.
    for widths, batch, grid in [
        ([64, 64, 64], 1024, 5), ([784, 64, 10], 4096, 5), ([1000, 1000, 1], 100, 5), ([32, 32, 1], 16384, 5),
        ([64, 64, 64], 1024, 50)
    ]:
        x, dy = torch.rand(batch, widths[0]) * 2 - 1, torch.randn(batch, widths[-1])
        own = KAN(widths, grid_size=grid, seed=0)
        other = torch.nn.Sequential(
            *[InKANLayer(a, b, grid_size=grid, compile_basis=False) for a, b in zip(widths, widths[1:])])
        passes = _Passes(own._network(torch.float32), batch)
        y, dp = torch.empty(batch, widths[-1]), torch.empty_like(own.weight)
        p = own.weight.detach()
        runs = {
            "own": lambda: step(own, x, dy), "other": lambda: step(other, x, dy),
            "engine": lambda: engine_step(passes, p, x, y, dy, dp)}
        times = {name: [] for name in runs}
        for place in range(arguments.rounds + 1):
            for name, run in runs.items():
                start = time.perf_counter()
                run()
                if place:
                    times[name].append(time.perf_counter() - start)
        own_time, other_time, engine_time = (statistics.median(times[name]) for name in ("own", "other", "engine"))
        label = "-".join(map(str, widths)) + f", batch {batch}, grid {grid}"
        show(f"step {label}", own_time * 1e3, "ms", "")
        show("  over the engine's own", own_time / engine_time, "", "1.05")
        show("  inKAN over it", other_time / own_time, "", "")

if arguments.json:
    print(json.dumps(results))
