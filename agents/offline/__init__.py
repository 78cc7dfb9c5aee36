"""Offline data: datasets of managed floors in Minari's format, their replay, and managers learned from them."""
