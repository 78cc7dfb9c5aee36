"""The floor in a window of its own."""

import time
from types import ModuleType

from gymnasium import logger
from gymnasium.error import UnsupportedMode

from incentive_env.rendering.frame import Frame
from incentive_env.rendering.layout import LEAST_WIDTH, USUAL_WIDTH
from incentive_env.rendering.picture import draw, load_pygame

_SHARE = 0.9  # of the screen, at most


class Window:
    """Shows frames, no more than some a second. pygame has one window a process: two of these share it.

    Args:
        title: of the window.
        frames_per_second: `show` waits until the frame before has been seen that long.
    """

    def __init__(self, title: str, frames_per_second: float) -> None:
        self._title = title
        self._seconds = 1.0 / frames_per_second
        self._shown_at = float("-inf")
        self._dismissed = False  # closed by the user; rendering continues without a window

    def show(self, frame: Frame) -> None:
        """Open the window where there is none yet, and show a frame in it.

        Raises:
            DependencyNotInstalled: pygame is missing.
            UnsupportedMode: a window cannot be opened.
        """
        pygame = load_pygame()
        self._look_for_dismissal(pygame)
        if self._dismissed:
            return
        if not pygame.display.get_init():
            self._start_display(pygame)
        wide, high = (int(_SHARE * side) for side in pygame.display.get_desktop_sizes()[0])
        drawn = draw(frame, max(LEAST_WIDTH, min(USUAL_WIDTH, wide)))
        shrunk = min(1.0, wide / drawn.get_width(), high / drawn.get_height())
        if shrunk < 1.0:
            drawn = pygame.transform.smoothscale_by(drawn, shrunk)
        surface = pygame.display.get_surface()
        if surface is None or surface.get_size() != drawn.get_size():
            surface = pygame.display.set_mode(drawn.get_size())
        surface.blit(drawn, (0, 0))
        pygame.display.flip()
        self._wait(pygame)

    def close(self) -> None:
        """Close the window, if there is one; `show` would open it again."""
        pygame = load_pygame()
        pygame.display.quit()

    def _start_display(self, pygame: ModuleType) -> None:
        try:
            pygame.display.init()
            pygame.display.set_caption(self._title)
        except pygame.error as error:
            raise UnsupportedMode(f"render_mode 'human' cannot open a window: {error}; use 'rgb_array'") from None
        if pygame.display.get_driver() == "offscreen":  # SDL's own last resort
            logger.warn("render_mode 'human' found no screen: the window is not seen. Use 'rgb_array'.")

    def _wait(self, pygame: ModuleType) -> None:
        """Hold the frame before this one for its time, and answer the window system."""
        pygame.event.pump()
        time.sleep(max(0.0, self._shown_at + self._seconds - time.monotonic()))
        self._shown_at = time.monotonic()
        self._look_for_dismissal(pygame)

    def _look_for_dismissal(self, pygame: ModuleType) -> None:
        if pygame.display.get_init() and pygame.event.get(pygame.QUIT):
            self._dismissed = True
            pygame.display.quit()
