"""Pareto fronts of fixed schemes: who gains, and at whose expense."""
