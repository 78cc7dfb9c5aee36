"""The playground as its command serves it, and visitors without a browser who speak its protocol."""

import ast
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from html import unescape
from typing import NamedTuple

import aiohttp

_LIGHT = """
from functools import cache, partial
from incentive_env import cli
from incentive_env.playground import server, work
from incentive_env.model.scheme import Scheme
usual = cache(work.run_piece)
work.run_piece = lambda scenario, changes, scheme, seeds: usual(scenario, (), Scheme(), range(len(seeds)))
server.Workers = partial(server.Workers, 2, threads=True)
cli.main()
"""


class Served(NamedTuple):
    """A playground."""

    address: str  # with its token, if it has one
    process: subprocess.Popen

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def origin(self) -> str:
        return self.address.partition("/?")[0]


@contextmanager
def playground(*options: str, light: bool = False) -> Iterator[Served]:
    """`incentive-env play`; what it prints must not be a traceback.

    Light: it simulates in threads, once, and shows the same again and again; it may complain of nonsense.
    """
    command = [sys.executable, *(("-c", _LIGHT) if light else ("-m", "incentive_env.cli"))]
    command += ["play", "--no-show", *options]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "OMP_NUM_THREADS": "1"}
    environment.pop("PYTEST_CURRENT_TEST", None)  # it is no simulation
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
    said = ""
    for line in server.stdout:
        said += line
        if found := re.search(r"http://\S+", line):
            break
    else:
        raise AssertionError(f"the playground did not start: {said}")
    try:
        yield Served(found.group(), server)
        assert server.poll() is None, "the playground has ended"
    finally:
        server.send_signal(signal.SIGINT)
        rest, _ = server.communicate(timeout=20)
    assert light or "Traceback" not in rest, rest


class Page(NamedTuple):
    """What a browser reads off the page that it was sent."""

    client: str
    elements: dict[str, dict]
    query: dict[str, str]

    @property
    def claims(self) -> list[dict]:
        """Messages that say they come from this page."""
        said = {"client_id": self.client, "tab_id": "guessed", "document_id": "other", "next_message_id": "x"}
        return [{"client_id": self.client}, said, {**said, "level": "error", "message": "\x1b[2J", "request_id": []}]

    def element(self, **props: str) -> str:
        """The id of the element with these properties."""
        return next(key for key, one in self.elements.items() if props.items() <= one.get("props", {}).items())

    def event(self, element: str, *values: object) -> dict:
        """What a browser sends as the first event of an element."""
        listener = self.elements[element]["events"][0]["listener_id"]
        args = [json.dumps(value) for value in values]
        return {"id": int(element), "client_id": self.client, "listener_id": listener, "args": args}


async def opened(session: aiohttp.ClientSession, address: str) -> Page:
    """Ask for the page."""
    async with session.get(address) as answer:
        assert answer.status == 200, await answer.text()
        text = await answer.text()
    elements = json.loads(unescape(re.search(r"parseElements\(String\.raw`(.*?)`\)", text, re.DOTALL)[1]))
    query = ast.literal_eval(re.search(r"query: (\{.*?\}),\n", text)[1])
    return Page(query["client_id"], elements, {key: str(value).lower() for key, value in query.items()})


class Socket:
    """An open socket.io connection."""

    def __init__(self, websocket: aiohttp.ClientWebSocketResponse) -> None:
        self._websocket = websocket

    async def emit(self, event: str, content: object) -> None:
        await self.send(f"42{json.dumps([event, content])}")

    async def send(self, frame: str) -> None:
        await self._websocket.send_str(frame)

    async def heard(self, wanted: str, seconds: float = 10.0) -> str:
        """The first message that contains a text."""
        while True:
            message = await self._websocket.receive(timeout=seconds)
            assert message.type == aiohttp.WSMsgType.TEXT, f"closed: {message}"
            if wanted in message.data:
                return message.data

    async def until_silent(self, seconds: float = 0.7) -> list[str]:
        """All messages until there are none for a while."""
        heard = []
        with suppress(TimeoutError):
            while True:
                message = await self._websocket.receive(timeout=seconds)
                assert message.type == aiohttp.WSMsgType.TEXT, f"closed: {message}"
                heard.append(message.data)
        return heard


@asynccontextmanager
async def connected(session: aiohttp.ClientSession, address: str, query: dict[str, str], **headers: str):
    """A socket, as a browser opens it for a page."""
    url = f"{address.partition('/?')[0]}/_nicegui_ws/socket.io/"
    params = {
        "EIO": "4",
        "transport": "websocket",
        "tab_id": query["client_id"][:8],
        "document_id": "document",
        **query,
    }
    async with session.ws_connect(url, params=params, headers=headers) as websocket:
        assert (await websocket.receive_str()).startswith("0")
        await websocket.send_str("40")
        yield Socket(websocket)
