"""Fronts of fixed schemes: what can be had for whom, and at whose expense."""
