"""Compares exports with their models: onnxruntime, numpy, cc and swiftc. See scripts/test-export.

check.py FOLDER TOOL: what export-models has written; models that TOOL has trained, with their tables, lie in FOLDER too.
"""
import collections
import csv
import importlib
import subprocess
import sys

import numpy as np
import onnxruntime

folder, tool = sys.argv[1:3]
sys.path.insert(0, folder)
models = [line.split() for line in open(f"{folder}/index")]
models = [(name, int(columns), int(outputs), int(bits)) for name, columns, outputs, bits in models]
limits = {("onnx", 64): 1e-12, ("python", 64): 1e-12, ("c", 64): 1e-12, ("swift", 64): 1e-12}
largest = collections.defaultdict(lambda: (0.0, ""))
counts = collections.Counter()
failures = []


def read(name, ending, columns):
    return np.fromfile(f"{folder}/{name}.{ending}").reshape(-1, columns)


def compare(what, name, bits, values, expected):
    """Relative to the larger of 1 and the row's largest prediction."""
    values, expected = np.asarray(values, float), np.asarray(expected, float)
    same = (values == expected) | (np.isnan(values) & np.isnan(expected))
    scale = np.maximum(1, np.abs(np.where(np.isfinite(expected), expected, 0)).max(axis=1, keepdims=True))
    with np.errstate(all="ignore"):
        error = float(np.where(same, 0, np.nan_to_num(abs(values - expected) / scale, nan=np.inf)).max())
    counts[what, bits] += 1
    largest[what, bits] = max(largest[what, bits], (error, name))
    if error > limits.get((what, bits), 1e-5):
        failures.append(f"{what} {name}: {error}")


def table(module, rows):
    """Columns by name; texts as texts."""
    result = {}
    for place, name in enumerate(module.COLUMNS):
        cells = rows[:, place]
        if place in module.TEXTS:
            texts = module.TEXTS[place]
            cells = np.array(["" if c != c else "never seen" if c == 0 else texts[int(c) - 1] for c in cells], object)
        result[name] = cells
    return result


def run_onnx(path, columns):
    session = onnxruntime.InferenceSession(path)
    ports = session.get_inputs()
    types = {"tensor(double)": np.float64, "tensor(float)": np.float32, "tensor(string)": object}
    if ports[0].name == "inputs":
        feed = {"inputs": np.column_stack(list(columns.values())).astype(types[ports[0].type])}
    else:
        feed = {port.name: columns[port.name].astype(types[port.type])[:, None] for port in ports}
    results = session.run(None, feed)
    if len(results) == 2 and len(results[0]):
        classes = __import__("json").loads(session.get_modelmeta().custom_metadata_map["kan.classes"])
        assert [classes[k] for k in results[1].argmax(axis=1)] == list(results[0]), path
    one = session.run(None, {name: cells[:1] for name, cells in feed.items()})
    assert np.allclose(one[-1], results[-1][:1], equal_nan=True), path
    return results[-1]


C_MAIN = """
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static void run(void (*f)(const double *, double *), const char *name, int in, int out) {
  char path[4096]; double *x = malloc(sizeof *x * in), *y = malloc(sizeof *y * out);
  snprintf(path, sizeof path, "%s.rows", name); FILE *from = fopen(path, "rb");
  snprintf(path, sizeof path, "%s.out_c", name); FILE *to = fopen(path, "wb");
  while (fread(x, sizeof *x, in, from) == (size_t)in) { f(x, y); fwrite(y, sizeof *y, out, to); }
  fclose(from); fclose(to); free(x); free(y);
}
"""
SWIFT_MAIN = """
import Foundation
func run(_ f: ([Double]) -> [Double], _ name: String, _ columns: Int) {
  let bytes = FileManager.default.contents(atPath: "\\(name).rows")!
  let numbers = bytes.withUnsafeBytes { Array($0.bindMemory(to: Double.self)) }
  var results: [Double] = []
  for start in stride(from: 0, to: numbers.count, by: columns) { results += f(Array(numbers[start..<start + columns])) }
  _ = FileManager.default.createFile(atPath: "\\(name).out_swift", contents: results.withUnsafeBytes { Data($0) })
}
"""


