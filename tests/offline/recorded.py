"""What the tests' datasets are called, and who acts in them."""

from agents.offline.behaviours import Behaviour

ID = "incentive_env/tests/tiny-v0"
ACTING = [Behaviour("input_steering"), Behaviour("piece_rate", 0.3, held=True), Behaviour("random")]
