"""Floors from outside the core: batches, what is observed, and what is rewarded."""
