"""Who is let in: a check of every request before the page sees it, and headers that bind the browser."""

import secrets
from urllib.parse import urlsplit

from nicegui import App, Client
from starlette.datastructures import MutableHeaders
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from incentive_env.playground.complaints import complain_once
from incentive_env.playground.place import Place
from incentive_env.playground.sockets import keep_apart

PAGES = 300  # kept at a time, each of a few megabytes
_ELSEWHERE = ("cross-site", "same-site")  # same site: another port of this machine, say
HEADERS = {
    # The page comes with scripts in it and compiles templates; all of it, and all it talks to, is this server.
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",  # no other page loads anything from here as a script or picture
    "Referrer-Policy": "same-origin",
}


def guard(app: App, place: Place) -> None:
    """Let in only what a browser sends that has opened the playground at one of its own addresses."""
    hosts = [f"[{host}]" if ":" in host else host for host in place.hosts]
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)
    app.add_middleware(Door, place=place)
    keep_apart()
    complain_once()


class Door:
    """Middleware that refuses other origins and, beyond this machine, visitors without the token.

    Args:
        app: what it stands before.
        place: where the playground is served.
        pages: how many are kept at a time.
    """

    def __init__(self, app: ASGIApp, place: Place, pages: int = PAGES) -> None:
        self._app, self._token, self._pages = app, place.token, pages
        self._cookie = f"incentive_env_{place.port}"  # cookies do not tell ports apart

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer in the page's place, or let pass."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return

        async def send_bound(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        answer = self._answer(HTTPConnection(scope))
        await (answer or self._app)(scope, receive, send_bound)

    def _answer(self, asked: HTTPConnection) -> Response | None:
        opens_page = asked.scope.get("method") == "GET" and asked.url.path == "/"
        if _is_foreign(asked, opens_page=opens_page):
            return PlainTextResponse("refused: this request comes from another site\n", 403)
        if self._token is not None and not _equal(asked.cookies.get(self._cookie), self._token):
            if not (opens_page and _equal(asked.query_params.get("token"), self._token)):
                return PlainTextResponse(
                    "refused: open the address that `incentive-env play` printed, token and all\n", 403
                )
            opened = RedirectResponse("/", 303)  # the token stays out of what the page shows and links to
            opened.set_cookie(self._cookie, self._token, httponly=True, samesite="lax")
            return opened
        if opens_page and not make_room(self._pages):
            return PlainTextResponse("too many pages of the playground are open: close some, and try again\n", 503)
        return None


def make_room(most: int) -> bool:
    """Forget the oldest pages that no browser shows any more; whether there is room for another one."""
    for page in sorted(Client.instances.values(), key=lambda page: page.created):
        if len(Client.instances) < most:
            break
        if not page.has_socket_connection:
            for waiting in page._delete_tasks.values():  # it would be deleted a second time
                waiting.cancel()
            page.delete()
    return len(Client.instances) < most


def _is_foreign(asked: HTTPConnection, *, opens_page: bool) -> bool:
    """Whether a page of another origin sent the request; a link to the page may stand anywhere."""
    origin = asked.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.lower() != asked.headers.get("host", "").lower():
        return True
    if asked.headers.get("sec-fetch-site") not in _ELSEWHERE:
        return False
    return not (opens_page and asked.headers.get("sec-fetch-dest") == "document")


def _equal(given: str | None, secret: str) -> bool:
    return given is not None and secrets.compare_digest(given.encode(), secret.encode())
