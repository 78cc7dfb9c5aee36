"""Plans of searches for a manager, in ``configs/plans/training`` beside those of training."""

from typing import Literal

from pydantic import Field

from agents.loading import Part


class SearchPlan(Part):
    """What all searches share."""

    algorithm: str
    floors: int = Field(24, ge=1, le=100_000, description="floors of a generation, the same for all its candidates")
    validation_floors: int = Field(128, ge=1, le=100_000, description="on which the finalists are compared")
    start: str = Field("retention_first", description="fixed scheme that it starts from")

    @property
    def tried(self) -> int:
        """Number of candidates evaluated on floors."""
        raise NotImplementedError

    @property
    def finalists_tried(self) -> int:
        """Number of candidates evaluated on the validation floors."""
        return 3  # where the search began, where it ended, and its best candidate

    def work(self, decisions: int) -> float:
        """Decisions simulated, for episodes of this length."""
        return float(self.simulated(decisions))

    def simulated(self, decisions: int) -> int:
        """Decisions that the search may look at, those of its validation among them, for episodes of this length."""
        return (self.tried * self.floors + self.finalists_tried * self.validation_floors) * decisions

    @property
    def begins_at(self) -> str:
        """The fixed scheme that the search begins at."""
        return self.start

    def schemes(self) -> dict[str, str]:
        """Fixed schemes that the plan starts from, by the key that names them."""
        return {"start": self.start}


class EvolutionPlan(SearchPlan):
    """A search by CMA-ES (Hansen 2016)."""

    generations: int = Field(40, ge=1, le=1_000_000, description="of the search")
    population: int = Field(16, ge=3, le=100_000, description="candidates in a generation")
    sigma: float = Field(0.3, gt=0.0, le=2.0, description="first standard deviation of every number searched for")

    @property
    def tried(self) -> int:
        """Number of candidates evaluated on floors."""
        return self.generations * self.population


class StaticPlan(EvolutionPlan):
    """The best fixed scheme, by CMA-ES; ``sigma`` in half ranges of a lever."""

    algorithm: Literal["cma_static"] = "cma_static"


class FeedbackPlan(EvolutionPlan):
    """A scheme linear in the report, or in the true state, by CMA-ES."""

    algorithm: Literal["cma_feedback"] = "cma_feedback"
    generations: int = Field(60, ge=1, le=1_000_000, description="of the search")
    population: int = Field(24, ge=3, le=100_000, description="candidates in a generation")
    sigma: float = Field(0.1, gt=0.0, le=2.0, description="first standard deviation of every weight")
    sees: Literal["report", "state"] = Field("report", description="what it depends on")


class OpenLoopPlan(EvolutionPlan):
    """The best schemes in turn, each for its share of an episode, by CMA-ES: time without looking."""

    algorithm: Literal["cma_open_loop"] = "cma_open_loop"
    phases: int = Field(3, ge=1, le=100, description="schemes, each for an equal share of the decisions")
    sigma: float = Field(0.15, gt=0.0, le=2.0, description="first standard deviation, in half ranges of a lever")


class FloorByFloorPlan(SearchPlan):
    """The best schemes in turn for each single floor, by CMA-ES on its own seed: its luck is known.

    No policy can use what this uses: it is an upper reference, for the floors that it is scored on alone.
    """

    algorithm: Literal["floor_by_floor"] = "floor_by_floor"
    start: str = Field("best_static", description="fixed scheme that each search begins at; no floor ends below it")
    generations: int = Field(24, ge=1, le=1_000_000, description="of the search of each floor")
    population: int = Field(12, ge=3, le=100_000, description="candidates in a generation")
    sigma: float = Field(0.2, gt=0.0, le=2.0, description="first standard deviation, in half ranges of a lever")
    phases: int = Field(1, ge=1, le=100, description="schemes, each for an equal share of the decisions")
    floors: Literal[1] = Field(1, description="of a search: one")
    validation_floors: Literal[1] = Field(1, description="the same floor")

    @property
    def tried(self) -> int:
        """Number of candidates evaluated on each floor."""
        return self.generations * self.population + 1

    @property
    def finalists_tried(self) -> int:
        """None: the luck is known, so that the best is the best."""
        return 0


class RandomSearchPlan(SearchPlan):
    """The best of many fixed schemes drawn evenly from the whole box."""

    algorithm: Literal["random_search"] = "random_search"
    candidates: int = Field(500, ge=1, le=1_000_000, description="schemes drawn")
    finalists: int = Field(8, ge=1, le=1000, description="of them that meet the validation floors")

    @property
    def tried(self) -> int:
        """Number of candidates evaluated on floors."""
        return self.candidates

    @property
    def finalists_tried(self) -> int:
        """Number of candidates evaluated on the validation floors: the finalists and the start."""
        return self.finalists + 1


class QuantilizerPlan(SearchPlan):
    """A draw from the best share of trusted schemes, as the proxy ranks them (Taylor 2016)."""

    algorithm: Literal["quantilizer"] = "quantilizer"
    strength: float = Field(
        0.1, ge=0.0, le=1.0,
        description="λ: the share q of the base's schemes that is drawn from, those the proxy ranks first; at 0 the "
        "first alone, at 1 the base as it is",
    )  # fmt: skip
    start: str = Field("balanced_scorecard", description="fixed scheme around which the base's schemes lie")
    spread: float = Field(0.5, gt=0.0, le=2.0, description="standard deviation of the base's actions, in half ranges")
    candidates: int = Field(500, ge=1, le=100_000, description="schemes drawn from the base")
    validation_floors: Literal[0] = Field(0, description="none: what is drawn from is not compared again")

    @property
    def tried(self) -> int:
        """Number of candidates evaluated on floors."""
        return self.candidates

    @property
    def finalists_tried(self) -> int:
        """None."""
        return 0
