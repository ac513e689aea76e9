import csv
import json
import struct
import sys

import numpy as np
from scipy.interpolate import BSpline

ACTIVATIONS = {
    "identity": lambda z: z, "relu": lambda z: np.maximum(z, 0), "silu": lambda z: z / (1 + np.exp(-z)), "tanh": np.tanh,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z))}


def load(path):
    """The JSON of a model and its tensors by name (safetensors: length, header, data)."""
    raw = open(path, "rb").read()
    end = 8 + struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8:end])
    model = json.loads(header.pop("__metadata__")["network"])
    kinds = {"F32": "<f4", "F64": "<f8"}
    return model, {name: np.frombuffer(raw[end:][slice(*t["data_offsets"])], kinds[t["dtype"]]).reshape(t["shape"])
                   for name, t in header.items()}


def splines(x, t, k):
    """Splines of degree k on the knots t: [rows × G + k]"""
    basis = BSpline(t.astype(float), np.eye(len(t) - k - 1), k)
    inside = np.clip(x, t[k], t[-k - 1])  # beyond, they go on along their tangents
    return basis(inside) + basis(inside, 1) * (x - inside)[:, None]


def table_functions(x, kind, count, points):
    """The functions of one column of a table, and its place among the knots: [rows × K]"""
    p = points[:int(count)].astype(float)
    if kind == 2:  # one function for each category
        code = np.where((x >= 0) & (x < count), x, 0).astype(int)
        return np.column_stack([np.eye(int(count))[code], 0 * x])  # which has no place
    cell = np.clip(np.searchsorted(p, x, side="right") - 1, 0, len(p) - 2)
    share = (x - p[cell]) / (p[cell + 1] - p[cell])  # beyond the ends as in the last interval
    place = 2 * (cell + share) / (len(p) - 1) - 1
    if kind == 1:  # hats
        own = np.zeros((len(x), len(p)))
        rows = np.arange(len(x))
        own[rows, cell], own[rows, cell + 1] = 1 - share, share
    else:  # knots that go on evenly at both ends
        low, high = (p[1] - p[0]) * np.arange(3, 0, -1), (p[-1] - p[-2]) * np.arange(1, 4)
        own = splines(x, np.concatenate([p[0] - low, p, p[-1] + high]), 3)
    return np.column_stack([own, place])


def functions(x, tensors, layer, i, j):
    """The functions of input j of layer i, the base function last: [rows × K]"""
    if layer["basis"] == "table":
        return table_functions(x, *tensors[f"layers.{i}.basis.kinds"][j], tensors[f"layers.{i}.basis.points"][j])
    if layer["basis"] == "bSpline":
        degree = int(layer["settings"]["degree"])
        return np.column_stack([splines(x, tensors[f"layers.{i}.basis.knots"][j], degree), x / (1 + np.exp(-x))])
    return x[:, None]


def inputs(cells, model):
    """Cells of a table, by the names of its columns → the model's inputs; times are left out here: [rows × in]"""
    def numbers(column):
        return np.array([float(c) if c not in ("", "NA") else np.nan for c in cells[column]])

    def one(column, kind, own):
        if kind == "levels":  # codes of categories: 0 for others
            codes = {level: 1 + place for place, level in enumerate(own["_0"])}
            return np.array([own["gap"] if c in ("", "NA") else codes.get(c, 0) for c in cells[column]], float)
        x = numbers(column)
        if kind == "gap":
            return np.isnan(x).astype(float)
        x = np.where(np.isnan(x), own["gap"], x)
        if kind == "magnitude":
            return np.arcsinh((x - own["center"]) / own["unit"])
        return (x - own["shift"]) * own["scale"]  # kind == "number"

    encoded = [(i["column"], *next(iter(i["kind"].items()))) for i in model["encoding"]["inputs"]]
    return np.column_stack([one(*i) for i in encoded])


def predict(model, tensors, x):
    """[rows × in] → [rows × out], in the table's units."""
    shift, factor = tensors["scaling.inputs"].astype(float)
    y = (x - shift) * factor
    for i, layer in enumerate(model["layers"]):
        w, b = (tensors[f"layers.{i}.{name}"].astype(float) for name in ["weight", "bias"])  # [in × K × out], [out]
        z = b
        for j, own in enumerate(w):
            phi = functions(y[:, j], tensors, layer, i, j)
            last = phi.shape[1] - 1  # of fewer functions than K the base function is the last of K too
            z = z + phi[:, :last] @ own[:last] + phi[:, last:] @ own[-1:]
        y = ACTIVATIONS[layer["activation"]](z)
    shift, factor = tensors["scaling.outputs"].astype(float)
    y = y / factor + shift
    for target, column in zip(model.get("encoding", {}).get("targets", []), y.T):
        column[:] = column / target["number"]["scale"] + target["number"]["shift"]
    return y


if __name__ == "__main__":  # MODEL INPUTS PREDICTIONS.npy, of a table INPUTS.csv or an array INPUTS.npy
    network, arrays = load(sys.argv[1])
    if sys.argv[2].endswith(".csv"):
        rows = list(csv.DictReader(open(sys.argv[2])))
        data = inputs({name: [row[name] for row in rows] for name in rows[0]}, network)
    else:
        data = np.load(sys.argv[2]).astype(float)
    np.save(sys.argv[3], predict(network, arrays, data))
