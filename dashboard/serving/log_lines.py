"""The log of the window: an object of JSON a line, whoever says it, and nothing in it that anybody typed.

A driver's message holds the row that it refused, a reader's the cell: of an error only kinds and places are said.
"""

from __future__ import annotations

import logging
import sys
import threading
import warnings
from datetime import datetime
from typing import TYPE_CHECKING, TextIO

from structlog.processors import JSONRenderer, add_log_level
from structlog.stdlib import ProcessorFormatter

from calendars.deadlines import TZ
from calendars.defects import in_brief

if TYPE_CHECKING:
    from types import TracebackType

    from structlog.typing import EventDict


def now() -> str:
    """Give the time that a line begins with."""
    return datetime.now(TZ).isoformat(timespec="seconds")


def _dated(_logger: object, _method: str, said: EventDict) -> EventDict:
    return {"at": now(), **said}


def _discreet(_logger: object, _method: str, said: EventDict) -> EventDict:
    """Put in an error's place what it was and where; what stands below the first line of its event tells of it too."""
    error = (said.pop("exc_info", None) or (None, None, None))[1]
    if error is not None:
        said["event"], said["error"] = str(said["event"]).partition("\n")[0], in_brief(error)
    return said


class Lines(ProcessorFormatter):
    """What others say through `logging`, the server and the event loop among them, as such lines."""

    def __init__(self) -> None:
        super().__init__(
            processors=[ProcessorFormatter.remove_processors_meta, _dated, JSONRenderer(ensure_ascii=False)],
            foreign_pre_chain=[add_log_level, _discreet],
        )


def begin() -> None:
    """Have all that is said in this process said so, to standard error; what no disk takes is not said."""
    logging.raiseExceptions = False  # a traceback of it would tell what the line did not
    warnings.showwarning = _warned
    sys.excepthook = _unhandled
    threading.excepthook = lambda args: _unhandled(args.exc_type, args.exc_value, args.exc_traceback)
    sys.unraisablehook = lambda args: _unhandled(args.exc_type, args.exc_value, args.exc_traceback)
    handler = logging.StreamHandler()
    handler.setFormatter(Lines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def _warned(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, file: TextIO | None = None,
    line: str | None = None,
) -> None:  # fmt: skip
    """Say a warning's kind and place: its words, like an error's, may hold what somebody typed."""
    del message, file, line
    logging.getLogger("py.warnings").warning("%s %s:%s", category.__name__, filename, lineno)


def _unhandled(kind: type[BaseException], error: BaseException | None, where: TracebackType | None) -> None:
    """Say an error that nobody is there to hear: of a thread, of what is thrown away, of the process itself."""
    logging.getLogger("unhandled").error("unhandled", exc_info=(kind, error or kind(), where))
