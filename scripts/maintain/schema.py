"""Print the JSON Schema of the configuration, or write it, or a Markdown reference, to files.

Example:
    python scripts/maintain/schema.py --out telesales.schema.json --markdown docs/configuration.md
"""

from pathlib import Path
from typing import Annotated

import typer

from incentive_env.cli.common import script
from incentive_env.cli.options import written
from incentive_env.config.schema import markdown_text, schema_text
from incentive_env.support.files import write_text


@script
def main(
    out: Annotated[Path | None, written("file for the JSON Schema")] = None,
    markdown: Annotated[Path | None, written("file for the reference in Markdown")] = None,
) -> None:
    if out is None and markdown is None:
        typer.echo(schema_text(), nl=False)
    if out is not None:
        write_text(out, schema_text())
    if markdown is not None:
        write_text(markdown, markdown_text())


if __name__ == "__main__":
    main()
