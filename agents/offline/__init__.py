"""Offline data: datasets of managed floors in Minari's form, their replay, and managers learned from them alone."""
