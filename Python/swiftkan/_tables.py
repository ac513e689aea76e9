"""Tables for the engine from numpy arrays and from frames of pandas and polars."""

from __future__ import annotations

import json
from ctypes import c_int32
from typing import Any, Iterator

import numpy as np

from ._arrays import borrowed
from ._library import Handle, call, library


class Table:
    """Columns with names, as the engine takes them."""

    def __init__(self) -> None:
        self.handle = Handle(library.swiftkan_table_make(), "table_free")
        self.pointer = self.handle.pointer

    def numbers(self, name: str, values: np.ndarray, times: bool = False) -> None:
        """Adds float32 or float64 values, NaN for a gap: [rows]"""
        call("table_add_numbers", self.pointer, name.encode(), borrowed(values.reshape(-1, 1)), int(times))

    def texts(self, name: str, codes: np.ndarray, levels: list[str]) -> None:
        """Adds codes into levels, -1 for a gap: [rows]"""
        codes = np.ascontiguousarray(codes, dtype=np.int32)
        pointer = codes.ctypes.data_as(_codes)
        call("table_add_texts", self.pointer, name.encode(), pointer, len(codes), json.dumps(levels).encode())

    def add(self, column: Column) -> None:
        if column.levels is None:
            self.numbers(column.name, column.values, column.is_time)
        else:
            self.texts(column.name, column.values, column.levels)


_codes = __import__("ctypes").POINTER(c_int32)


class Column:
    """A column as the engine takes it: numbers, times in seconds since 1970, or codes of texts."""

    __slots__ = ("name", "values", "levels", "is_time")

    def __init__(
        self, name: str, values: np.ndarray, levels: list[str] | None = None, is_time: bool = False
    ) -> None:
        self.name, self.values, self.levels, self.is_time = name, values, levels, is_time

    def selecting(self, rows: np.ndarray) -> Column:
        return Column(self.name, self.values[rows], self.levels, self.is_time)


def is_frame(x: Any) -> bool:
    """Whether it is a frame of pandas or polars."""
    return type(x).__module__.split(".")[0] in ("pandas", "polars") and hasattr(x, "columns")


def array_columns(x: np.ndarray, names: list[str]) -> list[Column]:
    """The columns of a matrix of numbers."""
    return [Column(name, x[:, place]) for place, name in enumerate(names)]


def frame_columns(frame: Any, names: list[str] | None = None) -> Iterator[Column]:
    """The columns of a frame, in their order; those of the names if given."""
    is_polars = type(frame).__module__.split(".")[0] == "polars"
    for name in frame.columns:
        if names is not None and str(name) not in names:
            continue
        series = frame[name]
        yield _polars(str(name), series) if is_polars else _pandas(str(name), series)


def _pandas(name: str, series: Any) -> Column:
    import pandas as pd

    types = pd.api.types
    dtype = series.dtype
    if types.is_bool_dtype(dtype) and not isinstance(dtype, pd.CategoricalDtype):
        return _texts(name, [None if value is None or value is pd.NA else str(value) for value in series])
    if types.is_numeric_dtype(dtype) and not types.is_complex_dtype(dtype):
        return Column(name, series.to_numpy(dtype=np.float64, na_value=np.nan))
    if types.is_datetime64_any_dtype(dtype):
        series = series.dt.tz_convert("UTC").dt.tz_localize(None) if getattr(dtype, "tz", None) else series
        values = series.to_numpy().astype("datetime64[ns]")
        seconds = values.astype(np.int64) / 1e9
        return Column(name, np.where(np.isnat(values), np.nan, seconds), is_time=True)
    if isinstance(dtype, pd.CategoricalDtype):
        # Levels that are numbers stay in their order.
        levels = [str(level) for level in dtype.categories]
        return Column(name, series.cat.codes.to_numpy(), levels)
    return _texts(name, [None if value is None or value != value else value for value in series.astype(object)])


def _polars(name: str, series: Any) -> Column:
    import polars as pl

    dtype = series.dtype
    if dtype.is_numeric():
        return Column(name, series.cast(pl.Float64).fill_null(float("nan")).to_numpy())
    if dtype in (pl.Datetime, pl.Date):
        micros = series.cast(pl.Datetime("us")).dt.epoch("us")
        return Column(name, (micros.cast(pl.Float64) / 1e6).fill_null(float("nan")).to_numpy(), is_time=True)
    if dtype == pl.Boolean:
        return _texts(name, [None if value is None else str(value) for value in series.to_list()])
    return _texts(name, series.cast(pl.String).to_list())


def _texts(name: str, values: list[Any]) -> Column:
    """Texts; numbers among objects, where all are."""
    kept = [value for value in values if value is not None]
    if kept and all(isinstance(value, (int, float, np.number)) and not isinstance(value, bool) for value in kept):
        return Column(name, np.array([np.nan if value is None else float(value) for value in values]))
    levels = sorted({str(value) for value in kept})
    places = {level: place for place, level in enumerate(levels)}
    codes = np.array([-1 if value is None else places[str(value)] for value in values], dtype=np.int32)
    return Column(name, codes, levels)


MOST_REPEATED = 10
"""Whole weights become repetitions up to so many rows for each; beyond that the time would follow the weights."""


def ordered(columns: list[Column], weights: np.ndarray | None) -> tuple[list[Column], np.ndarray | None]:
    """Rows of which some are equal in an order of their own, and rows of whole weights as often as these say.

    So a row of weight 2 is the row twice, to the bit, whatever the order of rows. Rows without weights of which no two
    are equal stay as they are.
    """
    data = np.empty((len(columns[0].values), len(columns)))
    for place, column in enumerate(columns):
        data[:, place] = column.values
    # As bits, so that gaps are equal to each other; + 0 takes -0 to 0.
    keys = (data + 0.0).view(np.uint64)
    rows = np.arange(len(data))
    if weights is not None:
        if not (weights > 0).any():
            raise ValueError("sample_weight: the weights of all rows are 0")
        rows = np.flatnonzero(weights > 0)
        kept = weights[rows]
        if (kept == kept[0]).all() or (kept == np.round(kept)).all() and kept.sum() <= MOST_REPEATED * len(kept):
            rows = np.repeat(rows, 1 if (kept == kept[0]).all() else kept.astype(np.int64))
            weights = None
    order = rows[np.lexsort(keys[rows].T[::-1])]
    if weights is None and len(rows) == len(data):
        if not (keys[order[1:]] == keys[order[:-1]]).all(axis=1).any():
            return columns, None
    return [column.selecting(order) for column in columns], None if weights is None else weights[order]
