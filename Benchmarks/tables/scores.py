"""Scores of predictions, and ranks."""

import numpy as np
from scipy.stats import rankdata

LEAST = 1e-7
"""Probabilities are at least this, so that one row's logarithm cannot decide a table."""


def of_numbers(target, predictions):
    if not np.all(np.isfinite(predictions)):
        predictions = np.where(np.isfinite(predictions), predictions, 1e300)
    rest, spread = np.sum((predictions - target) ** 2), np.sum((target - target.mean()) ** 2)
    return {"score": float(1 - rest / spread)}


def of_classes(target, classes, probabilities):
    """Accuracy and log loss; a class that the model does not know has a probability of 0."""
    columns = {name: i for i, name in enumerate(classes)}
    bounded = np.clip(np.nan_to_num(probabilities), LEAST, None)
    bounded = bounded / bounded.sum(axis=1, keepdims=True)
    own = np.array([columns.get(name, -1) for name in target])
    of_own = np.where(own >= 0, bounded[np.arange(len(own)), own], LEAST)
    right = np.array(classes, dtype=object)[bounded.argmax(axis=1)] == target
    return {"score": float(np.mean(right)), "logLoss": float(-np.mean(np.log(of_own)))}


def of_mean(train, test, is_regression):
    """The scores of predicting the mean, or the shares of classes."""
    if is_regression:
        return of_numbers(test, np.full(len(test), train.mean()))
    classes, counts = np.unique(train.astype(str), return_counts=True)
    return of_classes(test, list(classes), np.tile(counts / len(train), (len(test), 1)))


def ranks(scores):
    """1 for the highest; equal ones share the mean of their ranks. Sums in another order make no difference."""
    return rankdata([-round(s, 9) for s in scores])
