"""The environments for RLlib, and a manager trained by its PPO on several env runners (dependency group ``rllib``)."""

from agents.rllib.registration import register

__all__ = ["register"]
