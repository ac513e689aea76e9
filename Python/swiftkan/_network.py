"""Networks on numpy arrays."""

from __future__ import annotations

import ctypes
import json
import os
from ctypes import byref, c_double, c_int64, c_void_p
from dataclasses import asdict, dataclass
from typing import Any, Sequence

import numpy as np

from ._arrays import borrowed, column, matrix, numeric
from ._library import Handle, call, check, library, taken
from ._looking import Picture
from ._training import NO_CONTEXT, Callback, follow

_predict = library.swiftkan_predict


@dataclass
class Layer:
    """One layer: out = activation(sum over inputs of f(input) + bias), with its own function f on every edge.

    Parameters
    ----------
    inputs, outputs : int
        The widths.
    basis : str
        ``spline``, ``linear`` (a layer of a multilayer perceptron), ``chebyshev``, ``gaussian``, ``fourier`` or ``hat``.
    grid : int
        Intervals of a grid.
    degree : int
        Degree of splines (1 to 5) or polynomials, or the number of harmonics.
    activation : str
        ``identity``, ``relu``, ``silu``, ``tanh`` or ``sigmoid``.
    products : int
        How many of the outputs, at the end, are products of two sums each.
    knots : sequence of sequences of float, optional
        Of splines, for each input: [inputs × grid + 2 · degree + 1], those beyond the ends included.
    outside : {'linear', 'clamp', 'base'}, optional
        How splines on such knots go on: as lines, as constants, or not at all, which leaves the base function.
    base : {'silu', 'identity', 'none'}, optional
        The function added to them.
    """

    inputs: int
    outputs: int
    basis: str = "spline"
    grid: int = 5
    degree: int = 3
    activation: str = "identity"
    products: int = 0
    knots: Any = None
    outside: str | None = None
    base: str | None = None


