"""What can go wrong with a job; each message says where and why."""


class EngineError(ValueError):
    """An engine is unavailable, or cannot do this work; nothing has been done yet."""


class CellError(ValueError):
    """A cell cannot be made; the message names it, and says why."""


class StoreError(OSError):
    """A store cannot be read or written; the message says which, and why."""
