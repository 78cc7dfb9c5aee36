"""`incentive-env play`: the playground in a browser."""

from typing import Annotated

import typer

EXAMPLES = ("incentive-env play", "incentive-env play --port 8080 --no-show")


def run(
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="address to listen on; this machine alone where not given")
    ] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(min=1, max=65_535, metavar="N", help="a free one where not given")] = None,
    show: Annotated[bool, typer.Option(help="open a browser, where there is one")] = True,
) -> None:
    """Open the playground: a laboratory with sliders, a game in which you are the manager, and a view of the floor.

    It is served to browsers on this machine alone, unless --host says otherwise: it has no passwords.
    """
    from incentive_env.playground.server import serve

    serve(host, port, show=show, report=typer.echo)
