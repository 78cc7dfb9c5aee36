"""The documentation's site: complete, without a broken link, and asking nothing of another host."""

import functools
import http.server
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

import pytest
from browsing import browser_tests, open_browser
from lessons import ROOT
from typer.main import get_command

import incentive_env
from incentive_env.cli.commands import app

pytest.importorskip("material")

DOCS = ROOT / "docs"
COLOURS = {"light": "default", "dark": "slate"}  # and what the theme calls them
PAGES = sorted(path.relative_to(DOCS).with_suffix(".html").as_posix() for path in DOCS.rglob("*.md"))
_LOADED = re.compile(r'<(?:script|img|iframe|source|link)\b[^>]*?\b(?:src|href)="([^"]*)"')
_LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"')


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as `make docs` builds it, elsewhere."""
    folder = tmp_path_factory.mktemp("site")
    command = (sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder))
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return folder


def test_every_page_is_built_and_in_the_menu(site):
    built = {path.relative_to(site).as_posix() for path in site.rglob("*.html")} - {"404.html"}
    assert built == set(PAGES)
    menu = _text(site / "index.html").partition('class="md-nav__list"')[2].partition("md-content")[0]
    assert set(PAGES) - {link.partition("#")[0] for link in _LINK.findall(menu)} == set()
    assert not (site / "hooks").exists()


def test_links_lead_to_pages_files_and_headings_that_are_there(site):
    for path in sorted(site.rglob("*.html")):
        text = _text(path)
        for link in (*_LINK.findall(text), *_LOADED.findall(text)):
            if not re.match(r"[a-z]+:", link) and path.name != "404.html":
                assert _is_there(path, unquote(link)), (path.name, link)


def test_nothing_is_asked_of_another_host(site):
    for path in sorted(site.rglob("*.html")):
        assert [link for link in _LOADED.findall(_text(path)) if re.match(r"(https?:)?//", link)] == []
    for path in sorted(site.rglob("*.css")):
        assert re.findall(r"""(?:url\(|@import)\s*["']?(?:https?:)?//[^)]*""", _text(path)) == []


def test_markdown_is_rendered_on_the_site_too(site):
    """Lists and blocks of code that a repository's page knows, and the site's Markdown might not."""
    for path in sorted(site.rglob("*.html")):
        prose = re.sub(r"<(pre|code)\b.*?</\1>", "", _text(path), flags=re.DOTALL)
        for paragraph in re.findall(r"<p>(.*?)</p>", prose, re.DOTALL):
            assert not re.search(r"\n(?:[-*] |\d+\. |\|)|```|&gt;&gt;&gt;|==  ==|\]\(", paragraph), (
                path.name,
                paragraph,
            )


def test_the_command_line_page_holds_every_command_and_option(site):
    text = _text(site / "command_line.html")
    pending = [("incentive-env", get_command(app))]
    while pending:
        name, command = pending.pop()
        assert f'id="{name.replace(" ", "-")}"' in text
        for parameter in command.params:
            if "--help" not in parameter.opts and parameter.param_type_name == "option":
                assert f"<code>{parameter.opts[0]}" in text, (name, parameter.opts)
        pending += [(f"{name} {word}", below) for word, below in getattr(command, "commands", {}).items()]


def test_the_scripts_page_holds_every_script(site):
    text = _text(site / "scripts.html")
    for script in (ROOT / "scripts").rglob("*.py"):
        assert f">{script.relative_to(ROOT / 'scripts').as_posix()}<" in text, script


def test_the_reference_holds_what_the_package_offers(site):
    pages = [site / "environment.html", *(site / "api").glob("*.html")]
    names = set(re.findall(r'id="(incentive_env\.[\w.]+)"', "".join(map(_text, pages))))
    wanted = (*incentive_env.__all__, "explain", "Explanation", "evaluate", "load_policy", "film", "LENEnv", "Gaming")
    assert [name for name in wanted if not any(full.endswith(f".{name}") for full in names)] == []
    assert "promoters − detractors" in _text(site / "environment.html")
    assert "[floors, weeks, measures, causes]" in _text(site / "api" / "simulation.html")  # of a field's comment


def test_a_link_out_of_the_documentation_becomes_plain_code():
    import pages as page_hook

    text = "[`a.py:run`](../agents/a.py) [files](results) [x](model.md#y) [z](https://z.example) ![p](../q.png)"
    plain = "`a.py:run` `files` [x](model.md#y) [z](https://z.example) ![p](../q.png)"
    assert page_hook.without_outer_links(text, DOCS, DOCS) == plain
    assert page_hook.without_outer_links(f"```\n{text}\n```", DOCS, DOCS) == f"```\n{text}\n```"


def test_docstrings_become_markdown():
    import sources

    table = "===  =====\nA    B b\n===  =====\n1    2 3\n===  ====="
    assert sources.as_markdown(f"{table}\nend") == "| A | B b |\n|---|---|\n| 1 | 2 3 |\nend"
    assert sources.as_markdown("So:\n\n>>> 1\n1\n\nend") == "So:\n\n```pycon\n>>> 1\n1\n```\n\nend"
    assert sources.comment_of("x: int = 3  # [floors] of 'them'") == "[floors] of 'them'"
    assert [sources.comment_of(line) for line in ('x = "#a"', "x = 1  # noqa: E501", "x = (")] == [""] * 3


@pytest.mark.parametrize(("width", "colours"), [(1280, "light"), (390, "dark")])
class TestInBrowser:
    """What a reader's browser makes of it."""

    pytestmark = browser_tests

    def test_pages_fit_follow_the_systems_colours_and_ask_nothing_elsewhere(self, site, width, colours):
        with _served(site) as address, open_browser() as browser:
            page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=colours)
            asked: list[str] = []
            errors: list[str] = []
            page.on("request", lambda request: asked.append(request.url))
            page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
            page.on("pageerror", lambda error: errors.append(str(error)))
            for name in PAGES:
                page.goto(f"{address}/{name}", wait_until="load")
                assert page.evaluate("document.documentElement.scrollWidth") == width, name
                assert (
                    page.get_attribute("body", "data-md-color-scheme") == {"light": "default", "dark": "slate"}[colours]
                )
            page.wait_for_timeout(500)
            assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
            assert errors == []


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    """A folder at a free local port, while it is looked at."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _is_there(page: Path, link: str) -> bool:
    file, _, heading = link.partition("#")
    target = (page.parent / file).resolve() if file else page
    return target.exists() and (not heading or f'id="{heading}"' in _text(target))
