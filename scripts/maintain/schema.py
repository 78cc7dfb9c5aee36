"""Print or write what the configuration may hold: a JSON Schema, or a reference in Markdown.

Example:
    python scripts/maintain/schema.py --markdown docs/configuration.md
"""

from pathlib import Path
from typing import Annotated

import typer

from incentive_env.cli.common import app, user_errors, write_text
from incentive_env.config.schema import markdown_text, schema_text

main = app()
EXAMPLE = "Example: python scripts/maintain/schema.py --out telesales.schema.json --markdown docs/configuration.md"


@main.command(epilog=EXAMPLE)
def run(
    out: Annotated[Path | None, typer.Option(help="file for the JSON Schema")] = None,
    markdown: Annotated[Path | None, typer.Option(help="file for the reference in Markdown")] = None,
) -> None:
    """Print the JSON Schema of the configuration, or write it, or a Markdown reference, to files."""
    with user_errors():
        if out is None and markdown is None:
            typer.echo(schema_text(), nl=False)
        if out is not None:
            write_text(out, schema_text())
        if markdown is not None:
            write_text(markdown, markdown_text())


if __name__ == "__main__":
    main()
