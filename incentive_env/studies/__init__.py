"""Studies of policies on floors: simulate, evaluate, explain."""
