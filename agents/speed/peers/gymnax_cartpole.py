"""gymnax's CartPole on the CPU: a whole rollout is one compiled program, so Python costs nothing per step."""

import os

import _clock

# JAX reads these when it starts.
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"

import gymnax
import jax
import numpy as np

BATCHES = _clock.BATCHES[2:]  # each has to be compiled, and the small ones never win
ROWS = 128
WHAT = (
    "An entity is a cart with its pole: one Euler step of four state variables (float32), one sine and one cosine, "
    "and, whether or not the pole fell, the four uniforms of a reset from a key split anew."
)


def build(batch: int) -> _clock.Loop:
    """Compiles a rollout of ROWS steps of a batch."""
    env, params = gymnax.make("CartPole-v1")
    reset = jax.vmap(env.reset, in_axes=(0, None))
    step = jax.vmap(env.step, in_axes=(0, 0, 0, None))

    def advance(carry, row):
        # The rewards are summed for someone to use them: the compiler drops what nobody reads.
        key, state, total = carry
        key, step_key = jax.random.split(key)
        _, state, reward, *_ = step(jax.random.split(step_key, batch), state, row, params)
        return (key, state, total + reward.sum()), None

    @jax.jit
    def rollout(key, actions):
        start = (key, reset(jax.random.split(key, batch), params)[1], 0.0)
        return jax.lax.scan(advance, start, actions)[0]

    key = jax.random.key(0)
    actions = jax.device_put(np.random.default_rng(0).integers(2, size=(ROWS, batch), dtype=np.int32))

    def play() -> None:
        jax.block_until_ready(rollout(key, actions))

    return _clock.Loop(play, steps=ROWS * batch, batch=batch)


if __name__ == "__main__":
    _clock.run(build, BATCHES, peer="gymnax CartPole-v1, CPU", package="gymnax", what=WHAT)
