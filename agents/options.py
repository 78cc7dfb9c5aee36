"""Options that several scripts share, besides those of `incentive_env.cli.options`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from agents.registry import NAMES
from agents.search.objective import OBJECTIVES
from incentive_env.cli.common import user_errors
from incentive_env.cli.options import policy_names, written
from incentive_env.floors.reward import PRESETS
from incentive_env.support.files import check_writable

POLICIES = f"{', '.join(NAMES)}, a scheme's YAML file, or a run directory"
RUN = "folder of the run, with its checkpoints"

Policy = Annotated[str, typer.Option(metavar="NAME|FILE", help=POLICIES, autocompletion=policy_names)]
Reward = Annotated[str, typer.Option(metavar="NAME", help=f"what is paid: {', '.join(PRESETS)}")]
Objective = Annotated[str, typer.Option(metavar="NAME", help=f"what to maximize: {', '.join(OBJECTIVES)}")]
Timesteps = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="decisions over all floors, instead of the plan's")
]
PolicyFile = Annotated[Path, written("YAML file for the policy", kinds=(".yaml", ".yml"))]
PolicyName = Annotated[str | None, typer.Option(metavar="NAME", help="name of the policy; the file's if not given")]
Run = Annotated[Path, written(RUN, "--run", folder=True)]
OptionalRun = Annotated[Path | None, written(f"{RUN}; none are kept if not given", "--run", folder=True)]
Resume = Annotated[bool, typer.Option(help="continue from the newest checkpoint of --run, if it has one")]
Trust = Annotated[
    bool, typer.Option("--trust", help="read files that can run code of their maker; see docs/security.md")
]
Datasets = Annotated[
    Path | None,
    written("folder of all datasets; MINARI_DATASETS_PATH, or Minari's own if not given", "--root", folder=True),
]

# Searches
Restarts = Annotated[int, typer.Option(min=1, max=1000, metavar="N", help="searches, each from another start")]
Generations = Annotated[int, typer.Option(min=1, max=100_000, metavar="N", help="generations of each restart")]
Population = Annotated[int, typer.Option(min=3, max=10_000, metavar="N", help="candidates in a generation")]
SearchFloors = Annotated[
    int, typer.Option("--floors", min=1, max=100_000, metavar="N", help="floors of a generation, fresh ones for each")
]
Validation = Annotated[
    int, typer.Option(min=2, max=100_000, metavar="N", help="fresh floors on which the finalists are compared")
]

# Work that is shared between processes or machines
Engine = Annotated[str, typer.Option(metavar="local|ray", help="local: processes of this machine; ray: a Ray cluster")]
Address = Annotated[
    str | None,
    typer.Option(metavar="HOST:PORT", help="head of the Ray cluster; a Ray of this machine alone if not given"),
]
Workers = Annotated[
    int | None, typer.Option(min=1, max=100_000, metavar="N", help="jobs at the same time; one per core if not given")
]


def check_resume(run: Path | None, resume: bool) -> None:
    """Refuse to resume a run that has no folder.

    Raises:
        ValueError: there is none.
    """
    if resume and run is None:
        raise ValueError("--resume: needs --run, the folder of the checkpoints")


def stored(what: str, usual: str) -> Any:
    """An option for a folder or URL; a folder that cannot be written is refused before any work."""

    def check(ctx: typer.Context, place: str | None) -> str | None:
        if place is not None and "://" not in place and not ctx.resilient_parsing:
            with user_errors():
                check_writable(Path(place), folder=True)
        return place

    return typer.Option(metavar="FOLDER|URL", help=f"where to keep {what}; {usual} if not given", callback=check)
