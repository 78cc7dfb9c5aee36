"""Reps that learn their conduct from experience, instead of following the model's decision rule."""
