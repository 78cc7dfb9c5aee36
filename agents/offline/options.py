"""An option that the scripts of offline learning share."""

from pathlib import Path
from typing import Annotated

from incentive_env.cli.options import written

Root = Annotated[
    Path | None,
    written("folder of all datasets; MINARI_DATASETS_PATH, or Minari's own if not given", folder=True),
]
