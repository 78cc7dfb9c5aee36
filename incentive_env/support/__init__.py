"""Help that knows nothing of floors: files, spelling, progress."""
