"""Give result files new checksums, after a merge or a correction on purpose; look at their difference in git first.

Example:
    python scripts/maintain/seal.py docs/results/calibration.json
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from incentive_env.cli.common import script
from incentive_env.support.sealed import CHECKSUM, write_sealed
from incentive_env.support.texts import read_json


@script
def main(files: Annotated[list[Path], typer.Argument(help="files that --out of another script wrote")]) -> None:
    contents = {path: _bare(read_json(path), path) for path in files}
    for path, content in contents.items():
        write_sealed(path, content)
        print(f"{path} sealed")


def _bare(content: Any, path: Path) -> Any:
    """The content without its checksums."""
    rows = content if isinstance(content, list) else [content]
    if not all(isinstance(row, dict) for row in rows):
        raise ValueError(f"{path}: must hold a mapping, or a list of mappings")
    bare = [{key: value for key, value in row.items() if key != CHECKSUM} for row in rows]
    return bare if isinstance(content, list) else bare[0]


if __name__ == "__main__":
    main()
