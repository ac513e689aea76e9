"""The engine's C functions (``swiftkan.h``), by ctypes in ABI mode: every call releases the interpreter lock."""

from __future__ import annotations

import ctypes
import os
from ctypes import POINTER, Structure, byref, c_char_p, c_double, c_int32, c_int64, c_void_p
from typing import Any

INTERFACE = 1
"""The version of the header that this package was written for."""

FLOAT32, FLOAT64 = 0, 1


class KANError(ValueError):
    """What the engine refuses, with its reason.

    Attributes
    ----------
    status : int
        64 for an argument, 65 for data or a model that cannot be used, 66 for a missing file, 73 and 74 for files that
        cannot be written or read, 70 for a fault of the engine.
    """

    def __init__(self, text: str, status: int = 65) -> None:
        super().__init__(text)
        self.status = status


class Array(Structure):
    """A matrix in numpy's memory."""

    _fields_ = [
        ("data", c_void_p),
        ("rows", c_int64),
        ("columns", c_int64),
        ("row_stride", c_int64),
        ("column_stride", c_int64),
        ("type", c_int32),
    ]


class Progress(Structure):
    """How far a training is."""

    _fields_ = [
        ("part", c_char_p),
        ("done", c_int64),
        ("count", c_int64),
        ("loss", c_double),
        ("validation", c_double),
        ("seconds_left", c_double),
        ("ends_epoch", c_int32),
    ]


Report = ctypes.CFUNCTYPE(c_int32, POINTER(Progress), c_void_p)

_array = POINTER(Array)
_text = POINTER(c_void_p)

# The arguments of each function; those that can fail return a status.
_failing = {
    "table_add_numbers": [c_void_p, c_char_p, _array, c_int32, _text],
    "table_add_texts": [c_void_p, c_char_p, c_void_p, c_int64, c_char_p, _text],
    "fit": [c_void_p, c_char_p, Report, c_void_p, POINTER(c_void_p), _text, _text],
    "network": [c_char_p, POINTER(c_void_p), _text],
    "load": [c_char_p, POINTER(c_void_p), _text],
    "decode": [c_char_p, c_int64, POINTER(c_void_p), _text],
    "save": [c_void_p, c_char_p, _text],
    "encode": [c_void_p, POINTER(c_void_p), POINTER(c_int64), _text],
    "copy": [c_void_p, POINTER(c_void_p), _text],
    "describe": [c_void_p, _text, _text],
    "predict": [c_void_p, _array, _array, c_int64, _text],
    "predict_table": [c_void_p, c_void_p, _array, c_int64, _text],
    "intervals": [c_void_p, c_void_p, c_double, _array, _array, c_int64, _text],
    "parameters": [c_void_p, _array, c_int32, _text],
    "forward": [c_void_p, _array, _array, c_int64, _text],
    "vjp": [c_void_p, _array, _array, _array, _array, c_int64, _text],
    "jacobian": [c_void_p, _array, _array, c_int64, _text],
    "curve": [c_void_p, c_int64, c_int64, c_int64, _array, _array, _text],
    "train": [c_void_p, _array, _array, _array, _array, _array, c_char_p, Report, c_void_p, _text, _text],
    "train_table": [c_void_p, c_void_p, c_char_p, Report, c_void_p, _text, _text],
    "fit_last_layer": [c_void_p, _array, _array, _array, c_double, c_int64, _text],
    "explain": [c_void_p, c_void_p, c_int64, c_int64, _text, _text],
    "importances": [c_void_p, c_void_p, c_int64, _text, _text],
    "formula": [c_void_p, c_void_p, c_int64, _text, _text],
    "plot": [c_void_p, c_void_p, c_char_p, c_int64, _text, _text],
    "report_page": [c_void_p, c_void_p, c_char_p, c_int64, _text, _text],
    "refine": [c_void_p, c_void_p, c_int64, c_int64, POINTER(c_double), _text],
    "prune": [c_void_p, c_void_p, c_char_p, Report, c_void_p, POINTER(c_void_p), _text, _text],
    "session_make": [c_void_p, c_int64, c_int64, POINTER(c_void_p), _text],
    "session_forward": [c_void_p, _array, _array, _array, _text],
    "session_backward": [c_void_p, _array, _array, _array, _text],
}
_others: dict[str, tuple[Any, list[Any]]] = {
    "interface": (c_int32, []),
    "struct_size": (c_int64, [c_int32]),
    "free": (None, [c_void_p]),
    "threads": (c_int64, []),
    "table_make": (c_void_p, []),
    "table_free": (None, [c_void_p]),
    "model_free": (None, [c_void_p]),
    "sizes": (c_int32, [c_void_p, POINTER(c_int64)]),
    "session_free": (None, [c_void_p]),
}


def _load() -> Any:
    path = os.environ.get("SWIFTKAN_LIBRARY") or os.path.join(os.path.dirname(__file__), "libswiftkan.so")
    try:
        library = ctypes.CDLL(path)
    except OSError as error:
        raise ImportError(f"swiftkan: the engine cannot be loaded: {error}") from error
    for name, arguments in _failing.items():
        function = getattr(library, "swiftkan_" + name)
        function.argtypes, function.restype = arguments, c_int32
    for name, (result, arguments) in _others.items():
        function = getattr(library, "swiftkan_" + name)
        function.argtypes, function.restype = arguments, result
    found = library.swiftkan_interface()
    if found != INTERFACE:
        raise ImportError(f"swiftkan: {path} has interface {found}, and this package needs {INTERFACE}")
    for which, structure in enumerate((Array, Progress)):
        size = library.swiftkan_struct_size(which)
        if size != ctypes.sizeof(structure):
            raise ImportError(f"swiftkan: {structure.__name__} has {size} bytes in {path}")
    return library


library = _load()


def taken(text: c_void_p) -> str:
    """The text at an address, which is freed."""
    if not text.value:
        return ""
    result = ctypes.string_at(text.value).decode("utf-8", "replace")
    library.swiftkan_free(text)
    return result


def check(status: int, message: c_void_p) -> None:
    """Raises what a function has reported."""
    if status:
        text = taken(message)
        if status == 66:
            error: Exception = FileNotFoundError(text)
        elif status in (73, 74):
            error = OSError(text)
        else:
            error = KANError(text or "the engine failed", status)
        raise error


def call(name: str, *arguments: Any) -> None:
    """Calls a function that can fail, without its last argument."""
    message = c_void_p()
    status = getattr(library, "swiftkan_" + name)(*arguments, byref(message))
    if status:
        check(status, message)


class Handle:
    """Owns an object of the engine."""

    __slots__ = ("pointer", "_free", "__weakref__")

    def __init__(self, pointer: int | None, free: str) -> None:
        if not pointer:
            raise MemoryError("the engine has made no object")
        self.pointer = c_void_p(pointer)
        self._free = getattr(library, "swiftkan_" + free)

    def __del__(self) -> None:
        # Not there if the constructor has failed.
        free = getattr(self, "_free", None)
        if free is not None:
            free(self.pointer)
