"""Complaints on the terminal appear once each: a visitor who sends nonsense cannot fill it, nor hold up the server."""

import logging

_LOGGERS = ("nicegui", "socketio.server", "engineio.server", "uvicorn.error", "asyncio", "incentive_env.playground")
Place = tuple[str, int]


def complain_once() -> None:
    """Let every line of code that logs, and every line that raises, be heard once in this run."""
    once = _Once()
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(once)


class _Once(logging.Filter):
    def __init__(self) -> None:
        super().__init__()
        self._seen: set[tuple[Place, Place | None]] = set()  # no more than the program has lines

    def filter(self, record: logging.LogRecord) -> bool:
        key = ((record.pathname, record.lineno), _raised_at(record))
        if key in self._seen:
            return False
        self._seen.add(key)
        return True


def _raised_at(record: logging.LogRecord) -> Place | None:
    traceback = record.exc_info[2] if record.exc_info else None
    if traceback is None:
        return None
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    return traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
