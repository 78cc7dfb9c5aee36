"""The words around the floor: figures, the scheme in force, what is under way."""

from incentive_env.config.levers import LEVERS
from incentive_env.model.scheme import Scheme
from incentive_env.model.state import YEAR
from incentive_env.rendering.frame import Frame

FIGURE_NAMES = ("true loyalty", "recorded conversion", "calls gamed", "cash")
BAR_NAMES = ("strain", "motivation", "calls")

_EVENTS: dict[str, str] = {
    "campaign": "a campaign of the client", "product_fault": "a product fault",
    "competitor": "an attack by a competitor", "newcomers": "newcomers settling in",
}  # fmt: skip


def scheme_words(scheme: Scheme) -> list[str]:
    """The levers that are on, a phrase each; one that is usually on, as base pay is, always."""
    phrases = []
    for lever in LEVERS.values():
        value = round(getattr(scheme, lever.name), lever.decimals)
        if value != 0.0 or lever.off != 0.0:
            phrases.append(lever.phrase.format(value, percent=_percent(value)))
    return phrases if len(phrases) > 1 else [*phrases, "nothing else"]


def figure_words(frame: Frame) -> list[str]:
    """The figures, in the order of `FIGURE_NAMES`."""
    return [_signed(frame.loyalty), _share(frame.conversion), _share(frame.gaming_share), _money(frame.cash)]


def week_words(frame: Frame) -> str:
    """Where in the episode the floor is."""
    if frame.week <= 0:
        return "opening, before the first decision"
    if frame.week <= frame.episode_weeks:
        return f"week {frame.week} of {frame.episode_weeks}"
    return f"week {frame.week - frame.episode_weeks} after the episode"


def news_words(frame: Frame) -> str:
    """Events under way, and what the client has taken away."""
    if frame.closed:
        return "the floor is closed"
    news = [f"{_EVENTS[name]}, {left} more week{'s' * (left != 1)}" for name, left in frame.events.items()]
    if round(frame.volume, 2) < 1.0:
        news.append(f"volume cut to {_percent(frame.volume)} by the client")
    return "; ".join(news) if news else "no events under way"


def rep_words(frame: Frame, rep: int, *, narrow: bool = False) -> str:
    """How long a rep has been there; in a narrow tile only that a seat is empty."""
    if not frame.present[rep]:
        return "empty" if narrow else "empty seat"
    if narrow:
        return ""
    weeks = int(frame.tenure[rep])
    return "new" if weeks < 1 else f"{weeks} wk" if weeks < 2 * YEAR else f"{weeks // YEAR} yr"


def description(frame: Frame) -> str:
    """All of it in a sentence or two, for those who cannot see it."""
    figures = ", ".join(f"{name} {value}" for name, value in zip(FIGURE_NAMES, figure_words(frame), strict=True))
    seats = f"{int(frame.present.sum())} of {len(frame.present)} seats filled"
    scheme = ", ".join(scheme_words(frame.scheme))
    return f"{frame.scenario}, {week_words(frame)}: {figures}; {seats}. Scheme: {scheme}. News: {news_words(frame)}."


def header_lines(frame: Frame, characters: int, lines: int) -> list[str]:
    """The scheme in force on as many lines as it needs, and the news on one more; no more than there is room for."""
    first, *others = scheme_words(frame.scheme)
    rows = [f"scheme: {first}"]
    for phrase in others:
        joined = f"{rows[-1]} · {phrase}"
        if len(joined) <= characters or len(rows) == lines - 1:
            rows[-1] = joined
        else:
            rows.append(phrase)
    return [shortened(row, characters) for row in [*rows, news_words(frame)]]


def shortened(text: str, characters: int) -> str:
    """A text that fits."""
    return text if len(text) <= characters else text[: max(characters - 1, 0)].rstrip(" ·") + "…"


def _signed(value: float) -> str:
    rounded = round(value, 1) + 0.0  # no minus zero
    return f"{rounded:+.1f}".replace("-", "−") if rounded else "0.0"


def _share(value: float | None) -> str:
    return "–" if value is None else _percent(value)


def _percent(share: float) -> str:
    return f"{round(100 * share, 1):g} %" if share < 0.1 else f"{100 * share:.0f} %"


def _money(value: float) -> str:
    size, sign = abs(value), "−" if value <= -0.5 else ""
    for unit, letter in ((1e6, "m"), (1e3, "k")):
        if size >= 0.9995 * unit:
            return f"{sign}€{size / unit:.{int(size < 9.95 * unit)}f}{letter}"
    return f"{sign}€{size:.0f}"
