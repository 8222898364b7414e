"""Names of hosts as the network takes them, internationalised ones in punycode. Pure."""

from __future__ import annotations

import re

LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
NAME = re.compile(rf"(?=.{{1,253}}\Z){LABEL}(?:\.{LABEL})*")


def host_name(written: str) -> str:
    """Give the name in ASCII: `人才.江苏.cn` is `xn--gmq009b.xn--9swq29b.cn`. ValueError where no host has that name.

    RFC 1123: letters, digits and hyphens, so no underscore; an address in brackets is no name either.
    """
    name = written if written.isascii() else written.encode("idna").decode()
    if not NAME.fullmatch(name):
        msg = f"{written} 不是主机名"
        raise ValueError(msg)
    return name


def reachable(address: str) -> str:
    """Give a mail address with its domain in ASCII, as far as it is one; whether it is an address is not asked."""
    local, at, domain = address.rpartition("@")
    try:
        return f"{local}{at}{host_name(domain)}"
    except ValueError:
        return address
