"""A classifier for scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, _check_y, check_consistent_length, column_or_1d

from ._estimator import KANEstimator
from ._tables import Column


class KANClassifier(ClassifierMixin, KANEstimator):
    """A network for classes that is chosen by the data.

    Parameters
    ----------
    class_weight : 'balanced' or dict, optional
        ``balanced`` makes every class count the same: the weight of a row is multiplied by W / (C · W_c), W_c the sum of
        its class's weights, W that of all rows and C the number of classes. A dictionary has a factor for each class, 1
        for one that it lacks. A warm start balances the rows that it is given, and ``partial_fit`` goes by all rows since
        ``fit``, so that a few rows of a rare class count no more than they would in a table of all rows.
    effort, grid, knots, starts, categorical, holdout, keep_order, precision, warm_start, epochs, learning_rate, \
early_stopping, random_state, n_jobs, callback, verbose
        See `KANRegressor`. Nothing but the tool's own bits depends on ``holdout`` here: 0 learns from all rows.

    Attributes
    ----------
    classes_ : ndarray, [classes]
    network_ : Network
    choice_ : dict
        What was chosen and why, and notes on columns.

    Examples
    --------
    >>> import numpy as np
    >>> from swiftkan import KANClassifier
    >>> rng = np.random.default_rng(0)
    >>> X = rng.uniform(-1, 1, (300, 2))
    >>> y = np.where(X[:, 0] ** 2 + X[:, 1] ** 2 < 0.5, "inside", "outside")
    >>> model = KANClassifier().fit(X, y)
    >>> model.classes_.tolist()
    ['inside', 'outside']
    >>> bool(model.score(X, y) > 0.9)
    True
    >>> model.predict_proba(X).shape
    (300, 2)
    """

    def __init__(
        self,
        *,
        class_weight: Any = None,
        effort: str = "fast",
        grid: int | None = None,
        knots: str = "data",
        starts: int | None = None,
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
        callback: Any = None,
        verbose: bool | int = False,
    ) -> None:
        super().__init__(
            effort=effort, grid=grid, knots=knots, starts=starts, categorical=categorical, holdout=holdout, keep_order=keep_order,
            precision=precision, warm_start=warm_start, epochs=epochs, learning_rate=learning_rate,
            early_stopping=early_stopping,
            random_state=random_state, n_jobs=n_jobs, callback=callback, verbose=verbose)
        self.class_weight = class_weight

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> KANClassifier:
        """Chooses and trains a network.

        Parameters
        ----------
        X : array_like or frame, [rows × columns]
            Numbers, NaN where one is missing; or a frame of pandas or polars with texts, categories, times and gaps.
        y : array_like, [rows]
            Classes: numbers or texts.
        sample_weight : array_like, [rows], optional
            A row of weight 2 counts twice.

        Returns
        -------
        self
        """
        continues = self.warm_start and hasattr(self, "network_")
        columns = self._columns(X, reset=not continues)
        y = self._labels(columns, y)
        if not continues:
            self.classes_ = np.unique(y)
        if len(self.classes_) < 2:
            raise ValueError(f"The target has only one class, {self.classes_[0]!r}; at least 2 are needed.")
        targets, weights = self._targets_of(columns, y, sample_weight)
        seen = self._class_sums(targets, weights)
        if continues:
            self._continue(columns, targets, self._balanced(targets, weights, seen), self.epochs)
        else:
            self._fit(columns, targets, weights, "classification", "balanced" if self._balances else None)
        self._seen = seen
        return self

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> KANClassifier:
        """Trains the network further by one pass over some rows; the first call is ``fit``.

        Parameters
        ----------
        classes : array_like, optional
            All classes; the rows of the first call have to have some of each.
        """
        if not hasattr(self, "network_"):
            self.fit(X, y, sample_weight)
            if classes is not None and len(np.setdiff1d(classes, self.classes_)):
                del self.network_
                raise ValueError("the rows of the first partial_fit have to have some of all classes")
            return self
        columns = self._columns(X, reset=False)
        y = self._labels(columns, y)
        targets, weights = self._targets_of(columns, y, sample_weight)
        # A network of a model file has seen rows of which nothing is known here.
        seen = self._class_sums(targets, weights) + getattr(self, "_seen", 0)
        self._continue(columns, targets, self._balanced(targets, weights, seen), 1)
        self._seen = seen
        return self

    @property
    def _balances(self) -> bool:
        return isinstance(self.class_weight, str) and self.class_weight == "balanced"

    def _class_sums(self, targets: list[Column], weights: np.ndarray | None) -> np.ndarray:
        """The sum of the rows' weights for each class: [classes]"""
        return np.bincount(targets[0].values, weights, minlength=len(self.classes_)).astype(np.float64)

    def _balanced(self, targets: list[Column], weights: np.ndarray | None, seen: np.ndarray) -> np.ndarray | None:
        """Weights by which classes with these sums count the same."""
        if not self._balances:
            return weights
        factors = np.divide(seen.sum() / max(1, np.count_nonzero(seen)), seen, out=np.zeros_like(seen), where=seen > 0)
        own = factors[targets[0].values]
        return own if weights is None else own * weights

    def _labels(self, columns: list[Column], y: Any) -> np.ndarray:
        if y is None:
            raise ValueError("This KANClassifier estimator requires y to be passed, but the target y is None.")
        y = column_or_1d(y, warn=True)
        _check_y(y, multi_output=False)
        check_consistent_length(columns[0].values, y)
        check_classification_targets(y)
        return y

    def _rows(
        self, X: Any, y: Any, sample_weight: Any, reset: bool
    ) -> tuple[list[Column], list[Column], np.ndarray | None]:
        columns = self._columns(X, reset=reset)
        return (columns, *self._targets_of(columns, self._labels(columns, y), sample_weight))

    def _targets_of(
        self, columns: list[Column], y: np.ndarray, sample_weight: Any
    ) -> tuple[list[Column], np.ndarray | None]:
        unknown = np.setdiff1d(y, self.classes_)
        if len(unknown):
            raise ValueError(f"the model does not know the class {unknown[0]!r}")
        codes = np.searchsorted(self.classes_, y).astype(np.int32)
        self._targets = [self._unlike("y", [column.name for column in columns])]
        targets = [Column(self._targets[0], codes, [self._text(label) for label in self.classes_])]
        weights = None
        if sample_weight is not None:
            weights = _check_sample_weight(sample_weight, y, dtype=np.float64, ensure_non_negative=True)
        if isinstance(self.class_weight, dict):
            # By all classes, of which these rows need not have any.
            factors = compute_class_weight(self.class_weight, classes=self.classes_, y=y)
            if not (np.isfinite(factors).all() and (factors >= 0).all()):
                raise ValueError("class_weight has to be numbers from 0 on")
            own = factors[codes]
            weights = own if weights is None else weights * own
        elif self.class_weight is not None and not self._balances:
            raise ValueError(f"class_weight {self.class_weight!r} is neither 'balanced' nor a dictionary")
        return targets, weights

    @staticmethod
    def _text(label: Any) -> str:
        """The name of a class in a model file: whole numbers without a fraction."""
        if isinstance(label, (float, np.floating)) and float(label).is_integer():
            return str(int(label))
        return str(label)

    def predict_proba(self, X: Any) -> np.ndarray:
        """The probability of each class: [rows × classes]"""
        p = self._outputs(X)
        return p / p.sum(axis=1, keepdims=True)

    def predict_log_proba(self, X: Any) -> np.ndarray:
        """The logarithms of ``predict_proba``: [rows × classes]"""
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    def predict(self, X: Any) -> np.ndarray:
        """The likeliest class of each row: [rows]"""
        p = self._outputs(X)
        return self.classes_[np.argmax(p, axis=1)]

    @classmethod
    def _of(cls, network: Any) -> Any:
        model = super()._of(network)
        names = network.description["classes"]
        numbers = [int(name) for name in names if name.lstrip("-").isdigit()]
        model.classes_ = np.array(numbers if len(numbers) == len(names) else names)
        return model
