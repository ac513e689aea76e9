"""What the regressor and the classifier share."""

from __future__ import annotations

import json
from ctypes import byref, c_double, c_void_p
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import _check_feature_names, _check_n_features, check_is_fitted, validate_data

from ._arrays import borrowed
from ._library import call, library, taken
from ._looking import Picture
from ._network import Network
from ._tables import Column, Table, array_columns, frame_columns, is_frame, ordered
from ._training import NO_CONTEXT, Callback, follow


MOST_WEIGHED = 1024
"""Rows that ``feature_importances_`` go by: spreads to a few percent, at a fraction of a training's time."""


PATIENCE = 5
"""Epochs without a better loss after which ``early_stopping`` ends a training."""


class KANEstimator(BaseEstimator):
    """The parameters of both, the same as those of ``kan train``."""

    def __init__(
        self,
        *,
        effort: str = "fast",
        loss: str | None = None,
        quantile: float | None = None,
        delta: float | None = None,
        grid: int | None = None,
        knots: str = "data",
        starts: int | None = None,
        monotone: dict[str, int] | None = None,
        categorical: list[str] | None = None,
        holdout: float = 0.2,
        keep_order: bool = False,
        precision: str = "float",
        warm_start: bool = False,
        epochs: int = 20,
        learning_rate: float = 0.005,
        early_stopping: bool = False,
        random_state: Any = None,
        n_jobs: int | None = None,
        callback: Callback | None = None,
        verbose: bool | int = False,
    ) -> None:
        self.effort = effort
        self.loss = loss
        self.quantile = quantile
        self.delta = delta
        self.grid = grid
        self.knots = knots
        self.starts = starts
        self.monotone = monotone
        self.categorical = categorical
        self.holdout = holdout
        self.keep_order = keep_order
        self.precision = precision
        self.warm_start = warm_start
        self.epochs = epochs
        self.learning_rate = learning_rate
        self.early_stopping = early_stopping
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.callback = callback
        self.verbose = verbose

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    # Rows

    def _columns(self, X: Any, reset: bool) -> list[Column]:
        """X as columns; names and their number are checked as scikit-learn does."""
        if is_frame(X):
            _check_feature_names(self, X, reset=reset)
            _check_n_features(self, X, reset=reset)
            if X.shape[0] < 1 or X.shape[1] < 1:
                raise ValueError(f"Found array with shape {X.shape} while a minimum of 1 row and 1 feature is required.")
            columns = list(frame_columns(X))
            for column in columns:
                if column.levels is None and np.isinf(column.values).any():
                    raise ValueError(f"Input X contains infinity, in column {column.name!r}.")
            return columns
        X = validate_data(
            self, X, reset=reset, dtype=[np.float64, np.float32], ensure_all_finite="allow-nan",
            ensure_min_samples=1)
        return array_columns(X, self._names())

    def _names(self) -> list[str]:
        """Names of columns; those of an array are x0, x1 and so on."""
        if hasattr(self, "feature_names_in_"):
            return [str(name) for name in self.feature_names_in_]
        return [f"x{place}" for place in range(self.n_features_in_)]

    @staticmethod
    def _unlike(name: str, names: list[str]) -> str:
        """A name that no column has."""
        while name in names:
            name += "_"
        return name

    def _threads(self) -> int:
        if self.n_jobs is None:
            return 0
        if self.n_jobs == 0:
            raise ValueError("n_jobs == 0 has no meaning")
        cores = int(library.swiftkan_threads())
        return min(self.n_jobs, cores) if self.n_jobs > 0 else max(1, cores + 1 + self.n_jobs)

    def _seed(self) -> int:
        if self.random_state is None:
            return 0
        if isinstance(self.random_state, (int, np.integer)):
            return int(self.random_state)
        return int(self.random_state.randint(np.iinfo(np.int32).max))

    # Training

    def _fit(
        self, columns: list[Column], targets: list[Column], weights: np.ndarray | None, task: str,
        class_weight: str | None = None
    ) -> None:
        names = [column.name for column in columns]
        if len(columns[0].values) < 2:
            raise ValueError("There is only 1 sample (n_samples=1), and at least 2 are needed.")
        everything = columns + targets
        if not self.keep_order:
            everything, weights = ordered(everything, weights)
        table = Table()
        for column in everything:
            table.add(column)
        weight_name = None
        if weights is not None:
            weight_name = self._unlike("sample_weight", names + [column.name for column in targets])
            table.numbers(weight_name, weights)
        given = dict(
            targets=[column.name for column in targets], weights=weight_name, task=task, effort=self.effort, loss=self.loss,
            quantile=self.quantile, delta=self.delta, grid=self.grid, knots=self.knots, starts=self.starts,
            monotone=self.monotone, categorical=self.categorical, holdout=self.holdout, precision=self.precision,
            class_weight=class_weight, seed=self._seed(), threads=self._threads())
        options = json.dumps({key: value for key, value in given.items() if value is not None}).encode()
        model, result = c_void_p(), c_void_p()

        def run(report: Any) -> None:
            call("fit", table.pointer, options, report, NO_CONTEXT, byref(model), byref(result))

        follow(run, self.callback, self.verbose)
        self.network_ = Network._from(model, self._threads())
        self.choice_ = json.loads(taken(result))
        self.n_iter_ = max(1, self.choice_["epochs"])
        self._adopt()
        self._weigh(columns)

    def _continue(self, columns: list[Column], targets: list[Column], weights: np.ndarray | None, epochs: int) -> None:
        """Trains the network further on some rows."""
        table = Table()
        for column in columns + targets:
            table.add(column)
        names = [column.name for column in columns + targets]
        weight_name = None
        if weights is not None:
            weight_name = self._unlike("sample_weight", names)
            table.numbers(weight_name, weights)
        rows = len(columns[0].values)
        options = json.dumps(
            dict(
                method="adam", learning_rate=self.learning_rate, epochs=epochs, batch=min(256, max(1, rows)),
                seed=self._seed(), threads=self._threads(), **({"weights": weight_name} if weight_name else {}),
                **({"patience": PATIENCE} if self.early_stopping and epochs > 1 else {}))).encode()
        result = c_void_p()

        def run(report: Any) -> None:
            call(
                "train_table", self.network_._pointer, table.pointer, options, report, NO_CONTEXT, byref(result))

        follow(run, self.callback, self.verbose)
        taken(result)
        self._adopt()

    def _adopt(self) -> None:
        """Takes what a prediction has to know of the network."""
        description = self.network_.description
        names = self._names()
        self._read = [column["name"] for column in description["columns"]]
        self._is_direct = description["isPlain"] and description["inputs"] == names and self._read == names

    @classmethod
    def _of(cls, network: Network) -> Any:
        """An estimator around a network of a model file."""
        model = cls()
        description = network.description
        model.network_ = network
        names = list(dict.fromkeys(column["name"] for column in description["columns"]))
        model.n_features_in_ = len(names)
        # Those of an array are not names that anybody has given.
        if names != [f"x{place}" for place in range(len(names))]:
            model.feature_names_in_ = np.array(names, dtype=object)
        model.choice_ = {}
        model._targets = description["targets"]
        model._adopt()
        return model

    # Predictions

    def _table(self, X: Any) -> tuple[Table, int]:
        columns = self._columns(X, reset=False)
        table = Table()
        for column in columns:
            if column.name in self._read:
                table.add(column)
        return table, len(columns[0].values)

    def _outputs(self, X: Any) -> np.ndarray:
        """The network's predictions: [rows × outputs]"""
        check_is_fitted(self, "network_")
        if self._is_direct and not is_frame(X):
            X = validate_data(
                self, X, reset=False, dtype=[np.float64, np.float32], ensure_all_finite="allow-nan")
            if not np.isnan(X.sum()) or not np.isnan(X).any():
                return self.network_.predict(X).astype(np.float64)
            table = Table()
            for column in array_columns(X, self._names()):
                table.add(column)
            rows = len(X)
        else:
            table, rows = self._table(X)
        y = np.empty((rows, self.network_.outputs))
        call("predict_table", self.network_._pointer, table.pointer, borrowed(y), self._threads())
        return y

    # Looking into the network

    def _weigh(self, columns: list[Column]) -> None:
        """Sets ``feature_importances_`` by some rows of the training."""
        rows = len(columns[0].values)
        chosen = np.arange(min(rows, MOST_WEIGHED)) * rows // min(rows, MOST_WEIGHED)
        table, result = Table(), c_void_p()
        for column in columns:
            if column.name in self._read:
                table.add(column.selecting(chosen))
        call("importances", self.network_._pointer, table.pointer, self._threads(), byref(result))
        shares = json.loads(taken(result))
        self.feature_importances_ = np.array([shares.get(name) or 0.0 for name in self._names()])

    def _judging(self, X: Any, y: Any) -> Table:
        """A table of rows with their targets."""
        check_is_fitted(self, "network_")
        columns, targets, _ = self._rows(X, y, None, reset=False)
        table = Table()
        for column in columns + targets:
            table.add(column)
        return table

    def explain(self, X: Any, output: Any = None) -> dict[str, Any]:
        """What each column contributes to an output, on some rows.

        Parameters
        ----------
        X : array_like or frame, [rows × columns]
        output : optional
            The class, or the number of the target; the last class or first target without.

        Returns
        -------
        dict
            ``inputs``, each with its ``share`` of the output's variance and a curve (``points``, ``values``);
            ``interactions`` of pairs, and the shares ``additive`` and ``rest``.
        """
        table, _ = self._table(X)
        place = -1
        if output is not None:
            place = int(np.flatnonzero(self.classes_ == output)[0]) if hasattr(self, "classes_") else int(output)
        result = c_void_p()
        call("explain", self.network_._pointer, table.pointer, place, self._threads(), byref(result))
        return json.loads(taken(result))

    def formula(self, X: Any, y: Any) -> list[dict[str, Any]]:
        """Formulas for the network, judged by rows with their targets.

        Returns
        -------
        list of dict
            For each target its name (``target``) and ``front``: formulas from simple to accurate in sympy's syntax, with
            ``rmse``, ``r2``, ``complexity``, ``latex`` and whether it is the one to take (``isChosen``).
        """
        table, result = self._judging(X, y), c_void_p()
        call("formula", self.network_._pointer, table.pointer, self._threads(), byref(result))
        return json.loads(taken(result))["targets"]

    def plot(self, X: Any = None) -> Picture:
        """The network as a picture, of what some rows do in it if they are given; a notebook shows it."""
        check_is_fitted(self, "network_")
        table = None if X is None else self._table(X)[0]
        result = c_void_p()
        call(
            "plot", self.network_._pointer, table and table.pointer, type(self).__name__.encode(), self._threads(),
            byref(result))
        return Picture(taken(result))

    def report(self, X: Any, y: Any, path: Any = None) -> Picture:
        """One page of pictures about the network on rows with their targets, written to a file if there is a path."""
        table, result = self._judging(X, y), c_void_p()
        call(
            "report_page", self.network_._pointer, table.pointer, type(self).__name__.encode(), self._threads(),
            byref(result))
        page = Picture(taken(result))
        if path is not None:
            page.save(path)
        return page

    def refine(self, X: Any, grid: int) -> float:
        """Moves the network to finer grids and keeps its outputs on some rows.

        Returns
        -------
        float
            The largest change of an output, in scaled units.

        Raises
        ------
        KANError
            If no layer has a grid that can be refined, as where additive splines were chosen.
        """
        table, _ = self._table(X)
        largest = c_double()
        call("refine", self.network_._pointer, table.pointer, int(grid), self._threads(), byref(largest))
        self.network_._measure()
        return largest.value

    def prune(
        self, X: Any, y: Any, *, threshold: float | None = None, edges: int | None = None, inputs: int | None = None,
        nodes: int | None = None, epochs: int = 20
    ) -> dict[str, Any]:
        """Removes edges that do not matter, and trains what is left on rows with their targets.

        Parameters
        ----------
        threshold : float, optional
            The share of an output's spread that an edge must have to be left; 0.01 if nothing is given.
        edges, inputs, nodes : int, optional
            How many are left.

        Returns
        -------
        dict
            ``edgesBefore``, ``edgesAfter``, ``inputsRemoved``, ``lossBefore``, ``lossPruned`` and ``lossAfter``.
        """
        table = self._judging(X, y)
        given = dict(
            threshold=threshold, edges=edges, inputs=inputs, nodes=nodes, epochs=epochs, threads=self._threads())
        options = json.dumps({key: value for key, value in given.items() if value is not None}).encode()
        model, result = c_void_p(), c_void_p()

        def run(report: Any) -> None:
            call(
                "prune", self.network_._pointer, table.pointer, options, report, NO_CONTEXT, byref(model), byref(result))

        follow(run, self.callback, self.verbose)
        self.network_ = Network._from(model, self._threads())
        self._adopt()
        self._weigh(self._columns(X, reset=False))
        return json.loads(taken(result))

    def _repr_html_(self) -> str:
        text = super()._repr_html_()
        return text + self.plot().text if hasattr(self, "network_") else text

    # Storing

    def save(self, path: Any) -> None:
        """Writes the model file, which ``kan predict`` and ``swiftkan.load`` read."""
        check_is_fitted(self, "network_")
        self.network_.save(path)
