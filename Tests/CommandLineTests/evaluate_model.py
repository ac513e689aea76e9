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


def functions(x, t, settings):
    """The K functions of one input, splines on the knots t and SiLU: [rows × K]"""
    k = int(settings["degree"])
    splines = BSpline(t.astype(float), np.eye(len(t) - k - 1), k)
    inside = np.clip(x, t[k], t[-k - 1])  # beyond, they go on along their tangents
    return np.column_stack([splines(inside) + splines(inside, 1) * (x - inside)[:, None], x / (1 + np.exp(-x))])


def predict(path, x):
    """[rows × in] → [rows × out], in the data's units, for layers of splines and linear ones."""
    model, tensors = load(path)
    shift, factor = tensors["scaling.inputs"].astype(float)
    y = (x - shift) * factor
    for i, layer in enumerate(model["layers"]):
        w, b = (tensors[f"layers.{i}.{name}"].astype(float) for name in ["weight", "bias"])  # [in × K × out], [out]
        phi = [functions(y[:, j], tensors[f"layers.{i}.basis.knots"][j], layer["settings"])
               if layer["basis"] == "bSpline" else y[:, [j]] for j in range(len(w))]
        y = ACTIVATIONS[layer["activation"]](b + sum(p @ own for p, own in zip(phi, w)))
    shift, factor = tensors["scaling.outputs"].astype(float)
    return y / factor + shift


if __name__ == "__main__":  # MODEL INPUTS.npy PREDICTIONS.npy
    np.save(sys.argv[3], predict(sys.argv[1], np.load(sys.argv[2]).astype(float)))
