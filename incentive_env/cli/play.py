"""`incentive-env play`: the playground in a browser."""

from typing import Annotated

import typer

EXAMPLES = (
    "incentive-env play",
    "incentive-env play --port 8080 --no-show",
    "incentive-env play --host 0.0.0.0 --port 8080",
)


def run(
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="address to listen on; this machine alone where not given")
    ] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(min=1, max=65_535, metavar="N", help="a free one where not given")] = None,
    show: Annotated[bool, typer.Option(help="open a browser, where there is one")] = True,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="another name of this machine, such as a proxy's; may be given several times"
        ),
    ] = None,
) -> None:
    """Open the playground: a laboratory with sliders, a game in which you are the manager, and a view of the floor.

    It is served to browsers on this machine alone. With --host or --allow-host it is served to others too: then only
    those who open the address that is printed, with its token, are let in.
    """
    from incentive_env.playground.server import serve

    serve(host, port, show=show, report=typer.echo, allowed_hosts=allow_host or ())
