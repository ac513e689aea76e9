"""Running a training so that it can be followed and interrupted."""

from __future__ import annotations

import sys
import threading
import warnings
from ctypes import c_void_p
from dataclasses import dataclass
from typing import Any, Callable, Optional

from ._library import Report


@dataclass(frozen=True)
class Progress:
    """What a callback gets; it ends the training by returning True."""

    part: str
    """What is being trained."""
    done: int
    """Epochs, or fits of this part, that are done."""
    count: int
    """Epochs, or fits of this part, in all."""
    loss: float
    """NaN before there is one."""
    validation: float
    """The loss on validation rows after an epoch; NaN without."""
    seconds_left: float
    """NaN before there is an estimate."""
    ends_epoch: bool
    """Whether an epoch has just ended."""


Callback = Callable[[Progress], Optional[bool]]


def follow(
    run: Callable[[Any], None], callback: Callback | None = None, verbose: bool | int = False
) -> bool:
    """Calls ``run(report)``; Ctrl-C ends the training with what it has so far.

    The engine runs in a thread of its own, since Python sees Ctrl-C only between two instructions of the main thread.

    Returns
    -------
    bool
        Whether Ctrl-C was pressed.
    """
    state: dict[str, Any] = {"stop": False, "error": None}
    bar = _bar() if verbose else None

    def report(progress: Any, _: Any) -> int:
        # An exception cannot pass through the engine.
        try:
            raw = progress.contents
            now = Progress(
                raw.part.decode(), raw.done, raw.count, raw.loss, raw.validation, raw.seconds_left, bool(raw.ends_epoch)
            )
            if bar is not None:
                bar(now)
            if callback is not None and callback(now):
                state["stop"] = True
        except BaseException as error:
            state["error"], state["stop"] = error, True
        return 1 if state["stop"] else 0

    function = Report(report)
    interrupted = False
    if threading.current_thread() is not threading.main_thread():
        run(function)
    else:
        failure: list[BaseException] = []
        # Not Thread.join, which takes a thread for ended once Ctrl-C has interrupted it.
        ended = threading.Event()

        def work() -> None:
            try:
                run(function)
            except BaseException as error:
                failure.append(error)
            finally:
                ended.set()

        threading.Thread(target=work, name="swiftkan", daemon=True).start()
        while not ended.is_set():
            try:
                ended.wait()
            except KeyboardInterrupt:
                interrupted = True
                state["stop"] = True
        if failure:
            raise failure[0]
    if bar is not None:
        bar(None)
    if state["error"] is not None:
        raise state["error"]
    if interrupted:
        warnings.warn("interrupted: the model is the best so far", RuntimeWarning, stacklevel=3)
    return interrupted


def _bar() -> Callable[[Progress | None], None]:
    """A progress bar by tqdm if it is installed, else lines on standard error."""
    try:
        from tqdm.auto import tqdm
    except ImportError:
        seen: list[Any] = [None]

        def line(progress: Progress | None) -> None:
            if progress is not None and (progress.part, progress.done) != seen[0]:
                seen[0] = (progress.part, progress.done)
                print(
                    f"{progress.part}: {progress.done} of {progress.count}, loss {progress.loss:.6g}", file=sys.stderr)

        return line
    bars: list[Any] = []

    def show(progress: Progress | None) -> None:
        if progress is None or bars and bars[0].desc != progress.part + ": ":
            for bar in bars:
                bar.close()
            bars.clear()
        if progress is None:
            return
        if not bars:
            bars.append(tqdm(total=progress.count, desc=progress.part))
        bars[0].total = progress.count
        bars[0].set_postfix(loss=f"{progress.loss:.6g}", refresh=False)
        bars[0].update(progress.done - bars[0].n)

    return show


NO_CONTEXT = c_void_p()
