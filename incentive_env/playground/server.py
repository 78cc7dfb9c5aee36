"""The playground as a local web server: three tabs, one page a browser, nothing from elsewhere."""

import asyncio
import os
import sys
import webbrowser
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from nicegui import app, ui
from nicegui.events import ValueChangeEventArguments

from incentive_env.playground.controls import heading
from incentive_env.playground.door import guard
from incentive_env.playground.floor import FloorPage
from incentive_env.playground.laboratory import Laboratory
from incentive_env.playground.manager import Manager
from incentive_env.playground.place import Place, place_for
from incentive_env.playground.work import Workers, warm_up
from incentive_env.rendering.svg import script

_STATIC = Path(__file__).with_name("static")
_SCRIPTS = ("sliders.js", "charts.js", "player.js")
_NARROW = 800  # px
_PATIENCE = 7200.0  # s for which a page is kept whose browser is away: a phone that is locked, say
_LONGEST_MESSAGE = 1_000_000  # bytes, as NiceGUI's browsers have it
_TITLE = "incentive-env playground"


def serve(
    host: str, port: int | None, *, show: bool, report: Callable[[str], None], allowed_hosts: Sequence[str] = ()
) -> None:
    """Serve the playground until it is interrupted.

    Args:
        host: address to listen on.
        port: a free one where not given.
        show: open a browser, where there is one.
        report: receives messages about progress.
        allowed_hosts: further names that browsers use for this machine, a proxy's say.

    Raises:
        OSError: the port is taken, or the address is not this machine's.
        ValueError: a name is not a host's.
    """
    place = place_for(host, port, allowed_hosts)
    report("Loading the simulator ...")
    warm_up()
    workers = Workers()
    workers.warm()
    build(workers)
    guard(app, place)
    app.on_shutdown(workers.close)
    app.on_startup(lambda: _announce(place, show=show, report=report))
    with suppress(KeyboardInterrupt):  # the way to end it
        ui.run(
            host=place.address, port=place.port, title=_TITLE, show=False, reload=False, show_welcome_message=False,
            tailwind=False, uvicorn_logging_level="error", favicon=_STATIC / "icon.svg", reconnect_timeout=_PATIENCE,
            ws_max_size=_LONGEST_MESSAGE,
        )  # fmt: skip


def build(workers: Workers) -> None:
    """Declare the page; every visit builds it anew, with a state of its own."""
    app.add_static_files("/static", _STATIC)

    @ui.page("/", title=_TITLE, language="en-US")
    async def page() -> None:
        await show_page(workers)


def has_browser() -> bool:
    """Whether a window could open here."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


async def _announce(place: Place, *, show: bool, report: Callable[[str], None]) -> None:
    """Say where the playground is, and open a browser, once somebody answers there."""
    for _ in range(200):
        try:
            _, writer = await asyncio.open_connection(place.nearest, place.port)
        except OSError:
            await asyncio.sleep(0.05)
            continue
        writer.close()
        break
    first, *others = place.urls
    report(f"The playground is at {first}   (ctrl-C ends it)")
    if place.token:
        report("Whoever has this address with its token can use it.")
        for other in others:
            report(f"Also, if it is reachable there: {other}")
    if show and has_browser():
        webbrowser.open(first)


async def show_page(workers: Workers) -> None:
    """Build the page of one visit, and draw on it."""
    ui.add_css(_STATIC / "style.css")
    ours = "".join(f"<script src='/static/{name}'></script>" for name in _SCRIPTS)
    ui.add_head_html(f"<script>{script()}</script>{ours}")
    theme = ui.dark_mode(value=False)
    with ui.header().classes("bar"):
        heading("incentive-env", 1).classes("title")
        with ui.tabs().props('dense no-caps aria-label="Parts of the playground"') as tabs:
            laboratory_tab = ui.tab("Laboratory").mark("tab-laboratory")
            manager_tab = ui.tab("Be the manager").mark("tab-manager")
            floor_tab = ui.tab("Floor view").mark("tab-floor")
        ui.element("span").classes("grow")
        switch = ui.switch("dark").props('dense aria-label="dark colours"').mark("dark")
    with ui.tab_panels(tabs, value=laboratory_tab, keep_alive=True, animated=False).classes("wide"):
        with ui.tab_panel(laboratory_tab):
            laboratory = Laboratory(workers, dark=False)
        with ui.tab_panel(manager_tab):
            manager = Manager(workers, dark=False)
        with ui.tab_panel(floor_tab):
            floor = FloorPage(laboratory, workers, dark=False)

    def recolour(event: ValueChangeEventArguments[bool | None]) -> None:
        dark = bool(event.value)
        theme.set_value(dark)
        for part in (laboratory, manager, floor):
            part.set_dark(dark)

    switch.on_value_change(recolour)
    await ui.context.client.connected()
    if ui.context.client.is_deleted:  # asked for by what is no browser
        return
    laboratory.request()
    with suppress(TimeoutError):
        dark, width = await ui.run_javascript(
            "[matchMedia('(prefers-color-scheme: dark)').matches, window.innerWidth]", timeout=5.0
        )
        floor.set_narrow(width < _NARROW)
        switch.set_value(dark)
