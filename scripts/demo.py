"""The main job: train one manager on recorded conversion and one on loyalty, and see what each does to loyalty.

Both are compared with fixed schemes on the same floors, in a table and a picture. An interrupted demo resumes where it
stopped.

Example:
    python scripts/demo.py --floors 128 --out runs/demo
"""

import hashlib
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Any

from agents.options import Timesteps
from agents.registry import NAMES, load_policy
from agents.studies.result_table import result_rows, result_table
from incentive_env import Config, load_config
from incentive_env.cli.common import console, script
from incentive_env.cli.options import Floors, written
from incentive_env.policies.fixed import FIXED
from incentive_env.studies.evaluate import Evaluation, evaluate, evaluation_seeds
from incentive_env.support.files import write_json, written_whole
from incentive_env.support.locks import locked
from incentive_env.support.statistics import interval
from incentive_env.support.tables import span
from incentive_env.support.threads import free_threads

DECISIONS = 250_000  # of each training, over all floors: with 150,000 the learner of conversion has not yet gone astray
TRAINED = {"PPO on conversion": "conversion", "PPO on loyalty": "loyalty"}


@script
def main(
    out: Annotated[Path, written("folder for runs, results.json and the picture", folder=True)] = Path("runs/demo"),
    floors: Floors = 128,
    timesteps: Timesteps = None,
) -> None:
    scenario = load_config("telesales")
    evaluate(scenario, load_policy("flat_salary", scenario), range(2))  # compiles the model once, before both would
    print("Training a manager on recorded conversion and one on loyalty, side by side ...", flush=True)
    with locked(out), ProcessPoolExecutor(len(TRAINED), mp_context=get_context("spawn")) as pool:
        job = partial(_train, out=out, timesteps=timesteps, threads=free_threads(len(TRAINED)))
        runs = list(pool.map(job, TRAINED.values()))
    print(
        f"Evaluating {len(NAMES) + len(TRAINED)} policies on {floors} floors that none was trained on ...",
        flush=True,
    )
    evaluations: dict[str, Evaluation] = {}
    for name, source in {
        **dict(zip(TRAINED, map(str, runs), strict=True)),
        **{name: name for name in NAMES},
    }.items():
        evaluations[name] = evaluate(
            scenario, load_policy(source, scenario), evaluation_seeds(floors), threads=len(TRAINED)
        )
    rows = result_rows(evaluations, TRAINED)
    write_json(out / "results.json", rows)
    from agents.studies.pictures import draw_story  # loads matplotlib

    with written_whole(out / "demo.png") as picture:
        draw_story(evaluations, rows, scenario, picture)
    console().print(
        result_table(rows, f"What each scheme did to long-term loyalty: {floors} floors, scored in the third year")
    )
    _say_it(rows, evaluations)
    print(f"\nresults: {out / 'results.json'}   picture: {out / 'demo.png'}")


def _train(reward: str, *, out: Path, timesteps: int | None, threads: int) -> Path:
    from agents.loading import load
    from agents.training.train import train

    plan = load("training", "ppo", {"total_timesteps": timesteps or DECISIONS})
    scenario = load_config("telesales")
    folder = out / f"ppo-{reward}-{_fingerprint(scenario)}"  # a changed model starts a new run, and keeps older ones
    label = f"training on {reward}"
    train(scenario, reward, plan, folder, resume=True, label=label, plain=True, threads=threads)
    return folder


def _fingerprint(scenario: Config) -> str:
    return hashlib.sha256(scenario.model_dump_json().encode()).hexdigest()[:8]


def _say_it(rows: list[dict[str, Any]], evaluations: Mapping[str, Evaluation]) -> None:
    by_name = {row["policy"]: row for row in rows}
    for name in TRAINED:
        row = by_name[name]
        print(
            f"{name}: recorded conversion {row['conversion_gain']:+.3f} and loyalty {row['loyalty_gain']:+.1f} points "
            f"(95 % {row['loyalty_gain_low']:+.1f} … {row['loyalty_gain_high']:+.1f}) against a flat salary."
        )
    rival = max(FIXED, key=lambda name: by_name[name]["loyalty"])
    gain = interval(evaluations["PPO on loyalty"].loyalty - evaluations[rival].loyalty)
    print(
        f"PPO on loyalty against the best hand-made scheme, {rival}: "
        f"{gain.mean:+.1f} points (95 % {span(gain, '+.1f')}), floor by floor."
    )


if __name__ == "__main__":
    main()
