"""Errors of jobs; each message says where and why."""


class EngineError(ValueError):
    """An engine is unavailable or cannot do this work; nothing has been computed yet."""


class CellError(ValueError):
    """A cell cannot be computed; the message names it and says why."""


class StoreError(OSError):
    """A store cannot be read or written; the message says which, and why."""
