"""Training with stable-baselines3: plans, algorithms, checkpoints, and the trained model as a policy."""
