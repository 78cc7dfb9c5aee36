"""A visitor to the playground without a browser: the page in this process, and floors worked out in its threads."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest

pytest.importorskip("nicegui")

from nicegui.testing import User
from nicegui.testing.user_simulation import user_simulation
from visits import answers

from incentive_env.playground.server import show_page
from incentive_env.playground.work import Workers

Visit = Callable[[User], Awaitable[None]]


@pytest.fixture
def visited() -> Iterator[Callable[..., None]]:
    """Run a visit: ``visited(act)``; ``act`` is handed a user who has opened the page."""
    workers = Workers(2, threads=True)

    async def go(act: Visit) -> None:
        async with user_simulation(root=lambda: show_page(workers)) as user:
            answers(user)
            await user.open("/")
            await act(user)

    yield lambda act: asyncio.run(go(act))
    workers.close()
