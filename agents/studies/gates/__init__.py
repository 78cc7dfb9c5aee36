"""The gates: what a scenario must show before it is worth designing incentives for."""
