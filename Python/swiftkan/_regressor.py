"""A regressor for scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils.validation import (
    _check_sample_weight, _check_y, check_consistent_length, check_is_fitted, column_or_1d)

from ._arrays import borrowed
from ._estimator import KANEstimator
from ._library import call
from ._tables import Column


class KANRegressor(RegressorMixin, KANEstimator):
    """A network for numbers that is chosen by the data.

    Straight lines, additive splines and small networks are fitted with some rows left out, weighed by how they predict
    those rows, and become one network. Defaults are those of ``kan train``: the same table gives the same model.

    Parameters
    ----------
    effort : {'fast', 'best', 'additive'}
        ``fast`` takes about a second for 10,000 rows, ``best`` up to ten; ``additive`` is straight lines and additive
        splines alone, in a fraction of a second.
    loss : {'mse', 'huber', 'absolute', 'quantile', 'poisson', 'logistic'}, optional
        The mean squared error without one.
    quantile : float, optional
        What the loss ``quantile`` estimates, between 0 and 1.
    delta : float, optional
        The error from which ``huber`` is linear, in units of the targets' standard deviation.
    grid : int, optional
        Intervals of the first layer; by the number of rows without.
    knots : {'data', 'even'}
        Whether the first layer's knots are at quantiles.
    starts : int, optional
        Random starts of each part.
    monotone : dict of str to {1, -1}, optional
        Columns that predictions follow in one direction.
    categorical : list of str, optional
        Columns whose numbers are names of categories.
    holdout : float
        The share of rows that is not learned, from which ``predict_interval`` knows how wide intervals are; 0 for none.
    keep_order : bool
        Rows of which some are equal are sorted, and rows of whole weights repeated, so that weights and repetitions give
        the same model; True takes rows as they come, as ``kan train`` does. Rows that all differ are never sorted.
    precision : {'float', 'double'}
    warm_start : bool
        Whether ``fit`` trains the network that is there further.
    epochs, learning_rate
        Of ``warm_start`` and ``partial_fit``.
    early_stopping : bool
        Whether ``warm_start`` stops early, by a tenth of the rows. The first ``fit`` always goes by rows left out.
    random_state : int, RandomState or None
        None is 0: a fit is always repeatable.
    n_jobs : int, optional
        Threads; all cores without. Results do not depend on it.
    callback : callable, optional
        Called with a `Progress` now and then; returns True to end the training.
    verbose : bool
        A progress bar, by tqdm if it is installed.

    Attributes
    ----------
    network_ : Network
    choice_ : dict
        What was chosen and why, and notes on columns.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Only if X was a frame.

    Examples
    --------
    >>> import numpy as np
    >>> from swiftkan import KANRegressor
    >>> rng = np.random.default_rng(0)
    >>> X = rng.uniform(-1, 1, (300, 2))
    >>> y = X[:, 0] ** 2 + 0.1 * rng.normal(size=300)
    >>> model = KANRegressor().fit(X, y)
    >>> model.predict(X).shape
    (300,)
    >>> low, high = model.predict_interval(X, level=0.8)
    >>> bool(0.7 < np.mean((low <= y) & (y <= high)) < 0.95)
    True
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> KANRegressor:
        """Chooses and trains a network.

        Parameters
        ----------
        X : array_like or frame, [rows × columns]
            Numbers, NaN where one is missing; or a frame of pandas or polars with texts, categories, times and gaps.
        y : array_like, [rows] or [rows × targets]
        sample_weight : array_like, [rows], optional
            A row of weight 2 counts twice.

        Returns
        -------
        self
        """
        continues = self.warm_start and hasattr(self, "network_")
        columns, targets, weights = self._rows(X, y, sample_weight, reset=not continues)
        if continues:
            self._continue(columns, targets, weights, self.epochs)
        else:
            self._fit(columns, targets, weights, "regression")
        return self

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> KANRegressor:
        """Trains the network further by one pass over some rows; the first call is ``fit``."""
        if not hasattr(self, "network_"):
            return self.fit(X, y, sample_weight)
        columns, targets, weights = self._rows(X, y, sample_weight, reset=False)
        self._continue(columns, targets, weights, 1)
        return self

    def _rows(
        self, X: Any, y: Any, sample_weight: Any, reset: bool
    ) -> tuple[list[Column], list[Column], np.ndarray | None]:
        if y is None:
            raise ValueError("This KANRegressor estimator requires y to be passed, but the target y is None.")
        columns = self._columns(X, reset=reset)
        y = _check_y(y, multi_output=True, y_numeric=True).astype(np.float64)
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        check_consistent_length(columns[0].values, y)
        self._is_flat = y.ndim == 1
        matrix = y.reshape(len(y), -1)
        names = [column.name for column in columns]
        wanted = ["y"] if self._is_flat else [f"y{place}" for place in range(matrix.shape[1])]
        self._targets = [self._unlike(name, names) for name in wanted]
        targets = [Column(name, matrix[:, place]) for place, name in enumerate(self._targets)]
        weights = None
        if sample_weight is not None:
            weights = _check_sample_weight(sample_weight, y, dtype=np.float64, ensure_non_negative=True)
        return columns, targets, weights

    def predict(self, X: Any) -> np.ndarray:
        """What the loss estimates: means by default.

        Returns
        -------
        ndarray, [rows] or [rows × targets]
        """
        y = self._outputs(X)
        return y[:, 0] if y.shape[1] == 1 and getattr(self, "_is_flat", True) else y

    def predict_interval(self, X: Any, level: float = 0.9) -> tuple[np.ndarray, np.ndarray]:
        """Where a share ``level`` of fresh targets lies (split conformal prediction).

        Returns
        -------
        lower, upper : ndarray, [rows] or [rows × targets]

        Raises
        ------
        KANError
            If the model has no intervals: a ``holdout`` of 0, or too few rows for the level.
        """
        check_is_fitted(self, "network_")
        table, rows = self._table(X)
        lower = np.empty((rows, self.network_.outputs))
        upper = np.empty_like(lower)
        call(
            "intervals", self.network_._pointer, table.pointer, float(level), borrowed(lower), borrowed(upper),
            self._threads())
        if lower.shape[1] == 1 and getattr(self, "_is_flat", True):
            return lower[:, 0], upper[:, 0]
        return lower, upper

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
