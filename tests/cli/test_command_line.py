"""The command line as a whole: help, examples, completion, exit codes."""

import shlex
import subprocess
import sys
from importlib.metadata import entry_points

import pytest

import incentive_env
from incentive_env import cli
from incentive_env.cli.commands import app

COMMANDS = [(), ("describe",), ("simulate",), ("compare",), ("explain",)]
CONFIG = [("config", name) for name in ("new", "check", "show", "schema")]


def examples_of(run, command: tuple[str, ...]) -> list[list[str]]:
    lines = run(*command, "--help").stdout.splitlines()
    return [shlex.split(line)[1:] for line in lines if line.startswith("    incentive-env ")]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command) or "all")
def test_examples_of_the_help_run_as_pasted(run, command):
    pasted = examples_of(run, command)
    assert pasted
    for arguments in pasted:
        fewer = ("--floors", "2") if arguments[0] in ("simulate", "compare", "explain") else ()
        result = run(*arguments, *fewer)
        assert result.exit_code == 0, (arguments, result.output)
        assert result.stderr == ""


def test_examples_of_config_run_one_after_the_other(run):
    for command in CONFIG:
        pasted = examples_of(run, command)
        assert pasted
        for arguments in pasted:
            result = run(*arguments)
            assert (result.exit_code, result.stderr) == (0, ""), (arguments, result.output)


def test_no_command_shows_the_help(run):
    assert run().stdout == run("--help").stdout
    assert run().exit_code == 0
    assert "describe" in run("-h").stdout


def test_help_loads_nothing_heavy():
    heavy = ("numba", "matplotlib", "scipy", "pandas", "pyarrow", "torch", "nicegui")
    script = f"import sys, incentive_env.cli.commands; print(*(name for name in {heavy} if name in sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", script], text=True).split() == []


def test_the_module_and_the_installed_command_are_the_same():
    printed = subprocess.check_output([sys.executable, "-m", "incentive_env.cli", "--version"], text=True)
    assert printed == f"incentive-env {incentive_env.__version__}\n"
    (installed,) = entry_points(group="console_scripts", name="incentive-env")
    assert installed.load() is cli.main


def test_a_reader_that_leaves_is_no_mistake():
    command = [sys.executable, "-m", "incentive_env.cli", "describe", "config", "tactics"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 1


def test_ctrl_c_ends_a_command_with_130_and_no_traceback(run, tiny, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("incentive_env.studies.simulate.simulate", interrupted)
    result = run("simulate", "--config", tiny)
    assert (result.exit_code, result.stdout, result.stderr) == (130, "", "interrupted\n")


@pytest.mark.parametrize(
    ("module", "arguments"),
    [("pyarrow", ("--format", "parquet")), ("matplotlib", ("--picture", "p.png"))],
    ids=["tables", "plots"],
)
def test_a_library_that_is_missing_is_named_with_what_installs_it(refused, monkeypatch, module, arguments):
    for name in [name for name in sys.modules if name.partition(".")[0] == module]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    extra = {"pyarrow": "tables", "matplotlib": "plots"}[module]
    assert refused("simulate", *arguments) == f"needs {module}: pip install 'incentive-env[{extra}]'"


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        (("comp",), ["compare"]),
        (("simulate", "--config", "rot"), ["rotten_team"]),
        (("simulate", "--policy", "quo"), ["quota_with_threat"]),
        (("simulate", "--lever", "au"), ["audit=", "autonomy="]),
        (("simulate", "--set", "salesforce.r"), ["salesforce.reps=", "salesforce.risk_aversion="]),
        (("compare", "flat_salary", "hard_market:quo"), ["hard_market:quota_with_threat"]),
        (("compare", "no_"), ["no_gaming"]),
        (("describe", "fig"), ["figures"]),
        (("describe", "levers", "pre"), ["pressure"]),
        (("describe", "config", "quota"), ["quota", "quota.counts"]),
        (("config", "show", "hard_market", "market.need_m"), ["market.need_mean"]),
        (("config", "check", "ti"), ["tiny.yaml"]),
        (("simulate", "--format", "p"), ["parquet"]),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, tuple) else "",
)
def test_the_shell_completes(run, tiny, monkeypatch, capsys, words, completed):
    monkeypatch.setenv("_INCENTIVE_ENV_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", " ".join(("incentive-env", *words)))
    monkeypatch.setenv("COMP_CWORD", str(len(words)))
    with pytest.raises(SystemExit):
        app(prog_name="incentive-env")
    assert capsys.readouterr().out.split() == completed


@pytest.mark.parametrize(
    "arguments",
    [
        ("simulat",), ("--colour",), ("simulate", "--floors", 0), ("simulate", "--floors", "many"),
        ("simulate", "--seed", -1), ("simulate", "--seed", 2**128), ("simulate", "--weeks", 0), ("compare",),
        ("compare", "flat_salary"), ("compare", "flat_salary", "random", "--floors", 1), ("config", "check"),
        ("config", "new"), ("describe", "levers", "audit", "more"),
    ],
    ids=lambda arguments: " ".join(map(str, arguments)),
)  # fmt: skip
def test_arguments_that_are_none_are_refused(run, arguments, tmp_path):
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("Error: ") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_seed_of_128_bits_is_taken(run, tiny):
    result = run("simulate", "--config", tiny, "--floors", 2, "--weeks", 4, "--seed", 2**128 - 2)
    assert result.exit_code == 0, result.output
