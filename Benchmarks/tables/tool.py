"""Runs `kan` on tables in files, as a user would who says nothing but where they are."""

import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd

THREADS = "2"
TIMEOUT = 300
"""Seconds after which a training counts as a refusal."""


class Refusal(Exception):
    """What `kan` said in place of a model."""


def run(arguments):
    try:
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        raise Refusal(f"no result within {TIMEOUT} s")
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        line = next((line for line in reversed(lines) if line.startswith("error:")), lines[-1])
        raise Refusal(line.removeprefix("error: ").replace(os.path.dirname(arguments[2]) + "/", ""))
    return done.stdout


def write(frame, path):
    """The tables hold texts already, so that this changes no digit."""
    frame.to_csv(path, index=False)


def fit_and_predict(program, options, train, test, folder, is_regression, labels_are_numbers):
    """Predictions for the rows of `test`, numbers or a frame of probabilities by class, and what `kan` reports."""
    paths = {name: os.path.join(folder, name) for name in ["train.csv", "test.csv", "inputs.csv", "model.safetensors"]}
    target = train.columns[-1]
    write(train, paths["train.csv"])
    write(test, paths["test.csv"])
    write(test.iloc[:, :-1], paths["inputs.csv"])
    # Classes that are written as numbers have to be announced to any learner.
    task = ["--task", "classification"] if labels_are_numbers and not is_regression else []
    command = [program, "train", paths["train.csv"], "--test", paths["test.csv"], "--save", paths["model.safetensors"]]
    report = json.loads(run(command + ["--threads", THREADS, "--json", *task, *options]))
    out = run([program, "predict", paths["model.safetensors"], paths["inputs.csv"], "--threads", THREADS])
    path = os.path.join(folder, "predictions.csv")
    with open(path, "w") as file:
        file.write(out)
    table = pd.read_csv(path)
    if len(table) != len(test):
        raise Refusal(f"{len(table)} predictions for {len(test)} rows")
    if is_regression:
        predictions = table.iloc[:, 0].to_numpy(float)
        check("r2", report, 1 - np.sum((predictions - (y := test[target].astype(float))) ** 2) / np.sum((y - y.mean()) ** 2))
        return predictions, report
    if not table.columns[1].startswith(target + ":"):
        raise Refusal("predictions of a regression for classes")
    probabilities = table.iloc[:, 1:].to_numpy(float)
    return pd.DataFrame(probabilities, columns=[n.removeprefix(target + ":") for n in table.columns[1:]]), report


def check(name, report, value):
    """What `kan` says of itself has to be what comes out of its predictions."""
    said = report.get("test", {}).get(name)
    if said is not None and abs(said - value) > 1e-3 * max(1, abs(value)):
        print(f"  kan says {name} {said:.6g}, and its predictions give {value:.6g}", file=sys.stderr)
