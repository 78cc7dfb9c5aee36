"""The benchmark: cells that are run, their results as a file, and what can be said from them."""
