#!/usr/bin/env python3
"""What models predict for the rows of rows.csv, or if their names have "rents" in them for those of rents.csv, by numpy
and scipy in double precision: writes predictions.json.

    python3 predict.py MODEL.safetensors …

needs numpy and scipy. Nothing of the library takes part, and a spline is scipy's.
"""
import csv
import json
import pathlib
import struct
import sys

import numpy as np
from scipy.interpolate import BSpline
from scipy.special import expit, softmax


def read(path):
    """(metadata, tensors) of a safetensors file."""
    data = path.read_bytes()
    size, = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + size])
    tensors = {
        name: np.frombuffer(
            data[8 + size:][slice(*entry["data_offsets"])], {"F32": "<f4", "F64": "<f8"}[entry["dtype"]]
        ).reshape(entry["shape"]).astype(np.float64)
        for name, entry in header.items() if name != "__metadata__"}
    return header["__metadata__"], tensors


def base(kind, x):
    return {"none": [], "identity": [x], "silu": [x * expit(x)]}[kind]


def spline(x, knots, settings):
    """B-splines with their tangents beyond the ends, which are the knots k places from the first and the last one."""
    degree = int(settings["degree"])
    a, b = knots[degree], knots[-degree - 1]
    count = len(knots) - degree - 1
    if settings["uniform"] == "1":  # The file's knots are rounded.
        knots = a + (b - a) / (count - degree) * np.arange(-degree, count + 1)
    values = []
    for k in range(count):
        function = BSpline(knots, np.eye(count)[k], degree)
        inside = np.clip(x, a, b)
        tangent = np.where(x > b, function(b, 1), function(a, 1))
        values.append(function(inside) + {"linear": tangent * (x - inside), "clamp": 0}[settings["outside"]])
    return values + base(settings["base"], x)


def gaussian(x, limits, settings):
    count = int(settings["centers"])
    low, high = limits
    centers = np.linspace(low, high, count)
    return [np.exp(-((x - c) * (count - 1) / (high - low)) ** 2) for c in centers] + base(settings["base"], x)


def chebyshev(x, settings):
    values = []
    for k in range(1, int(settings["degree"]) + 1):
        function = np.polynomial.Chebyshev.basis(k)
        inside = np.clip(x, -1, 1)
        values.append(function(inside) + function.deriv()(inside) * (x - inside))
    return values


def features(layer, index, column, x, tensors):
    """[rows × K] of one input."""
    settings = layer["settings"]
    if layer["basis"] == "bSpline":
        values = spline(x, tensors[f"layers.{index}.basis.knots"][column], settings)
    elif layer["basis"] == "gaussian":
        values = gaussian(x, tensors[f"layers.{index}.basis.range"][0], settings)
    elif layer["basis"] == "chebyshev":
        values = chebyshev(x, settings)
    else:
        values = {"linear": [x]}[layer["basis"]]
    return np.stack(values, axis=1)


def encoded(table, encoding):
    """[rows × in] from a table of texts, as the encoding of its columns says."""
    columns = []
    for entry in encoding["inputs"]:
        cells = [row[entry["column"]] for row in table]
        (kind, details), = entry["kind"].items()
        if kind == "number":
            values = [details["gap"] if cell == "" else float(cell) for cell in cells]
            columns.append([(x - details["shift"]) * details["scale"] for x in values])
        elif kind == "gap":
            columns.append([float(cell == "") for cell in cells])
        elif kind == "flag":
            columns.append([{"yes": 1.0, "no": 0.0, "": details["gap"]}[cell] for cell in cells])
        elif kind == "level":
            columns.append([float(cell == details["_0"]) for cell in cells])
        else:
            raise ValueError(f"{path}: {kind}")
    return np.array(columns).T


def predict(path):
    metadata, tensors = read(path)
    topology = json.loads(metadata["network"])
    encoding = topology.get("encoding")
    if encoding:
        with open(folder / ("rents.csv" if "rents" in path.name else "rows.csv"), newline="") as file:
            rows = encoded(list(csv.DictReader(file)), encoding)
    else:
        rows = np.loadtxt(folder / "rows.csv", delimiter=",", skiprows=1)
    shift, factor = tensors["scaling.inputs"]
    y = (rows - shift) * factor
    for index, layer in enumerate(topology["layers"]):
        weight = tensors[f"layers.{index}.weight"]
        z = tensors[f"layers.{index}.bias"] + sum(
            features(layer, index, column, y[:, column], tensors) @ weight[column]
            for column in range(layer["inputs"]))
        y = {"identity": lambda z: z, "relu": lambda z: np.maximum(z, 0), "silu": lambda z: z * expit(z),
             "tanh": np.tanh, "sigmoid": expit}[layer["activation"]](z)
    if topology["task"] == "classification":
        return softmax(y, axis=1)
    shift, factor = tensors["scaling.outputs"]
    y = y / factor + shift
    if topology.get("objective", {}).get("name") == "poisson":
        y = np.exp(y)
    for column, target in enumerate(encoding["targets"] if encoding else []):
        y[:, column] = y[:, column] / target["number"]["scale"] + target["number"]["shift"]
    return y


folder = pathlib.Path(__file__).parent
predictions = {pathlib.Path(name).name: predict(pathlib.Path(name)).tolist() for name in sys.argv[1:]}
lines = (f'  "{name}": {json.dumps(values)}' for name, values in sorted(predictions.items()))
(folder / "predictions.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
