"""The floor, drawn: text, a picture, a window, a film, and a view in the browser, all of one layout.

Imported here is what needs no drawing library; `incentive_env.rendering.picture` and `.window` load pygame when they
are first used.
"""

from incentive_env.rendering.ansi import ansi
from incentive_env.rendering.data import film_data
from incentive_env.rendering.frame import Frame, film, frame_of
from incentive_env.rendering.svg import script, still, svg

__all__ = ["Frame", "ansi", "film", "film_data", "frame_of", "script", "still", "svg"]
