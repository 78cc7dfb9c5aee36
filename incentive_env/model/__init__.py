"""The simulator: one file a stage, in the order of the week; `week` is its table of contents."""
