"""Linear feedback: a scheme that depends linearly on what is seen. The baseline of learned policies."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from incentive_env.config.gone import why_gone
from incentive_env.config.levers import LEVERS
from incentive_env.policies.contract import ENTRIES, Policy, Sees
from incentive_env.policies.features import FEATURES, Feature, standardised

KINDS: dict[str, Sees] = {"feedback": "report", "state_feedback": "state"}  # and what each sees
_DECIMALS = 5  # of a bias or weight in a file: a hundred-thousandth of half a lever's range


class LinearForm:
    """A point is the bias ``[levers]`` and then the weights ``[levers, features]``, row by row, of a linear feedback.

    Args:
        sees: ``"report"`` or ``"state"``.
        features: the entries used; the usual selection where not given.
    """

    def __init__(self, sees: Sees, features: tuple[Feature, ...] | None = None) -> None:
        self.sees = sees
        self.features = FEATURES[sees] if features is None else features
        self.size = len(LEVERS) * (1 + len(self.features))

    def act(self, points: NDArray[np.float64], seen: NDArray[np.floating], decision: int = 0) -> NDArray[np.float32]:
        """Clipped ``bias + weights · features``, row by row; summed in one order, so a batch has the bits of one."""
        inputs = standardised(seen, self.features, ENTRIES[self.sees])
        bias, weights = self.split(points)
        lean = np.add.reduce(weights * inputs[:, None, :], axis=-1)
        action: NDArray[np.float32] = np.clip(bias + lean, -1.0, 1.0).astype(np.float32)
        return action

    def split(self, points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Biases ``[..., levers]`` and weights ``[..., levers, features]`` of points ``[..., size]``."""
        levers = len(LEVERS)
        shape = (*points.shape[:-1], levers, len(self.features))
        return points[..., :levers], points[..., levers:].reshape(shape)

    def around(self, action: NDArray[np.floating]) -> NDArray[np.float64]:
        """The point ``[size]`` that always sets one action ``[levers]``."""
        point = np.zeros(self.size)
        point[: len(LEVERS)] = action
        return point


class LinearFeedback(Policy):
    """Action = clip(bias + weights · features, −1, 1), each period from the latest report or true state."""

    def __init__(self, form: LinearForm, point: NDArray[np.float64]) -> None:
        self.form, self.point = form, point
        self.sees = form.sees

    def act(self, seen: NDArray[np.floating]) -> NDArray[np.float32]:
        """Actions ``[floors, levers]``; of the report, or of the true state."""
        return self.form.act(np.broadcast_to(self.point, (len(seen), len(self.point))), seen)

    def content(self) -> dict[str, Any]:
        """The content of its policy file: features, levers and numbers by name."""
        bias, weights = self.form.split(self.point)
        return {
            "kind": next(kind for kind, sees in KINDS.items() if sees == self.sees),
            "features": {
                feature.name: {"under_way": True}
                if feature.under_way
                else {"centre": feature.centre, "scale": feature.scale}
                for feature in self.form.features
            },
            "bias": _by_lever(bias),
            "weights": {
                feature.name: _by_lever(weights[:, number]) for number, feature in enumerate(self.form.features)
            },
        }

    @classmethod
    def from_content(cls, content: Mapping[str, Any]) -> Self:
        """Read what `content` wrote.

        Raises:
            ValueError: a part is missing, a name is unknown, or a number is not one; the message says which.
        """
        if content.get("kind") not in KINDS:
            raise ValueError(f"kind {content.get('kind')!r}: must be one of {', '.join(KINDS)}")
        sees = KINDS[content["kind"]]
        features = tuple(_feature(name, value, sees) for name, value in _mapping(content, "features").items())
        form = LinearForm(sees, features)
        weights = _mapping(content, "weights")
        if set(weights) != {feature.name for feature in features}:
            raise ValueError(f"weights: must be for {', '.join(feature.name for feature in features)}")
        columns = [
            _levers(weights[feature.name], f"weights.{feature.name}", len(LEVERS) * [0.0]) for feature in features
        ]
        bias = _levers(content.get("bias"), "bias", [lever.off_action for lever in LEVERS.values()])
        table = np.stack(columns, axis=1) if columns else np.zeros((len(LEVERS), 0))
        return cls(form, np.concatenate([bias, table.ravel()]))


def _by_lever(values: NDArray[np.float64]) -> dict[str, float]:
    return {lever: round(float(value), _DECIMALS) for lever, value in zip(LEVERS, values, strict=True)}


def _mapping(content: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = content.get(key)
    if not isinstance(value, dict):
        raise ValueError(f"{key}: is missing, or is no mapping")
    return value


def _feature(name: str, value: Any, sees: Sees) -> Feature:
    if advice := why_gone(str(name)):
        raise ValueError(f"features.{name}: is gone; {advice}")
    if name not in ENTRIES[sees]:
        raise ValueError(f"features.{name}: is no entry of the {sees}; entries: {', '.join(ENTRIES[sees])}")
    if not isinstance(value, dict) or value.keys() - {"centre", "scale", "under_way"}:
        raise ValueError(f"features.{name}: must hold centre and scale, or under_way")
    if value.get("under_way") is True:
        return Feature(name, under_way=True)
    centre = _number(value.get("centre"), f"features.{name}.centre")
    scale = _number(value.get("scale"), f"features.{name}.scale")
    if scale <= 0.0:
        raise ValueError(f"features.{name}.scale = {scale:g}: must be above 0")
    return Feature(name, centre, scale)


def _levers(values: Any, where: str, otherwise: list[float]) -> NDArray[np.float64]:
    """A number for each lever; a file older than the last levers lacks those, and gets ``otherwise`` for them."""
    if not isinstance(values, dict) or not values or set(values) != set(list(LEVERS)[: len(values)]):
        raise ValueError(f"{where}: must hold a number for each of {', '.join(LEVERS)}")
    known = [_number(values[lever], f"{where}.{lever}") for lever in list(LEVERS)[: len(values)]]
    return np.array(known + otherwise[len(known) :])


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e300:
        raise ValueError(f"{where} = {repr(value)[:40]}: must be a finite number")
    return float(value)
