"""Draw docs/playground.png, the laboratory as it opens: after a change of the model or of the page; needs Chromium.

python tests/playground/picture.py
"""

import io
import re
import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs" / "playground.png"
SIZE = {"width": 1280, "height": 880}
CHARTS = 8
DRAWN_MS = 3000  # by then the charts have stopped moving


def main() -> None:
    """Write the picture in 256 colours."""
    sys.path.insert(0, str(ROOT / "tests"))
    from browsing import open_browser
    from serving import playground

    with playground() as place, open_browser() as browser:
        tab = browser.new_page(viewport=SIZE)
        tab.goto(place.address)
        tab.wait_for_function(f"document.querySelectorAll('.charts .plot svg').length >= {CHARTS}")
        tab.get_by_text(re.compile("B against A on")).wait_for()
        tab.wait_for_timeout(DRAWN_MS)
        shot = Image.open(io.BytesIO(tab.screenshot()))
    shot.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(PICTURE, optimize=True)


if __name__ == "__main__":
    main()
