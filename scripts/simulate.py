"""Simulate floors under a policy and write weekly tables: `incentive-env simulate`, with trained runs as policies too.

Example:
    python scripts/simulate.py --policy quota_with_threat --floors 8 --out runs/quota
"""

from agents.registry import load_policy
from incentive_env.cli.common import app, command
from incentive_env.cli.simulate import command as simulate

main = app()
command(main, __doc__)(simulate(load_policy, ", or a run directory"))

if __name__ == "__main__":
    main()
