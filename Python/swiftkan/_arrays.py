"""numpy arrays for the engine, without a copy wherever that is possible."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._library import FLOAT32, FLOAT64, Array

_types = {np.dtype(np.float32): FLOAT32, np.dtype(np.float64): FLOAT64}
dtypes = (np.dtype(np.float32), np.dtype(np.float64))


def numeric(x: Any, dtype: Any = None) -> np.ndarray:
    """An array of float32 or float64: the argument itself if it is one."""
    if type(x) is np.ndarray and x.dtype in _types:
        return x
    x = np.asarray(x)
    if x.dtype in _types and x.dtype.isnative:
        return x
    return x.astype(dtype or np.float64)


def matrix(x: Any, what: str = "x", dtype: Any = None) -> np.ndarray:
    """The same with two dimensions; one of them is a single row."""
    x = numeric(x, dtype)
    if x.ndim == 2:
        return x
    if x.ndim == 1:
        return x.reshape(1, -1)
    raise ValueError(f"{what} has the shape {x.shape}, and a matrix is expected: [rows × columns]")


def column(x: Any, what: str = "y") -> np.ndarray:
    """A matrix whose rows are the argument's first dimension."""
    x = numeric(x)
    if x.ndim == 1:
        return x.reshape(-1, 1)
    if x.ndim == 2:
        return x
    raise ValueError(f"{what} has the shape {x.shape}; one or two dimensions are expected")


def borrowed(x: np.ndarray) -> Array:
    """The memory of a matrix, which must outlive the call."""
    rows, columns = x.shape
    row_stride, column_stride = x.strides
    return Array(x.__array_interface__["data"][0], rows, columns, row_stride, column_stride, _types[x.dtype])
