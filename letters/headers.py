"""What may stand in a letter's headers: no value breaks one, and each travels as old mail hosts can read it. Pure."""

from __future__ import annotations

import re
from binascii import b2a_base64
from email.headerregistry import Address
from email.utils import parseaddr
from functools import lru_cache

from calendars.errors import TalentError
from forms.folding import drawn
from forms.hosts import LABEL, reachable

# What breaks a header or turns its reading round: control characters, line separators, bidi marks, lone surrogates.
UNFIT = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ud800-\\udfff]")
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
# RFC 5321 4.5.3.1: 64 octets before the @, 254 in all; ASCII alone, since a relay without SMTPUTF8 takes no other.
# No encoded word either: some readers decode one even there, and write to somebody else.
ADDRESS = re.compile(rf"(?!.*=\?)(?=.{{3,254}}\Z)(?=.{{1,64}}@){ATOM}(?:\.{ATOM})*@{LABEL}(?:\.{LABEL})*")
MESSAGE_ID = re.compile(r"<(?!.*=\?)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,128}@[A-Za-z0-9.-]{1,128}>")
LONGEST_NAME = 45  # bytes of UTF-8: one encoded word of 75 characters, since some mail hosts refuse a folded From
WORD_BYTES = 39  # of UTF-8 in an encoded word: the line, its name included, stays within the 76 of RFC 2047


class UnfitHeader(TalentError):
    """邮件的“{header}”不合要求：{value}。"""


class UnfitAddress(UnfitHeader):
    """“{value}”不是有效的电子邮箱。"""


@lru_cache(maxsize=16)
def mailbox(sender: str) -> Address:
    """The sender's display name and address. Raises UnfitHeader, also for a name too long for one encoded word."""
    name, address = parseaddr(clean("From", sender))
    name = " ".join(name.split())
    if len(name.encode()) > LONGEST_NAME:
        raise UnfitHeader(header="From", value=f"显示名“{name}”超过 15 个汉字")
    return Address(display_name=name, addr_spec=matching(ADDRESS, "From", reachable(address)))


def fit_address(value: str) -> str:
    """Give a bare address as it may stand in a header, its domain in punycode. Raises UnfitAddress."""
    typed = drawn(value)
    address = typed if UNFIT.search(typed) else reachable(typed)
    if not ADDRESS.fullmatch(address):
        raise UnfitAddress(value=UNFIT.sub(lambda mark: ascii(mark[0])[1:-1], typed))
    return address


def doubt(address: str) -> str:
    """Say what to look at again in an address, "" where nothing is: `kepu@yancheng` is reached from nowhere else."""
    return "" if "." in address.rpartition("@")[2] else "；邮箱的域名里没有点，外面的函件多半送不到，请核对"


def matching(form: re.Pattern[str], header: str, value: str) -> str:
    """Give the value of a header that has to have a form. Raises UnfitHeader."""
    if not form.fullmatch(value):
        raise UnfitHeader(header=header, value=ascii(value))
    return value


def clean(header: str, value: str) -> str:
    """Give the value of a header that may say anything, but break nothing. Raises UnfitHeader."""
    if UNFIT.search(value):
        raise UnfitHeader(header=header, value=ascii(value))
    return value


@lru_cache(maxsize=256)
def header_line(name: str, value: str) -> str:
    """One header as it travels, Chinese in encoded words."""
    if name == "Subject":
        return f"Subject: {_encoded(value, WORD_BYTES)}\r\n"
    if name == "From":
        display, address = parseaddr(value)
        return f"From: {_encoded(display, LONGEST_NAME)} <{address}>\r\n" if display else f"From: {address}\r\n"
    return f"{name}: {value}\r\n"


def _encoded(value: str, most: int) -> str:
    """Encoded words of RFC 2047, a line each, of at most `most` bytes and never cut within a character."""
    words = [b""]
    for character in map(str.encode, value):
        if len(words[-1]) + len(character) > most:
            words.append(b"")
        words[-1] += character
    return "\r\n ".join(f"=?utf-8?b?{b2a_base64(word, newline=False).decode()}?=" for word in words)
