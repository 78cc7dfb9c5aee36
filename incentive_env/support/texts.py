"""YAML and JSON of other people, read within limits: what is too large, too deep or ambiguous is one line of error.

YAML is looked through once before anything is built from it, so that a small file cannot become a large object.
"""

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import yaml

from incentive_env.support.spelling import shown_key

MOST_YAML = 8 * 2**20  # bytes; the numbers of a large network are one long text
MOST_JSON = 64 * 2**20
MOST_ENTRIES = 20_000  # of a YAML file, with whatever its aliases repeat
MOST_DEPTH = 32
MOST_LETTERS = 200  # of a key

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C, where PyYAML has it: ten times as fast
# Controls of terminals and of the direction of writing, which could hide what a line says.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
# YAML 1.1 reads 010 as 8, 1:30 as 90 and 2024-02-30 as a date.
_AMBIGUOUS = re.compile(r"[-+]?0[0-9_]+|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*")
_ENDLESS = re.compile(r"[-+]?[0-9][0-9a-fA-Fxob_]{40,}")  # whole numbers that take long to convert, or cannot be shown
_SHORT = 20_000  # letters, up to which the slow reader is asked where the mistake is


class TextError(ValueError):
    """A text cannot be read; one line says which, where and why."""


def read_text(path: Path, most: int) -> str:
    """The text of a file, if it has at most so many bytes.

    Raises:
        TextError: it is missing, larger, or not UTF-8.
    """
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
        if len(content) > most:
            raise TextError(f"{path}: cannot be read: it is larger than {most / 2**20:g} MB")
        return content.decode("utf-8")
    except OSError as error:
        raise TextError(f"{path}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise TextError(f"{path}: cannot be read: not UTF-8 at byte {error.start}") from None


def read_json(path: Path, *, finite: bool = True) -> Any:
    """The content of a JSON file.

    Args and errors as of `parsed_json`; or it is missing.
    """
    return parsed_json(read_text(path, MOST_JSON), str(path), finite=finite)


def parsed_json(text: str | bytes, name: str, *, finite: bool = True) -> Any:
    """The content of a JSON text.

    Args:
        text: to be read.
        name: of it in messages.
        finite: whether NaN and infinity are refused here; a caller with better names for places may do it itself.

    Raises:
        TextError: it is too large or too deep, not JSON, names a key twice, or holds a number that is not finite.
    """
    if len(text) > MOST_JSON:
        raise TextError(f"{name}: cannot be read: it is larger than {MOST_JSON / 2**20:g} MB")
    try:
        content = json.loads(text, object_pairs_hook=_each_once)
    except RecursionError:
        raise TextError(f"{name}: cannot be read: too many levels") from None
    except _TwiceError as error:
        raise TextError(f"{name}: cannot be read: {error}") from None
    except ValueError as error:  # not UTF-8, malformed, or a number of thousands of digits
        raise TextError(f"{name}: cannot be read: not JSON: {error}") from None
    if finite:
        check_finite(content, name)
    return content


def check_finite(content: Any, name: str) -> None:
    """Check that plain data holds neither NaN nor infinity, which Python's JSON would.

    Raises:
        TextError: it does; the message begins with ``name`` and says where.
    """
    place = _not_finite(content)
    if place is not None:
        *keys, value = place
        raise TextError(f"{name}: {'.'.join(map(shown_key, keys)) or 'it'} = {value}: must be a finite number")


def parsed_yaml(text: str, name: str) -> Any:
    """The content of a YAML text, which messages call ``name``.

    Raises:
        TextError: it is not YAML, or beyond the limits of this module.
    """
    try:
        _look_through(text, name)
        return yaml.load(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        _refuse(_clearer(text, error), name)
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        if isinstance(error, TextError):
            raise
        raise TextError(f"{name}: not valid YAML: a value cannot be read") from None


class _TwiceError(ValueError):
    """A key stands twice in an object."""


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _TwiceError(f"key {shown_key(next(key for key in keys if keys.count(key) > 1))} stands twice")
    return content


def _not_finite(content: Any) -> list[str] | None:
    """Keys that lead to the first number that is not finite, and the number."""
    if isinstance(content, float):
        return None if math.isfinite(content) else [str(content)]
    if isinstance(content, list | dict):
        for key, value in content.items() if isinstance(content, dict) else enumerate(content):
            if not isinstance(value, str | int | None) and (below := _not_finite(value)) is not None:
                return [str(key), *below]
    return None


def _refuse(error: yaml.YAMLError, name: str) -> NoReturn:
    mark = getattr(error, "problem_mark", None)
    where = f", line {mark.line + 1}" if mark else ""
    why = " ".join(str(getattr(error, "problem", None) or error).split())
    raise TextError(f"{name}{where}: not valid YAML: {_CONTROLS.sub('?', why)[:200]}")


def _clearer(text: str, error: yaml.YAMLError) -> yaml.YAMLError:
    """The same mistake as the reader in Python tells it, which says better where it is."""
    if len(text) > _SHORT:
        return error
    try:
        for _ in yaml.parse(text, Loader=yaml.SafeLoader):
            pass
        yaml.safe_load(text)
    except yaml.YAMLError as clearer:
        return clearer
    except (ValueError, TypeError, KeyError, RecursionError):
        pass
    return error


class _Level:
    """A mapping or list that is being looked through."""

    def __init__(self, anchor: str | None, mapping: bool) -> None:
        self.anchor, self.mapping = anchor, mapping
        self.entries = 1  # so far, with those below
        self.parts = 0  # right below: every other one of a mapping is a key


def _look_through(text: str, name: str) -> None:
    """Refuse what would be too large, too deep or ambiguous, before anything is built."""
    levels = [_Level(None, False)]
    sizes: dict[str, int] = {}
    events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
    for event in events:
        where = f"{name}, line {event.start_mark.line + 1}"
        if isinstance(event, yaml.CollectionStartEvent):
            _check_tag(event, where)
            levels.append(_Level(event.anchor, isinstance(event, yaml.MappingStartEvent)))
            if len(levels) > MOST_DEPTH:
                raise TextError(f"{where}: more than {MOST_DEPTH} levels")
            continue
        if isinstance(event, yaml.CollectionEndEvent):
            level = levels.pop()
            size, anchor = level.entries, level.anchor
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in sizes:
                raise TextError(f"{where}: alias *{str(event.anchor)[:40]} stands in for nothing, or for itself")
            size, anchor = sizes[event.anchor], None
        elif isinstance(event, yaml.ScalarEvent):
            _check_tag(event, where)
            _check_scalar(event, where, levels[-1].mapping and levels[-1].parts % 2 == 0)
            size, anchor = 1, event.anchor
        else:
            continue
        if anchor is not None:
            sizes[anchor] = size
        levels[-1].entries += size
        levels[-1].parts += 1
        if levels[-1].entries > MOST_ENTRIES:
            raise TextError(f"{where}: more than {MOST_ENTRIES:,} entries")


def _check_tag(event: Any, where: str) -> None:
    if event.tag is not None:
        tag = ascii(event.tag.replace("tag:yaml.org,2002:", "!!")[:60])
        raise TextError(f"{where}: tag {tag}: tags are not read; leave it out")


def _check_scalar(event: Any, where: str, is_key: bool) -> None:
    value = event.value
    if control := _CONTROLS.search(value):
        raise TextError(f"{where}: holds the control code {control[0]!a}")
    if is_key and ("\n" in value or len(value) > MOST_LETTERS):
        raise TextError(f"{where}: a key must be one line of at most {MOST_LETTERS} letters")
    if not event.implicit[0]:  # in quotes
        return
    if len(value) <= MOST_LETTERS and _AMBIGUOUS.fullmatch(value):
        raise TextError(f"{where}: {value}: is read as another number or as a date; write it plainly, or in quotes")
    if _ENDLESS.fullmatch(value):
        raise TextError(f"{where}: {value[:20]}…: a number of more than 40 digits")