def build():
    """One program for all sources of a language."""
    with open(f"{folder}/main.c", "w") as file:
        file.write(C_MAIN)
        for name, *_ in models:
            file.write(f"void {name}_predict(const double *, double *);\n")
        file.write("int main(void) {\n")
        for name, columns, outputs, _ in models:
            file.write(f'  run({name}_predict, "{name}", {columns}, {outputs});\n')
        file.write("  return 0;\n}\n")
    sources = [f"{name}.c" for name, *_ in models]
    objects = [f"{name}.o" for name, *_ in models]
    # For this processor alone, and for several of which the run chooses: the same bits.
    for options in ["-march=native"], []:
        subprocess.run(["cc", "-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-O2", "-ffp-contract=off", *options,
                        "-c", *sources], cwd=folder, check=True)
        subprocess.run(["cc", "-O1", "main.c", *objects, "-lm", "-o", "run_c"], cwd=folder, check=True)
        subprocess.run(["./run_c"], cwd=folder, check=True)
        results = [open(f"{folder}/{name}.out_c", "rb").read() for name, *_ in models]
        if options == ["-march=native"]:
            native = results
    differ = [name for (name, *_), one, other in zip(models, native, results) if one != other]
    assert not differ, f"other bits without -march=native: {differ}"
    with open(f"{folder}/main.swift", "w") as file:
        file.write(SWIFT_MAIN)
        for name, columns, *_ in models:
            file.write(f'run({name}.predict, "{name}", {columns})\n')
    sources = [f"{name}.swift" for name, *_ in models]
    subprocess.run(["swiftc", "-Onone", "main.swift", *sources, "-o", "run_swift"], cwd=folder, check=True)
    subprocess.run(["./run_swift"], cwd=folder, check=True)


if "--built" not in sys.argv:
    build()
else:
    sys.argv.remove("--built")
exact = 0
for name, columns, outputs, bits in models:
    rows, expected = read(name, "rows", columns), read(name, "expected", outputs)
    module = importlib.import_module(name)
    own = table(module, rows)
    compare("onnx", name, bits, run_onnx(f"{folder}/{name}.onnx", own), expected)
    compare("python", name, bits, module.predict(own), expected)
    compare("c", name, bits, read(name, "out_c", outputs), expected)
    compare("swift", name, bits, read(name, "out_swift", outputs), expected)
    exact += np.array_equal(read(name, "out_c", outputs), expected, equal_nan=True)

# The tool itself on a table's own cells: texts, dates, gaps.
for name in sys.argv[3:]:
    with open(f"{folder}/{name}.csv") as file:
        cells = list(csv.DictReader(file))
    out = subprocess.run([tool, "predict", f"{folder}/{name}.safetensors", f"{folder}/{name}.csv"],
                         capture_output=True, text=True, check=True).stdout
    predictions = list(csv.reader(out.splitlines()))[1:]
    module = importlib.import_module(name)
    columns = {}
    for place, column in enumerate(module.COLUMNS):
        words = [row[column] for row in cells]
        if place in module.TEXTS:
            columns[column] = np.array(words, object)
        elif any(word[4:5] == "-" for word in words):
            columns[column] = np.array([np.datetime64(word) if word else np.datetime64("NaT") for word in words])
            columns[column] = module._numbers(place, columns[column])
        else:
            columns[column] = module._numbers(place, np.array(words, object))
    values = module.predict(columns)
    skipped = len(predictions[0]) - values.shape[1]
    expected = np.array([row[skipped:] for row in predictions], float)
    bits = next(bits for other, _, _, bits in models if other == name)
    compare("python", name + ".csv", bits, values, expected)
    compare("onnx", name + ".csv", bits, run_onnx(f"{folder}/{name}.onnx", columns), expected)
    if skipped:
        assert list(module.classify(columns)) == [row[0] for row in predictions], name

for (what, bits), count in sorted(counts.items()):
    error, name = largest[what, bits]
    print(f"{what:7} {'double' if bits == 64 else 'single'}: {count} models, largest error {error:.2g} ({name})")
print(f"c gives the engine's bits for {exact} of {len(models)} models")
for failure in failures:
    print("error:", failure, file=sys.stderr)
sys.exit(bool(failures))
