"""What a visitor without a browser answers to the page's questions, and how to find what is on it."""

import asyncio
import re
from collections.abc import Callable
from typing import Any

from nicegui.testing import User


def answers(user: User, *, dark: bool = False) -> None:
    """What a browser would answer to the page's questions."""
    user.javascript_rules[re.compile(r"\[matchMedia")] = lambda _: [dark, 1280]
    user.javascript_rules[re.compile("new FloorPlayer")] = lambda _: 0


def the(user: User, marker: str) -> Any:
    """The one element with a marker."""
    (element,) = user.find(marker=marker).elements
    return element


async def until(condition: Callable[[], Any], seconds: float = 10.0) -> None:
    """Wait until something holds."""
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come to pass")
