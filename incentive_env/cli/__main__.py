"""``python -m incentive_env.cli``."""

from incentive_env.cli import main

main()
