"""Where the playground is served: an address, the names that it answers to, and a token beyond this machine."""

import errno
import ipaddress
import re
import secrets
import socket
from collections.abc import Sequence
from typing import NamedTuple

import ifaddr

_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
_ANY = {"0.0.0.0", "0", "::"}


class Place(NamedTuple):
    """Where browsers find the playground, and what they must bring."""

    address: str  # to listen on, as a number
    port: int
    hosts: tuple[str, ...]  # names and addresses under which browsers may ask for it
    token: str | None  # secret of this run; none where only this machine reaches it

    @property
    def nearest(self) -> str:
        """The address for this machine itself."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.address, self.address)

    @property
    def urls(self) -> list[str]:
        """Addresses to open in a browser, the nearest first; with the token, if there is one."""
        query = f"/?token={self.token}" if self.token else ""
        shown = dict.fromkeys((self.nearest, *self.hosts))
        return [f"http://{_in_url(host)}:{self.port}{query}" for host in shown]


def place_for(host: str, port: int | None, others: Sequence[str] = ()) -> Place:
    """A place to serve at.

    Args:
        host: name or address to listen on.
        port: a free one where not given.
        others: further names that browsers use for this machine, a proxy's say.

    Raises:
        OSError: the port is taken, or the address is not this machine's.
        ValueError: a name is not a host's.
    """
    for name in others:
        if not re.fullmatch(r"[\w.-]+|[0-9a-fA-F:]+", name, re.ASCII):
            raise ValueError(f"--allow-host {name!r}: must be the name or address of a host, without a port")
    address = _number_of(host, port)
    mine = ipaddress.ip_address(address).is_loopback
    hosts = [*({address, host} - _ANY), *others, *(_THIS_MACHINE if mine else _own_names(address))]
    token = None if mine and not others else secrets.token_urlsafe(24)
    return Place(address, _free_port(host, address, port), tuple(dict.fromkeys(hosts)), token)


def _number_of(host: str, port: int | None) -> str:
    """The address of a name as a number, so that what is checked here is what is listened on."""
    try:
        found = socket.getaddrinfo(host or "(empty)", port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise OSError(f"host {host!r}: cannot be listened on: it is no address of this machine") from None
    found.sort(key=lambda entry: entry[0] != socket.AF_INET)
    return str(found[0][4][0])


def _free_port(host: str, address: str, port: int | None) -> int:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port or 0))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise OSError(f"port {port} of {host} is taken: choose another with --port, or leave it out") from None
            where = f"host {host!r}" if port is None else f"host {host!r}, port {port}"
            raise OSError(f"{where}: cannot be listened on: {error.strerror or error}") from None
        return int(probe.getsockname()[1])


def _own_names(address: str) -> list[str]:
    """What this machine is called by others, if all its addresses are listened on, and by itself."""
    if address not in _ANY:
        return [socket.gethostname()]
    numbers = [str(ip.ip if ip.is_IPv4 else ip.ip[0]) for adapter in ifaddr.get_adapters() for ip in adapter.ips]
    return [*_THIS_MACHINE, *numbers, socket.gethostname(), socket.getfqdn()]


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
