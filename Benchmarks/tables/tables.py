#!/usr/bin/env python3
"""Runs `kan` and scikit-learn's models on tables with the same rows for all, and prints scores, ranks and seconds."""

import argparse
import hashlib
import json
import os
import resource
import shutil
import sys
import tempfile
import time
import warnings
from importlib.metadata import version

THREADS = "2"
for variable in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"]:
    os.environ[variable] = THREADS
os.environ.setdefault("KAN_TABLES_CACHE", os.path.expanduser("~/.cache/swift-kan-tables"))

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

import competitors
import report
import scores
import sources
import tool

MODES = {"kan fast": [], "kan best": ["--auto", "best"]}
HOLDOUT = 0.25


class Results:
    """What competitors reached, in a file outside the repository. `kan` is run anew each time, but what it last reached stays
    beside, so that one mode can be compared with another."""

    def __init__(self, path):
        self.path = path
        self.values = {}
        if os.path.exists(path):
            with open(path) as file:
                self.values = json.load(file)

    def put(self, key, value):
        self.values[key] = value
        with open(self.path + ".part", "w") as file:
            json.dump(self.values, file, indent=0, sort_keys=True)
        os.replace(self.path + ".part", self.path)


def split(source, frame, given, number):
    """Training and test rows: a quarter for the test, by class; a class of one row is for training."""
    if given is not None:
        return frame, given
    target = frame.iloc[:, -1]
    rows = np.arange(len(frame))
    single = np.zeros(len(frame), bool)
    if source.kind == "classification":
        single = (target.map(target.value_counts()) < 2).to_numpy()
    train, test = train_test_split(
        rows[~single], test_size=HOLDOUT, random_state=number,
        stratify=target[~single] if source.kind == "classification" else None)
    return frame.iloc[np.r_[train, rows[single]]].reset_index(drop=True), frame.iloc[test].reset_index(drop=True)


def digest(*frames):
    text = "".join(frame.to_csv(index=False) for frame in frames)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def processor_seconds():
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def run_competitor(name, source, train, test, seed):
    is_regression = source.kind == "regression"
    # Kinds of columns are those of the whole table; nothing else is learned from the test rows.
    inputs = sources.parsed(pd.concat([train, test]).iloc[:, :-1])
    known, asked = inputs.iloc[:len(train)], inputs.iloc[len(train):]
    target = train.iloc[:, -1].astype(float) if is_regression else train.iloc[:, -1]
    model = competitors.ALL[name](is_regression, seed, inputs)
    model.fit(known, target)
    if is_regression:
        return scores.of_numbers(test.iloc[:, -1].astype(float).to_numpy(), model.predict(asked))
    return scores.of_classes(test.iloc[:, -1].to_numpy(), list(model.classes_), model.predict_proba(asked))


def run_kan(program, options, source, train, test, folder):
    is_regression = source.kind == "regression"
    target = test.iloc[:, -1]
    are_numbers = not is_regression and pd.to_numeric(train.iloc[:, -1], errors="coerce").notna().all()
    try:
        predicted, said = tool.fit_and_predict(program, options, train, test, folder, is_regression, are_numbers)
    except tool.Refusal as refusal:
        numbers = (lambda c: c.astype(float).to_numpy()) if is_regression else (lambda c: c.to_numpy())
        return scores.of_mean(numbers(train.iloc[:, -1]), numbers(target), is_regression) | {"refusal": str(refusal)}
    if is_regression:
        result = scores.of_numbers(target.astype(float).to_numpy(), predicted)
    else:
        result = scores.of_classes(target.to_numpy(), list(predicted), predicted.to_numpy())
        tool.check("accuracy", said, result["score"])
    return result | {"training": said["seconds"]}


def timed(function, *arguments):
    start, busy = time.perf_counter(), processor_seconds()
    result = function(*arguments)
    return result | {"seconds": time.perf_counter() - start, "processor": processor_seconds() - busy}


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/tables", description=__doc__)
    parser.add_argument("--only", choices=["kan", "competitors"], help="run these; the others' results are as cached, and RESULTS.md stays as it is")
    parser.add_argument("--modes", default="fast,best", help="of kan (default: fast,best)")
    parser.add_argument("--options", default="", help="further options of kan train, for a trial")
    parser.add_argument("--tables", help="only these, by name")
    parser.add_argument("--splits", type=int, default=2, help="of each table, 25 %% for the test (default: 2)")
    parser.add_argument("--fresh", action="store_true", help="tables that nobody tunes on; prints the summary alone")
    parser.add_argument("--details", action="store_true", help="with --fresh, each table too")
    parser.add_argument("--kan", default=None, help="the program (default: that of the release build)")
    parser.add_argument("--again", action="store_true", help="run competitors again, for their seconds on a quiet machine")
    parser.add_argument("--write", metavar="FOLDER", help="write the raw tables of each split there, and do no more")
    return parser.parse_args()


def chosen_sources(options):
    all_of = sources.FRESH if options.fresh else sources.TUNING
    if not options.tables:
        return all_of
    names = options.tables.split(",")
    unknown = set(names) - {s.name for s in all_of}
    if unknown:
        raise SystemExit(f"error: no table {', '.join(sorted(unknown))}; there are {', '.join(s.name for s in all_of)}")
    return [s for s in all_of if s.name in names]


def main():
    options = arguments()
    warnings.filterwarnings("ignore")
    os.environ["PYTHONWARNINGS"] = "ignore"
    cache = os.environ["KAN_TABLES_CACHE"]
    os.makedirs(cache, exist_ok=True)
    results = Results(os.path.join(cache, "results.json"))
    modes = ["kan " + m for m in options.modes.split(",") if m]
    if set(modes) - set(MODES):
        raise SystemExit(f"error: --modes {options.modes}: there are fast and best")
    loud = not options.fresh or options.details
    folder = tempfile.mkdtemp(prefix="kan-tables-")
    rows = []
    try:
        for source in chosen_sources(options):
            entry = report.Entry(source.name, source.kind)
            for number in range(options.splits):
                train, test = split(source, *sources.load(source, number), number)
                entry.shape = (len(train) + len(test), train.shape[1] - 1)
                if options.write:
                    os.makedirs(options.write, exist_ok=True)
                    for part, name in ((train, "train"), (test, "test")):
                        tool.write(part, os.path.join(options.write, f"{source.name}-{number}-{name}.csv"))
                    continue
                key = f"{source.name}/{digest(train, test)}"
                for name in competitors.ALL:
                    own = f"{key}/{name}/scikit-learn {version('scikit-learn')}"
                    if (own not in results.values or options.again) and options.only != "kan":
                        results.put(own, timed(run_competitor, name, source, train, test, number))
                    if own in results.values:
                        entry.add(name, results.values[own])
                for name in modes:
                    own = f"{key}/{name}"
                    if options.only != "competitors":
                        trial = MODES[name] + options.options.split()
                        value = timed(run_kan, options.kan, trial, source, train, test, folder)
                        if options.options:
                            entry.add(name, value)
                            continue
                        results.put(own, value)
                    if own in results.values:
                        entry.add(name, results.values[own])
            rows.append(entry)
            if loud and not options.write:
                print(entry.line(), file=sys.stderr, flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if options.write:
        return
    text = report.page(rows, modes, options.fresh, loud, options.kan)
    print(text)
    if not (options.options or options.tables or options.only) and modes == list(MODES):
        report.save(text, options.fresh)
        report.save_readme(cache, rows, modes, options.fresh)


if __name__ == "__main__":
    main()
