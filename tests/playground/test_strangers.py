"""Strangers at the playground: other sites, other visitors, malformed messages; nothing crosses, nothing ends it."""

import asyncio
import json
import random

import aiohttp
import pytest

pytest.importorskip("nicegui")

from serving import connected, opened, playground
from starlette.applications import Starlette
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from incentive_env.playground.door import HEADERS, Door, make_room
from incentive_env.playground.place import Place, place_for

SITE = "http://localhost:8080"
TALK = "ws://localhost:8080/talk"
TOKEN = "a-secret-of-this-run"
ANYTHING = (
    None,
    True,
    -1,
    1e308,
    "x" * 5000,
    "\x1b[2J\x00",
    [],
    {},
    [[]],
    {"value": []},
    {"index": 10**30, "value": 7},
)
NAMES = ("event", "handshake", "ack", "javascript_response", "log", "disconnect", "connect", "nobody")
FRAMES = ("42", "42[", "42{}", "4299999[1]", "45-", "451-[1]", "9", "", "6", "42" + "[" * 900, "0", "41", "40/other,")


def _guarded(token=None, pages=10):
    """A page behind the door."""

    async def page(request):
        return PlainTextResponse("the page")

    async def talk(websocket):
        await websocket.accept()
        await websocket.send_text("hello")

    app = Starlette(
        routes=[Route("/", page, methods=["GET", "POST"]), Route("/file", page), WebSocketRoute("/talk", talk)]
    )
    place = Place("127.0.0.1", 8080, ("localhost", "127.0.0.1", "::1"), token)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["localhost", "[::1]"], www_redirect=False)
    app.add_middleware(Door, place=place, pages=pages)
    return TestClient(app, SITE, follow_redirects=False)


FOREIGN = {
    "another name": {"host": "evil.example"},
    "another name of the same address": {"host": "localhost.evil.example:8080"},
    "no name": {"host": ""},
    "another site": {"origin": "http://evil.example"},
    "another port": {"origin": "http://localhost:9999"},
    "a sandboxed frame": {"origin": "null"},
    "a script of another site": {"sec-fetch-site": "cross-site", "sec-fetch-dest": "script"},
    "a frame of another port": {"sec-fetch-site": "same-site", "sec-fetch-dest": "iframe"},
}


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
def test_what_another_site_sends_is_refused_and_tells_it_nothing(headers):
    browser = _guarded()
    for path in ("/", "/file"):
        answer = browser.get(path, headers=headers)
        assert answer.status_code in (400, 403)
        assert not any(name.startswith("access-control") for name in answer.headers)
    with pytest.raises(WebSocketDisconnect), browser.websocket_connect(TALK, headers=headers):
        pass


def test_the_page_itself_and_links_to_it_are_let_in_and_bound():
    browser = _guarded()
    own = {"origin": SITE, "sec-fetch-site": "same-origin"}
    link = {"sec-fetch-site": "cross-site", "sec-fetch-dest": "document"}
    for answer in (browser.get("/"), browser.get("/", headers=link), browser.post("/", headers=own)):
        assert answer.text == "the page"
        assert HEADERS.items() <= {name.title(): value for name, value in answer.headers.items()}.items()
    assert browser.get("/file", headers=link).status_code == 403
    with browser.websocket_connect(TALK, headers=own) as socket:
        assert socket.receive_text() == "hello"


