"""A trained network as a policy, without the library that trained it: its numbers, and matrix products."""

import base64
import zlib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from incentive_env.config.levers import LEVERS
from incentive_env.policies.contract import CHOICES, ENTRIES, Context, Policy
from incentive_env.policies.history import WIDTHS, Remembers, with_memory

KIND = "network"
CLIP = 10.0  # standardised observations are clipped to ±this, in training and after
_MOST_NUMBERS = 2**25  # of a file: 128 MB, two hidden layers of 4096; a small file could unpack to any size


class Layer(NamedTuple):
    """An affine map."""

    weights: NDArray[np.float32]  # [outputs, inputs]
    bias: NDArray[np.float32]  # [outputs]


def layers_of(parts: Iterable[Any]) -> tuple[Layer, ...]:
    """The linear layers among modules of torch, as arrays."""
    linear = [(part.weight, part.bias) for part in parts if hasattr(part, "weight")]
    return tuple(Layer(*(numbers.detach().cpu().numpy().astype(np.float32) for numbers in pair)) for pair in linear)


class NetworkPolicy(Policy):
    """Standardised report, hidden layers of tanh, and the action as the last layer gives it, clipped.

    Args:
        mean: ``[entries]`` of the reports met in training.
        deviation: ``[entries]`` of them.
        layers: from the report to the action.

    Raises:
        ValueError: sizes that do not fit together.
    """

    kind = KIND

    def __init__(self, mean: NDArray[np.float32], deviation: NDArray[np.float32], layers: tuple[Layer, ...]) -> None:
        sizes = [len(mean), *(len(layer.bias) for layer in layers)]
        inputs, outputs = self.inputs(), len(CHOICES[self.sees])
        if sizes[-1] != outputs or not layers:
            raise ValueError(f"layers of sizes {sizes} do not lead to an action of {outputs} entries")
        if not (deviation > 0.0).all():
            raise ValueError("deviations of the reports: must all be above 0")
        if sizes[0] != inputs or [layer.weights.shape for layer in layers] != list(
            zip(sizes[1:], sizes[:-1], strict=True)
        ):
            raise ValueError(f"layers of sizes {sizes} do not lead from a {self.sees} of {inputs} entries")
        self.mean, self.deviation, self.layers = mean, deviation, layers

    @classmethod
    def inputs(cls) -> int:
        """Entries of what the network is given."""
        return len(ENTRIES[cls.sees])

    def act(self, seen: NDArray[np.floating]) -> NDArray[np.floating]:
        """Actions ``[rows, levers]``, always the most likely ones; a row's are the same bits in any batch."""
        hidden: NDArray[np.float32] = np.clip((seen - self.mean) / self.deviation, -CLIP, CLIP).astype(np.float32)
        for number, layer in enumerate(self.layers):
            hidden = np.add.reduce(hidden[:, None, :] * layer.weights, axis=-1) + layer.bias
            if number < len(self.layers) - 1:
                hidden = np.tanh(hidden)
        action: NDArray[np.float32] = np.clip(hidden, -1.0, 1.0)
        return action

    def content(self) -> dict[str, Any]:
        """The content of its policy file: sizes, and all numbers packed into text."""
        parts = [self.mean, self.deviation, *(part.ravel() for layer in self.layers for part in layer)]
        packed = zlib.compress(np.concatenate(parts).astype("<f4").tobytes(), 9)
        sizes = [len(self.mean), *(len(layer.bias) for layer in self.layers)]
        return {"kind": self.kind, "sizes": sizes, "numbers": base64.b64encode(packed).decode("ascii")}

    @classmethod
    def from_content(cls, content: Mapping[str, Any]) -> Self:
        """Read what `content` wrote.

        Raises:
            ValueError: sizes or numbers are missing, damaged, or do not fit together.
        """
        sizes = content.get("sizes")
        whole = isinstance(sizes, list) and len(sizes) >= 2
        if not whole or not all(isinstance(size, int) and 0 < size <= 65_536 for size in sizes or ()):
            raise ValueError("sizes: must be a list of two or more whole numbers above 0, from report to action")
        assert isinstance(sizes, list)
        ends = list(zip(sizes[1:], sizes[:-1], strict=True))
        wanted = [sizes[0], sizes[0], *(size for out, into in ends for size in (out * into, out))]
        if sum(wanted) > _MOST_NUMBERS:
            raise ValueError(f"sizes {sizes}: need {sum(wanted):,} numbers, must be at most {_MOST_NUMBERS:,}")
        numbers = _unpacked(str(content.get("numbers", "")), sum(wanted))
        if numbers is None or not np.isfinite(numbers).all():
            raise ValueError(f"numbers: must be {sum(wanted)} finite ones for sizes {sizes}")
        mean, deviation, *rest = np.split(numbers, np.cumsum(wanted)[:-1])
        weights = [part.reshape(shape) for part, shape in zip(rest[::2], ends, strict=True)]
        layers = list(map(Layer, weights, rest[1::2]))
        new = len(LEVERS) - sizes[-1]
        if cls.kind == KIND and new > 0 and sizes[0] + new == len(ENTRIES["report"]):
            # From before the last levers existed: the network does not see them, and leaves them off.
            mean, deviation = np.pad(mean, (0, new)), np.pad(deviation, (0, new), constant_values=1.0)
            layers[0] = Layer(np.pad(layers[0].weights, ((0, 0), (0, new))), layers[0].bias)
            off = np.array([lever.off_action for lever in LEVERS.values()], np.float32)[-new:]
            layers[-1] = Layer(np.pad(layers[-1].weights, ((0, new), (0, 0))), np.append(layers[-1].bias, off))
        return cls(mean, deviation, tuple(layers))


def _unpacked(text: str, count: int) -> NDArray[np.float32] | None:
    """The numbers in a text; ``None`` if they are more or fewer. No more is unpacked than they need.

    Raises:
        ValueError: the text is missing or damaged.
    """
    unpacker = zlib.decompressobj()
    try:
        content = unpacker.decompress(base64.b64decode(text, validate=True), 4 * count + 1)
    except (ValueError, zlib.error):
        raise ValueError("numbers: are missing or damaged") from None
    if len(content) <= 4 * count and not unpacker.eof:
        raise ValueError("numbers: are missing or damaged")
    return np.frombuffer(content, "<f4").astype(np.float32) if len(content) == 4 * count else None


class SeatNetwork(NetworkPolicy):
    """The same for a rep's seat: from what it sees ``[rows, sights]`` to what it does ``[rows, choices]``."""

    sees = "seat"
    kind = "seat_network"


class StateNetwork(NetworkPolicy):
    """The same for a policy that sees the true state."""

    sees = "state"
    kind = "state_network"


class HistoryNetwork(NetworkPolicy):
    """The same with a memory: it is given the report and running means of past reports."""

    kind = "history_network"
    remembers: Remembers = "history"

    @classmethod
    def inputs(cls) -> int:
        """Entries of a report with what is remembered."""
        return WIDTHS[cls.remembers]

    def act_in(self, seen: NDArray[np.floating], context: Context) -> tuple[NDArray[np.floating], Any]:
        """Actions ``[rows, levers]``, and what is remembered."""
        wide, memory, _ = with_memory(self.remembers, seen, context)
        return self.act(wide), (memory, None)


class StackNetwork(HistoryNetwork):
    """The same with the last reports as they were."""

    kind = "stack_network"
    remembers = "stack"


MANAGERS: dict[str, type[NetworkPolicy]] = {
    one.kind: one for one in (NetworkPolicy, StateNetwork, HistoryNetwork, StackNetwork)
}
