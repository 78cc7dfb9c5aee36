"""What `benchmark.py pages` writes: the leaderboard, its picture, and the README's figures."""

import json
from pathlib import Path
from typing import Any

from agents.benchmark.report.markdown import leaderboard_page, readme_part
from agents.benchmark.results import Results
from incentive_env.cli.common import written_whole
from incentive_env.support.tables import between_marks

OPEN = "<!-- figures: written by `make pages` from docs/results/benchmark.json -->"
CLOSE = "<!-- /figures -->"
PICTURE = "goodhart.png"


def write_pages(results: Results, power: Path, page: Path, readme: Path) -> None:
    """Write the leaderboard and its picture, and the part of the README between marks.

    Args:
        results: of a suite.
        power: JSON file of the operating characteristics; need not exist.
        page: the leaderboard; the picture stands beside it.
        readme: file with the marks.

    Raises:
        ValueError: the README has no marks, or the JSON file is none of `power`.
    """
    new_readme = with_figures(readme.read_text(encoding="utf-8"), results, readme)
    new_page = leaderboard_page(results, read_power(power))
    from agents.benchmark.report.goodhart_picture import draw_goodhart  # loads matplotlib

    with written_whole(page.parent / PICTURE) as partial:
        draw_goodhart(results, partial)
    for path, text in ((page, new_page), (readme, new_readme)):
        with written_whole(path) as partial:
            partial.write_text(text, encoding="utf-8")


def with_figures(text: str, results: Results, where: Path) -> str:
    """The README's text with its figures as the results have them."""
    return between_marks(text, OPEN, CLOSE, lambda: readme_part(results), where)


def read_power(path: Path) -> dict[str, Any] | None:
    """The operating characteristics; ``None`` where the file is missing."""
    if not path.exists():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: cannot be read: {error}") from None
    if not isinstance(content, dict) or "false_alarms" not in content:
        raise ValueError(f"{path}: holds no figures of `benchmark.py power`")
    return content
