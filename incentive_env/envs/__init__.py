"""Environments: Gymnasium's single and vector forms, several objectives, and PettingZoo's parallel form."""
