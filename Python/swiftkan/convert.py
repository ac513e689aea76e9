"""Networks of other packages as this engine's, with the same outputs.

Each function takes a trained model, or its ``state_dict()`` with tensors or arrays; the other package need not be
installed. All layers are read as they are: knots of each input, base functions, scales, masks, and splines that fade to 0
beyond their outer knots.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from ._network import Layer, Network


def _state(model: Any) -> dict[str, np.ndarray]:
    state = model.state_dict() if hasattr(model, "state_dict") else model
    arrays = {}
    for name, value in state.items():
        if hasattr(value, "detach"):
            value = value.detach().cpu().numpy()
        arrays[name] = np.asarray(value, dtype=np.float64)
    return arrays


def _prefixes(state: dict[str, np.ndarray], ending: str) -> list[str]:
    """What stands before a name, in the order of layers."""
    found = [name[: -len(ending)] for name in state if name.endswith(ending)]
    if not found:
        raise ValueError(f"there is no entry that ends in {ending!r}; entries are {sorted(state)[:8]}")
    return sorted(found, key=lambda name: [int(number) for number in re.findall(r"\d+", name)])


def _network(
    layers: list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]], precision: str, threads: int
) -> Network:
    """A network of layers: knots [in × G + 2k + 1], splines [in × G + k × out], base [in × out], bias [out]."""
    made, parameters = [], []
    for knots, splines, base, bias in layers:
        inputs, functions, outputs = splines.shape
        degree = knots.shape[1] - functions - 1
        if not 1 <= degree <= 5:
            raise ValueError(f"splines of degree {degree}; 1 to 5 are supported")
        made.append(
            Layer(inputs, outputs, grid=functions - degree, degree=degree, knots=knots.tolist(), outside="base"))
        parameters += [np.concatenate([splines, base[:, None, :]], axis=1).ravel(), bias]
    network = Network(made, precision=precision, threads=threads)
    network.parameters = np.concatenate(parameters)
    return network


def from_efficient_kan(model: Any, precision: str = "float", threads: int = 0) -> Network:
    """efficient-kan's ``KAN`` or ``KANLinear`` with its default base function, SiLU.

    Parameters
    ----------
    model : module or state_dict
    precision : {'float', 'double'}

    Returns
    -------
    Network
    """
    state, layers = _state(model), []
    for prefix in _prefixes(state, "spline_weight"):
        splines = state[prefix + "spline_weight"]
        if prefix + "spline_scaler" in state:
            splines = splines * state[prefix + "spline_scaler"][:, :, None]
        base = state[prefix + "base_weight"].T
        layers.append((state[prefix + "grid"], splines.transpose(1, 2, 0), base, np.zeros(base.shape[1])))
    return _network(layers, precision, threads)


def from_inkan(model: Any, precision: str = "float", threads: int = 0) -> Network:
    """inKAN's ``KANNetwork`` or ``KANLayer`` of one dimension with its default base function, SiLU."""
    state, layers = _state(model), []
    for prefix in _prefixes(state, "grid_starts"):
        starts, weight = state[prefix + "grid_starts"], state[prefix + "weight"]
        # A spline of degree 3 begins at each start, so that four more knots end the last one.
        step = (starts[-1] - starts[0]) / (len(starts) - 1)
        knots = starts[0] + step * np.arange(len(starts) + 4)
        outputs = weight.shape[0]
        inputs, rest = divmod(weight.shape[1], len(starts) + 1)
        if rest:
            raise ValueError("a layer of tensor products (dim=2), which this engine does not have")
        count = inputs * len(starts)
        splines = weight[:, :count].reshape(outputs, inputs, len(starts))
        layers.append((np.tile(knots, (inputs, 1)), splines.transpose(1, 2, 0), weight[:, count:].T, np.zeros(outputs)))
    return _network(layers, precision, threads)


def from_pykan(model: Any, precision: str = "float", threads: int = 0) -> Network:
    """pykan's ``KAN`` of sums with its default base function, SiLU, and without symbolic edges."""
    state, layers = _state(model), []
    for index, prefix in enumerate(_prefixes(state, ".coef")):
        name = prefix + "."
        coefficients, mask = state[name + "coef"], state[name + "mask"]
        symbolic = state.get(f"symbolic_fun.{index}.mask")
        if symbolic is not None and symbolic.any():
            raise ValueError("an edge is a symbolic function: convert the network before fixing functions")
        outputs = coefficients.shape[1]
        scale, bias = np.ones(outputs), np.zeros(outputs)
        for kind in ("subnode", "node"):
            own, shift = state.get(f"{kind}_scale_{index}"), state.get(f"{kind}_bias_{index}")
            if own is not None:
                if len(own) != outputs:
                    raise ValueError("a layer with multiplication nodes")
                scale, bias = scale * own, bias * own + shift
        splines = coefficients * (mask * state[name + "scale_sp"] * scale)[:, :, None]
        layers.append(
            (state[name + "grid"], splines.transpose(0, 2, 1), mask * state[name + "scale_base"] * scale, bias))
    return _network(layers, precision, threads)
