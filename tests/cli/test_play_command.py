"""`play` refuses where it cannot listen; that it serves is tested in a browser."""

import socket

import pytest

pytest.importorskip("nicegui")


def test_a_port_that_is_taken_is_refused(refused):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"port {port} of 127.0.0.1 is taken" in refused("play", "--port", port, "--no-show")


def test_an_address_that_is_none_is_refused(refused):
    assert "host '300.1.1.1': cannot be listened on" in refused("play", "--host", "300.1.1.1", "--no-show")


def test_a_port_that_is_none_is_refused(run):
    result = run("play", "--port", 70_000)
    assert result.exit_code == 2
    assert "65535" in result.stderr
