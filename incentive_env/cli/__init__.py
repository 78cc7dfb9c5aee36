"""The command line ``incentive-env``."""

from incentive_env.cli.program import run_program

NAME = "incentive-env"


def main() -> None:
    """Run the command line and end the process, with the exit codes of `run_program`."""

    def command() -> None:
        from incentive_env.cli.commands import app  # here, so that Ctrl-C while it is loaded is no traceback either

        app.run(prog_name=NAME)

    run_program(command)
