"""Policies: fixed schemes, random, and learned ones, behind one `predict` and one evaluator."""
