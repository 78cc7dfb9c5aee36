"""Reps that learn what to do from what comes of it, instead of being told by the model what it is worth."""
