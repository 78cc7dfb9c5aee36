"""The whole page: words, boards, and all that a browser needs to show them."""

from collections.abc import Sequence
from importlib.resources import files

from agents.benchmark.analysis.goodhart import goodhart_table
from agents.benchmark.analysis.leaderboard import aggregate
from agents.benchmark.report import sentences
from agents.benchmark.report.board import Board, board_of
from agents.benchmark.results import Results, ResultsError

_DASHES = {"solid": "none", "dash": "9 5", "dot": "3 4", "dashdot": "9 4 2 4"}  # of SVG, for those of Plotly


def render(results: Results) -> str:
    """The page, as HTML.

    Raises:
        ResultsError: there is nothing to show, or nothing to compare it with.
    """
    import jinja2
    from markupsafe import Markup
    from plotly.offline import get_plotlyjs

    if not results.homes:
        raise ResultsError(f"{results.suite}: holds no cells")
    goodhart, overall = goodhart_table(results), aggregate(results)
    boards = [board_of(results, f"home-{place}", home, goodhart, overall) for place, home in enumerate(results.homes)]
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    return environment.from_string(_part("page.html.j2")).render(
        suite=results.suite, lead=sentences.lead(results), origin=sentences.origin(results), boards=boards,
        sections=_sections(boards), dashes=_DASHES, may_break=Markup("_<wbr>"),
        style=_part("style.css"), script=_part("page.js"), plotly=get_plotlyjs(),
    )  # fmt: skip


def _sections(boards: Sequence[Board]) -> list[tuple[str, str]]:
    """Names and targets for finding one's way."""
    start = [("How to read it", "reading")]
    if len(boards) > 1:
        return start + [(board.home, board.key) for board in boards]
    parts = ["Leaderboard", "Twins", "Goodhart", "Profiles", "Schemes", "Gaming", "Scenarios"]
    if not (boards[0].twins or boards[0].gates):
        parts.remove("Twins")
    if not boards[0].curves:
        parts.remove("Goodhart")
    return start + [(part, f"{boards[0].key}-{part.lower()}") for part in parts]


def _part(name: str) -> str:
    return files("agents.benchmark.report").joinpath(name).read_text(encoding="utf-8")
