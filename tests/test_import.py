import subprocess
import sys

HEAVY = ("torch", "stable_baselines3", "matplotlib", "pandas", "scipy.linalg", "incentive_env.rendering")


def _loaded_after(code: str) -> set[str]:
    """Heavy packages that a fresh interpreter has loaded after running some code."""
    script = f"{code}\nimport sys\nprint(*(name for name in {HEAVY} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_import_registers_and_loads_nothing_heavy():
    assert _loaded_after("import incentive_env") == set()


def test_import_alone_does_not_load_the_simulator():
    script = "import sys, incentive_env; print('numba' in sys.modules, 'pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_a_config_and_an_env_load_nothing_heavy():
    code = "import gymnasium, incentive_env; env = gymnasium.make('incentive_env/Telesales-v1')"
    assert _loaded_after(f"{code}; env.reset(seed=0); env.step(env.action_space.sample())") == set()


def test_numba_still_finds_scipy_where_it_is_needed():
    """The package keeps it from being loaded at the start, and from nothing else."""
    code = (
        "import incentive_env.model.compiled, numba, numpy as np\n@numba.njit\ndef dot(a):\n    return np.dot(a, a)\n"
    )
    assert _loaded_after(f"{code}assert (dot(np.ones((2, 2))) == 2.0).all()") == {"scipy.linalg"}
