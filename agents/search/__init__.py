"""Searches for policies: CMA-ES and random search, over fixed schemes and linear feedback."""