class Network:
    """A network of layers, with its scalings, names and training record.

    Rows and results are in the data's units once it has been trained; before that, grids cover [-1, 1] or ``ranges``.

    Parameters
    ----------
    layers : sequence of int or Layer
        Widths from the inputs to the outputs, or the layers themselves.
    basis, grid, degree
        Of all layers, if widths are given; see `Layer`.
    activation : str
        Between layers, if widths are given.
    ranges : array_like, optional
        The range of all inputs ``(low, high)``, or of each: [inputs × 2].
    precision : {'float', 'double'}
        What it computes in; arrays of float32 or float64 are used without a copy.
    seed : int
        Of the initial parameters.
    threads : int
        0 for all cores.

    Examples
    --------
    >>> import numpy as np
    >>> from swiftkan import Network
    >>> rng = np.random.default_rng(1)
    >>> x = rng.uniform(-1, 1, (500, 2))
    >>> y = np.sin(3 * x[:, :1]) * x[:, 1:]
    >>> network = Network([2, 5, 1], precision="double", seed=1)
    >>> history = network.train(x, y, method="lm", epochs=30)
    >>> bool(np.sqrt(np.mean((network.predict(x) - y) ** 2)) < 1e-3)
    True
    >>> network.jacobian(x).shape
    (500, 1, 2)
    """

    def __init__(
        self,
        layers: Sequence[int | Layer],
        *,
        basis: str = "spline",
        grid: int = 5,
        degree: int = 3,
        activation: str = "identity",
        ranges: Any = None,
        precision: str = "float",
        seed: int = 0,
        threads: int = 0,
    ) -> None:
        made: list[Layer] = []
        if layers and isinstance(layers[0], Layer):
            made = list(layers)  # type: ignore[arg-type]
        else:
            widths = [int(width) for width in layers]  # type: ignore[arg-type]
            for index, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
                last = index == len(widths) - 2
                made.append(Layer(inputs, outputs, basis, grid, degree, "identity" if last else activation))
        description: dict[str, Any] = {"layers": [asdict(layer) for layer in made], "seed": int(seed), "precision": precision}
        if ranges is not None:
            description["ranges"] = np.atleast_2d(np.asarray(ranges, dtype=float)).tolist()
        pointer = c_void_p()
        call("network", json.dumps(description).encode(), byref(pointer))
        self._take(pointer, threads)

    def _take(self, pointer: c_void_p, threads: int = 0) -> None:
        self._handle = Handle(pointer.value, "model_free")
        self.threads = int(threads)
        self._measure()

    def _measure(self) -> None:
        sizes = (c_int64 * 4)()
        library.swiftkan_sizes(self._handle.pointer, sizes)
        self._pointer = self._handle.pointer
        self.inputs, self.outputs, self.parameter_count = sizes[0], sizes[1], sizes[2]
        self.dtype = np.dtype(np.float64 if sizes[3] else np.float32)

    @classmethod
    def _from(cls, pointer: c_void_p, threads: int = 0) -> Network:
        network = cls.__new__(cls)
        network._take(pointer, threads)
        return network

    # Files

    @classmethod
    def load(cls, path: str | os.PathLike[str], threads: int = 0) -> Network:
        """Reads a model file.

        Raises
        ------
        FileNotFoundError
            If there is none.
        KANError
            If it is no valid model.
        """
        pointer = c_void_p()
        call("load", os.fspath(path).encode(), byref(pointer))
        return cls._from(pointer, threads)

    @classmethod
    def from_bytes(cls, data: bytes, threads: int = 0) -> Network:
        """Reads a model from memory: the contents of a file, or ``to_bytes()``.

        >>> from swiftkan import Network
        >>> network = Network([2, 1])
        >>> Network.from_bytes(network.to_bytes()).parameter_count == network.parameter_count
        True
        """
        pointer = c_void_p()
        data = bytes(data)
        call("decode", data, len(data), byref(pointer))
        return cls._from(pointer, threads)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes a model file, which ``kan`` reads too. An interrupted write leaves the old file."""
        call("save", self._pointer, os.fspath(path).encode())

    def to_bytes(self) -> bytes:
        """The contents of a model file."""
        data, count = c_void_p(), c_int64()
        call("encode", self._pointer, byref(data), byref(count))
        try:
            return ctypes.string_at(data.value or 0, count.value)
        finally:
            library.swiftkan_free(data)

    def copy(self) -> Network:
        """An independent copy; parameters are shared until one of the two changes."""
        pointer = c_void_p()
        call("copy", self._pointer, byref(pointer))
        return type(self)._from(pointer, self.threads)

    __copy__ = copy

    def __deepcopy__(self, _: Any) -> Network:
        return self.copy()

    def __reduce__(self) -> Any:
        return _restored, (self.to_bytes(), self.threads)

    # Description

    @property
    def description(self) -> dict[str, Any]:
        """Layers, columns, classes and precision, as a dictionary."""
        text = c_void_p()
        call("describe", self._pointer, byref(text))
        return json.loads(taken(text))

    def __repr__(self) -> str:
        layers = self.description["layers"]
        widths = "-".join(str(width) for width in [layers[0]["inputs"]] + [layer["outputs"] for layer in layers])
        return f"<Network {widths}, {self.parameter_count} parameters, {self.dtype.name}>"

    def plot(self) -> Picture:
        """The network as a picture, which a notebook shows."""
        text = c_void_p()
        call("plot", self._pointer, None, b"", self.threads, byref(text))
        return Picture(taken(text))

    def _repr_html_(self) -> str:
        return self.plot().text

    # Parameters

    @property
    def parameters(self) -> np.ndarray:
        """A copy of all parameters, [parameters]: W [inputs · functions × outputs] and bias of each layer in turn.

        Assigning an array of the same length replaces them.
        """
        values = np.empty((self.parameter_count, 1), self.dtype)
        call("parameters", self._pointer, borrowed(values), 0)
        return values[:, 0]

    @parameters.setter
    def parameters(self, values: Any) -> None:
        values = numeric(values).reshape(-1, 1)
        call("parameters", self._pointer, borrowed(values), 1)

    # Predictions and derivatives

    def predict(self, x: Any) -> np.ndarray:
        """The network's answer to each row: numbers in the targets' units, or probabilities of classes.

        Parameters
        ----------
        x : array_like, [rows × inputs]

        Returns
        -------
        ndarray, [rows × outputs]
        """
        x = matrix(x, dtype=self.dtype)
        y = np.empty((x.shape[0], self.outputs), self.dtype)
        message = c_void_p()
        status = _predict(self._pointer, borrowed(x), borrowed(y), self.threads, message)
        if status:
            check(status, message)
        return y

    __call__ = predict

    def forward(self, x: Any) -> np.ndarray:
        """The outputs before the loss's link, so logits of classes: [rows × inputs] to [rows × outputs]."""
        x = matrix(x, dtype=self.dtype)
        y = np.empty((x.shape[0], self.outputs), self.dtype)
        call("forward", self._pointer, borrowed(x), borrowed(y), self.threads)
        return y

    def vjp(self, x: Any, dy: Any) -> tuple[np.ndarray, np.ndarray]:
        """The gradients of the sum of ``dy * forward(x)``, as reverse mode gives them.

        Parameters
        ----------
        x : array_like, [rows × inputs]
        dy : array_like, [rows × outputs]

        Returns
        -------
        dx : ndarray, [rows × inputs]
        dp : ndarray, [parameters]
        """
        x, dy = matrix(x, dtype=self.dtype), matrix(dy, "dy", self.dtype)
        dx = np.empty((x.shape[0], self.inputs), self.dtype)
        dp = np.empty((self.parameter_count, 1), self.dtype)
        call("vjp", self._pointer, borrowed(x), borrowed(dy), borrowed(dx), borrowed(dp), self.threads)
        return dx, dp[:, 0]

    def jacobian(self, x: Any) -> np.ndarray:
        """The derivatives of each output by each input at each row: [rows × outputs × inputs]."""
        x = matrix(x, dtype=self.dtype)
        result = np.empty((x.shape[0] * self.outputs, self.inputs), self.dtype)
        call("jacobian", self._pointer, borrowed(x), borrowed(result), self.threads)
        return result.reshape(x.shape[0], self.outputs, self.inputs)

    def curve(self, layer: int, input: int, output: int, points: Any) -> np.ndarray:
        """The function on one edge at some points of its input: [points] to [points].

        Points of the first layer are in the units of its inputs; values of the last layer in those of the targets.
        """
        points = numeric(points).reshape(-1, 1)
        values = np.empty((points.shape[0], 1), self.dtype)
        call("curve", self._pointer, layer, input, output, borrowed(points), borrowed(values))
        return values[:, 0]

    # Training

    def train(
        self,
        x: Any,
        y: Any,
        *,
        sample_weight: Any = None,
        validation: tuple[Any, Any] | None = None,
        method: str = "adam",
        learning_rate: float | None = None,
        weight_decay: float = 0,
        epochs: int = 20,
        batch: int = 256,
        schedule: str = "constant",
        patience: int | None = None,
        grids: Sequence[int] = (),
        task: str | None = None,
        loss: str | None = None,
        quantile: float | None = None,
        delta: float | None = None,
        sparsity: float = 0,
        entropy: float = 0,
        resume: bool = False,
        seed: int = 0,
        callback: Callback | None = None,
        verbose: bool | int = False,
    ) -> dict[str, Any]:
        """Trains on rows, further if it has been trained. Ctrl-C keeps what has been learned so far.

        Parameters
        ----------
        x : array_like, [rows × inputs]
        y : array_like, [rows × outputs] or [rows]
            Numbers; with ``task='classification'`` the number of each row's class, from 0.
        sample_weight : array_like, [rows], optional
        validation : pair of x and y, optional
            What ``patience`` goes by.
        method : {'adam', 'sgd', 'lbfgs', 'lm'}
            ``lm``, Levenberg-Marquardt, is for regressions with up to some thousands of parameters.
        schedule : {'constant', 'cosine', 'one-cycle'}
        grids : sequence of int
            Grids to train on in turn, from coarse to fine; a finer one is kept if it is clearly better.
        loss : str, optional
            ``mse``, ``huber`` (``delta``), ``absolute``, ``quantile`` (``quantile``), ``poisson``, ``logistic`` or
            ``cross-entropy``.
        callback : callable, optional
            Called with a `Progress` now and then; returns True to end the training.
        verbose : bool
            A progress bar, by tqdm if it is installed.

        Returns
        -------
        dict
            ``epochs``, ``seconds``, ``end``, ``bestEpoch``.
        """
        x, y = matrix(x), column(y)
        given: dict[str, Any] = dict(
            method=method, learning_rate=learning_rate, weight_decay=weight_decay, epochs=epochs, batch=batch,
            schedule=schedule, patience=patience, grids=list(grids), task=task, loss=loss, quantile=quantile, delta=delta,
            sparsity=sparsity, entropy=entropy, resume=resume, seed=seed, threads=self.threads)
        options = json.dumps({key: value for key, value in given.items() if value is not None}).encode()
        weights = None if sample_weight is None else column(sample_weight, "sample_weight")
        other = None if validation is None else (matrix(validation[0]), column(validation[1]))
        result = c_void_p()

        def run(report: Any) -> None:
            call(
                "train", self._pointer, borrowed(x), borrowed(y), None if weights is None else borrowed(weights),
                None if other is None else borrowed(other[0]), None if other is None else borrowed(other[1]), options,
                report, NO_CONTEXT, byref(result))

        try:
            follow(run, callback, verbose)
        finally:
            self._measure()
        return json.loads(taken(result) or "{}")

    def refine(self, x: Any, grid: int) -> float:
        """Moves all grids to finer ones and keeps the outputs on some rows.

        Parameters
        ----------
        x : array_like, [rows × inputs]
        grid : int
            Intervals.

        Returns
        -------
        float
            The largest change of an output.
        """
        from ._tables import Table, array_columns

        x = matrix(x)
        table, largest = Table(), c_double()
        for column_ in array_columns(x, self.description["inputs"] or [f"x{place}" for place in range(x.shape[1])]):
            table.add(column_)
        call("refine", self._pointer, table.pointer, int(grid), self.threads, byref(largest))
        self._measure()
        return largest.value

    def fit_last_layer(self, x: Any, y: Any, *, sample_weight: Any = None, smoothing: float | None = None) -> Network:
        """Fits the last layer's coefficients by penalised least squares, which solves a network of one layer.

        Parameters
        ----------
        smoothing : float, optional
            The penalty's strength; 0 is none, and without one the rows decide.

        Examples
        --------
        >>> import numpy as np
        >>> from swiftkan import Network
        >>> x = np.linspace(-1, 1, 200).reshape(-1, 1)
        >>> network = Network([1, 1], grid=20, precision="double").fit_last_layer(x, np.sin(5 * x))
        >>> bool(np.abs(network.predict(x) - np.sin(5 * x)).max() < 1e-4)
        True
        """
        x, y = matrix(x), column(y)
        weights = None if sample_weight is None else column(sample_weight, "sample_weight")
        call(
            "fit_last_layer", self._pointer, borrowed(x), borrowed(y), None if weights is None else borrowed(weights),
            -1.0 if smoothing is None else float(smoothing), self.threads)
        return self


def _restored(data: bytes, threads: int) -> Network:
    return Network.from_bytes(data, threads)
