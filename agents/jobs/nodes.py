"""Check before any work that every node of a cluster has our code, our versions and our store."""

from collections.abc import Callable
from typing import Any

from agents.jobs.errors import EngineError
from agents.jobs.store import Store
from agents.jobs.work import Origin

_SECONDS = 120.0  # for a node to start a worker and answer


def check_nodes(store: Store, probe: str, ours: Origin) -> dict[str, str]:
    """Check every node, and return the names of all nodes by id.

    Raises:
        EngineError: a node has other code or versions, cannot import the project, or does not see the store; or no
            node can compute cells.
    """
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    nodes = [node for node in ray.nodes() if node["Alive"]]
    makers = [node for node in nodes if node["Resources"].get("CPU")]
    if not makers:
        raise EngineError("the cluster has no node with a CPU for cells; start one: ray start --address=...")
    names = {node["NodeID"]: f"{node['NodeManagerAddress']} ({node['NodeID'][:6]})" for node in nodes}
    look = ray.remote(num_cpus=0, max_retries=0)(_look_by_value())
    looks = {}
    for node in makers:  # a head without a CPU computes none, and need not have our code
        there = NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
        looks[look.options(scheduling_strategy=there).remote(store.place, probe)] = names[node["NodeID"]]
    ready, late = ray.wait(list(looks), num_returns=len(looks), timeout=_SECONDS)
    if late:
        silent = ", ".join(looks[reference] for reference in late)
        raise EngineError(f"node {silent}: did not answer within {_SECONDS:.0f} seconds")
    wrong = [line for reference in ready for line in _wrong(reference, looks[reference], store, ours)]
    if wrong:
        raise EngineError("\n".join(wrong))
    return names


def differences(ours: Origin, theirs: Origin) -> list[str]:
    """What differs, one line each: ``numpy is 2.1.0, ours is 2.4.0``."""
    packages = {**ours.versions, **theirs.versions}
    wrong = [
        f"{name} is {theirs.versions.get(name) or 'missing'}, ours is {ours.versions.get(name) or 'missing'}"
        for name in packages
        if theirs.versions.get(name) != ours.versions.get(name)
    ]
    if not wrong and theirs.code != ours.code:
        wrong = [f"code of the project has the digest {theirs.code}, ours has {ours.code}"]
    if not wrong and theirs.policies != ours.policies:
        wrong = [f"policies in configs/policies have the digest {theirs.policies}, ours have {ours.policies}"]
    return wrong


def _look_by_value() -> Callable[[str, str], dict[str, Any]]:
    """The check, as a function sent by value: a node with other code need not know it."""

    def look(place: str, probe: str) -> dict[str, Any]:
        try:
            from agents.jobs.work import origin

            seen: dict[str, Any] = {"origin": tuple(origin())}
        except Exception as error:
            return {"error": f"cannot import the project: {type(error).__name__}: {error}; install it there"}
        try:
            from agents.jobs.store import open_store

            content = open_store(place).read(probe)
        except ImportError as error:
            return {**seen, "store": f"cannot be opened: {error}"}
        except OSError as error:
            return {**seen, "store": str(error)}
        return {**seen, "store": None if content == probe.encode() else "is missing there, or is another store"}

    return look


def _wrong(reference: Any, node: str, store: Store, ours: Origin) -> list[str]:
    import ray

    try:
        seen = ray.get(reference)
    except ray.exceptions.RayTaskError as error:
        return [f"node {node}: cannot look: {error.cause}"]
    except ray.exceptions.RayError:
        return []  # lost since then: it gets no cells
    if "error" in seen:
        return [f"node {node}: {seen['error']}"]
    wrong = differences(ours, Origin(*seen["origin"]))
    if not wrong and seen["store"] is not None:
        wrong = [f"store {store.place} {seen['store']}; give a folder or URL that all nodes share"]
    return [f"node {node}: {line}" for line in wrong]
