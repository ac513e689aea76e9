"""Runs the tool on what is in bad.py and extreme.py; see scripts/test-inputs."""
import concurrent.futures
import json
import math
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import bad
import extreme

KAN = os.path.abspath(sys.argv[1])
SHORT = "--short" in sys.argv
# All that the documentation names.
CODES = {0, 64, 65, 66, 70, 73, 74}


def run(arguments, folder):
    try:
        result = subprocess.run(
            [KAN, *arguments], cwd=folder, capture_output=True, timeout=60, stdin=subprocess.DEVNULL,
            env={**os.environ, "NO_COLOR": "1"})
    except subprocess.TimeoutExpired:
        return None, "", "still running after 60 s"
    return result.returncode, result.stdout.decode(errors="replace"), result.stderr.decode(errors="replace")


def error_lines(text):
    return [line for line in text.splitlines() if line.lower().startswith("error:")]


def check_refusal(arguments, folder, left=()):
    """What is wrong with how something bad was refused; None if nothing is."""
    code, output, errors = run(arguments, folder)
    if code not in CODES or code in (0, 70):
        return f"code {code}: {errors[-300:]}"
    if len(error_lines(errors)) != 1:
        return f"{len(error_lines(errors))} lines of error: {errors[-300:]}"
    if output.strip():
        return f"prints {output[:100]}"
    for name in left:
        if (Path(folder) / name).exists():
            return f"left {name} behind"
    return None


def finite(value):
    if isinstance(value, dict):
        return all(finite(entry) for entry in value.values())
    if isinstance(value, list):
        return all(finite(entry) for entry in value)
    return not isinstance(value, float) or math.isfinite(value)


def check_extreme(table, way, folder):
    """A run ends with a model that works, or with one line and without a model; None, or what is wrong."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        data = Path(place) / "x.csv"
        data.write_text("a,b,y\n" + "".join(",".join(row) + "\n" for row in table))
        code, output, errors = run(["train", "x.csv", "--json", "--threads", "1", "--save", "m.safetensors", *way], place)
        if code in (64, 65):
            return None if len(error_lines(errors)) == 1 else f"not one line of error: {errors[-300:]}"
        if code != 0:
            return f"code {code}: {errors[-300:]}"
        try:
            result = json.loads(output, parse_constant=lambda name: float("nan"))
        except ValueError:
            return f"no JSON: {output[:200]}"
        if not finite(result):
            return "a result is not finite"
        code, output, errors = run(["inspect", "m.safetensors"], place)
        if code != 0:
            return f"inspect: code {code}: {errors[-300:]}"
        code, output, errors = run(["predict", "m.safetensors", "x.csv"], place)
        if code != 0:
            return f"predict: code {code}: {errors[-300:]}"
        cells = [cell for line in output.splitlines()[1:] for cell in line.split(",")]
        if any(cell.lower().lstrip("-") in ("nan", "inf", "infinity") for cell in cells):
            return "a prediction is not finite"
    return None


def bad_cases(folder):
    """(name, arguments) of commands that have to be refused."""
    good = Path(folder) / "good.csv"
    good.write_text(bad.GOOD)
    y = Path(folder) / "y.npy"
    y.write_bytes(bad.npy(bad.header(shape="(30,)"), bytes(120)))
    x = Path(folder) / "x.npy"
    x.write_bytes(bad.npy(bad.header(), bad.struct.pack("<60f", *range(60))))
    model = Path(folder) / "good.safetensors"
    code, _, errors = run(["train", "good.csv", "--hidden", "2", "--epochs", "2", "--save", model.name], folder)
    assert code == 0, errors
    for number, (name, contents) in enumerate(bad.tables()):
        path = f"table{number}.csv"
        (Path(folder) / path).write_bytes(contents)
        yield f"table {name}", ["train", path, "--epochs", "1", "--save", f"{path}.safetensors"]
        # One row suffices to evaluate.
        if name != "one-row":
            yield f"table {name} to evaluate", ["evaluate", model.name, path]
    for number, (name, contents) in enumerate(bad.arrays()):
        path = f"array{number}.npy"
        (Path(folder) / path).write_bytes(contents)
        yield f"array {name}", ["train", path, "--target", "y.npy", "--epochs", "1"]
        yield f"array {name} as targets", ["train", "x.npy", "--target", path, "--epochs", "1"]
    for number, (name, files) in enumerate(bad.image_folders()):
        path = Path(folder) / f"images{number}"
        path.mkdir()
        for file, contents in files.items():
            (path / file).write_bytes(contents)
        yield f"images {name}", ["train", path.name, "--epochs", "1"]
    for number, (name, contents) in enumerate(bad.models(model.read_bytes())):
        path = f"model{number}.safetensors"
        (Path(folder) / path).write_bytes(contents)
        yield f"model {name}", ["inspect", path]
        yield f"model {name} to predict", ["predict", path, "good.csv"]
    for name, options in bad.options():
        yield f"options {name}", ["train", "good.csv", *options]


def main():
    failures = []
    random.seed(1)
    with tempfile.TemporaryDirectory() as folder:
        cases = list(bad_cases(folder))
        if SHORT:
            cases = [case for index, case in enumerate(cases) if index % 4 == 0]
        extremes = [
            (f"{name} {' '.join(way)}", table, way)
            for name, table in extreme.tables() for way in extreme.ways()
        ]
        if SHORT:
            extremes = random.sample(extremes, 250)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            refusals = pool.map(lambda case: (case, check_refusal(case[1], folder)), cases)
            for (name, arguments), failure in refusals:
                if failure:
                    failures.append(f"{name}: kan {' '.join(arguments)}: {failure}")
            results = pool.map(lambda case: (case[0], check_extreme(case[1], case[2], folder)), extremes)
            for name, failure in results:
                if failure:
                    failures.append(f"{name}: {failure}")
    for failure in failures:
        print(failure, file=sys.stderr)
    print(
        f"{len(cases)} bad inputs and {len(extremes)} trainings on extreme numbers, {len(failures)} of them not as documented")
    sys.exit(1 if failures else 0)


main()