def test_beyond_this_machine_the_token_opens_and_a_cookie_keeps_it_open():
    browser = _guarded(TOKEN)
    for path in ("/", "/?token=", "/?token=wrong", "/?token=%ff", f"/file?token={TOKEN}", f"/?token={TOKEN[:-1]}"):
        assert browser.get(path).status_code == 403
    with pytest.raises(WebSocketDisconnect), browser.websocket_connect(f"{TALK}?token={TOKEN}"):
        pass
    answer = browser.get(f"/?token={TOKEN}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert {"HttpOnly", "SameSite=lax"} <= set(answer.headers["set-cookie"].split("; "))
    assert browser.get("/").text == browser.get("/file").text == "the page"
    with browser.websocket_connect(TALK) as socket:
        assert socket.receive_text() == "hello"
    assert browser.get("/", headers={"origin": "http://evil.example"}).status_code == 403


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.2", "::1"])
def test_on_this_machine_alone_there_is_no_token(host):
    place = place_for(host, None)
    assert place.token is None
    assert {host, "localhost", "127.0.0.1"} <= set(place.hosts)


@pytest.mark.parametrize(("host", "others"), [("0.0.0.0", ()), ("0", ()), ("::", ()), ("127.0.0.1", ("lab.example",))])
def test_for_others_every_run_has_a_token_of_its_own(host, others):
    one, two = (place_for(host, None, others) for _ in range(2))
    assert len({one.token, two.token}) == 2
    assert len(one.token) >= 32
    assert all(url.endswith(f"/?token={one.token}") for url in one.urls)
    assert "*" not in one.hosts


@pytest.mark.parametrize("name", ["", "*", "*.example", "lab.example:80", "http://lab", "a b", "lab\n"])
def test_a_name_that_is_no_hosts_is_refused(name):
    with pytest.raises(ValueError, match="--allow-host"):
        place_for("127.0.0.1", None, [name])


def test_pages_that_nobody_shows_make_room_for_new_ones(visited):
    from nicegui import Client

    async def act(user):
        for _ in range(3):
            await user.http_client.get("/")
        shown = next(client for client in Client.instances.values() if client.has_socket_connection)
        assert len(Client.instances) == 4
        assert make_room(3)
        assert len(Client.instances) == 2
        assert not make_room(1)
        assert list(Client.instances.values()) == [shown]

    visited(act)


@pytest.fixture(scope="module")
def served():
    with playground("--allow-host", "lab.example", light=True) as place:
        yield place


@pytest.mark.parametrize(("visitors", "most"), [(8, 15), pytest.param(50, 1000, marks=pytest.mark.slow)])
def test_visitors_who_send_nonsense_change_nothing_for_another(served, visitors, most):
    asyncio.run(_attacked(served, visitors, most))


async def _attacked(served, visitors, most):
    jar = aiohttp.CookieJar(unsafe=True)  # cookies of a numeric address too
    # Browsers open a socket on a connection of its own. On one that a page was sent on, uvicorn may close it after 5 s.
    alone = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(cookie_jar=jar, connector=alone) as session:
        victim = await opened(session, served.address)
        async with connected(session, served.address, victim.query, Origin=served.origin) as socket:
            await socket.heard("B against A on 16 floors")
            await socket.until_silent()
            await asyncio.gather(*(_send_nonsense(session, served, victim, number, most) for number in range(visitors)))
            assert await socket.until_silent() == []
            await socket.emit("event", victim.event(victim.element(**{"aria-label": "commission"}), 21.0))
            await socket.heard("showCharts", seconds=120)


async def _send_nonsense(session, served, victim, number, most):
    """A visitor who knows another's page, and sends up to so many messages of each kind about it and about his own."""
    luck = random.Random(number)
    mine = await opened(session, served.origin)
    async with connected(session, served.address, mine.query) as socket:
        await socket.heard("40")
        for page in (mine, victim):
            sources = [(key, event) for key, one in page.elements.items() for event in one.get("events", ())]
            for key, event in luck.sample(sources, min(most, len(sources))):
                values = [json.dumps(luck.choice(ANYTHING)) for _ in range(luck.randrange(3))]
                message = {"id": int(key), "client_id": page.client, "listener_id": event["listener_id"]}
                await socket.emit("event", {**message, "args": luck.choice([values, values, "x", None, 3])})
        messages = [(name, content) for name in NAMES for content in (*ANYTHING, *mine.claims, *victim.claims)]
        for name, content in luck.sample(messages, min(most, len(messages))):
            await socket.emit(name, content)
        await socket.send(luck.choice(FRAMES))
