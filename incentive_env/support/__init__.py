"""General utilities that do not depend on the model: files, progress, seeds, spelling, tables."""
