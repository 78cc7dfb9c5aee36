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

    def work(self, decisions: int) -> float:
        """Decisions simulated, for episodes of this length."""
        return float(self.tried * self.floors * decisions)

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
    """A scheme linear in the report, or for an oracle in the true state, by CMA-ES."""

    algorithm: Literal["cma_feedback"] = "cma_feedback"
    generations: int = Field(60, ge=1, le=1_000_000, description="of the search")
    population: int = Field(24, ge=3, le=100_000, description="candidates in a generation")
    sigma: float = Field(0.1, gt=0.0, le=2.0, description="first standard deviation of every weight")
    sees: Literal["report", "state"] = Field("report", description="what it depends on")


class RandomSearchPlan(SearchPlan):
    """The best of many fixed schemes drawn evenly from the whole box."""

    algorithm: Literal["random_search"] = "random_search"
    candidates: int = Field(500, ge=1, le=1_000_000, description="schemes drawn")
    finalists: int = Field(8, ge=1, le=1000, description="of them that meet the validation floors")

    @property
    def tried(self) -> int:
        """Number of candidates evaluated on floors."""
        return self.candidates
