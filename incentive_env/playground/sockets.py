"""Messages of browsers: a socket speaks for its own page only, and nonsense is dropped."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from nicegui import core

Handler = Callable[..., Any]
# What NiceGUI's handlers raise where a message lacks a part or holds another type; they catch errors of our own code.
_NONSENSE = (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError, OverflowError)


def keep_apart() -> None:
    """Hand on a browser's messages only if they are about the page that its socket belongs to.

    Raises:
        KeyError: this version of NiceGUI has other messages, so they would not be checked.
    """
    core.sio.eio.cors_allowed_origins = None  # the server's own origin alone
    core.sio.eio.cors_credentials = False
    handlers = core.sio.handlers["/"]
    for name in ("event", "javascript_response", "ack"):
        handlers[name] = _of_own_page(handlers[name])
    for name in ("connect", "handshake"):
        handlers[name] = _or_refused(handlers[name])
    del handlers["log"]  # what a browser says does not belong on the terminal
    if handlers.keys() != {"event", "javascript_response", "ack", "connect", "handshake", "disconnect"}:
        raise KeyError(f"messages that nobody checks: {', '.join(handlers)}")


def _of_own_page(handler: Handler) -> Handler:
    def handle(socket: str, message: object = None, *_: object) -> None:
        # The handshake puts a socket into a room named after its page.
        if isinstance(message, dict) and message.get("client_id") in core.sio.rooms(socket):
            with suppress(*_NONSENSE):
                handler(socket, message)

    return handle


def _or_refused(handler: Handler) -> Handler:
    async def handle(*message: Any) -> Any:
        try:
            return await handler(*message)
        except _NONSENSE:
            return False

    return handle
