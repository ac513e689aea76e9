"""Kolmogorov-Arnold networks, fast on CPUs.

>>> import numpy as np
>>> from swiftkan import KANRegressor
>>> rng = np.random.default_rng(0)
>>> x = rng.uniform(-1, 1, (400, 2))
>>> y = np.exp(np.sin(np.pi * x[:, 0]) + x[:, 1] ** 2)
>>> model = KANRegressor(random_state=0).fit(x, y)
>>> bool(model.score(x, y) > 0.99)
True

``KANRegressor`` and ``KANClassifier`` are scikit-learn's estimators: they choose everything by the data.
``Network`` is the engine itself: layers, training methods, derivatives, on numpy arrays.
``swiftkan.torch.KAN`` is a module for PyTorch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._library import KANError
from ._version import VERSION

if TYPE_CHECKING:
    from ._classifier import KANClassifier
    from ._network import Layer, Network
    from ._regressor import KANRegressor
    from ._training import Progress

__version__ = VERSION
__all__ = ["KANClassifier", "KANError", "KANRegressor", "Layer", "Network", "Progress", "load", "threads"]

# Where each name stands: numpy and scikit-learn are loaded when they are needed.
_homes = {
    "KANClassifier": "_classifier",
    "KANRegressor": "_regressor",
    "Layer": "_network",
    "Network": "_network",
    "Progress": "_training",
}


def __getattr__(name: str) -> Any:
    import importlib

    if name in _homes:
        value = getattr(importlib.import_module("." + _homes[name], __name__), name)
        globals()[name] = value
        return value
    if name in ("torch", "convert"):
        return importlib.import_module("." + name, __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)


def threads() -> int:
    """The threads that are used by default: the cores that this process may use, or ``OMP_NUM_THREADS`` of them.

    >>> import swiftkan
    >>> swiftkan.threads() >= 1
    True
    """
    from ._library import library

    return int(library.swiftkan_threads())


def load(path: str) -> Any:
    """Reads a model file as an estimator if it was trained on a table, else as a ``Network``.

    Parameters
    ----------
    path : str
        A file of ``kan train --save`` or of ``save``.

    Returns
    -------
    KANRegressor, KANClassifier or Network
    """
    from ._network import Network

    network = Network.load(path)
    if not network.description["columns"]:
        return network
    if network.description["task"] == "classification":
        from ._classifier import KANClassifier

        return KANClassifier._of(network)
    from ._regressor import KANRegressor

    return KANRegressor._of(network)
