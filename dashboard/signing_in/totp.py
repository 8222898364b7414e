"""The second factor: six digits from an authenticator, each taken once; its secret is kept sealed."""

from __future__ import annotations

import base64
import hmac
import os
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import pyotp
import segno
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from markupsafe import Markup

from calendars.errors import TalentError

if TYPE_CHECKING:
    from datetime import datetime

ISSUER = "省后备人才培养计划"
STEP = timedelta(seconds=30)
AROUND = (0, -1, 1)
"""Which steps beside the present one hold: telephones' clocks are off by a little."""

WRONG_NEW = "动态口令不对；请确认扫的是这个页面上的二维码、手机时间准确，再输入现在显示的六位数字。"
"""Said of a first code of an authenticator that does not fit."""

NONCE, TAG = 12, 16
VERSION = "1."


class Unsealable(TalentError):
    """动态口令读不出来（系统的密钥换过了）；请联系省级管理办公室重新发登录链接。"""


def _key(secret: bytes, use: str) -> bytes:
    return HKDF(SHA256(), 32, None, f"talent {use}".encode()).derive(secret)


def seal(secret: bytes, account: int, plain: str) -> str:
    """Seal an authenticator's secret for one account: copied to another it does not open."""
    nonce = os.urandom(NONCE)
    sealed = AESGCM(_key(secret, "totp")).encrypt(nonce, plain.encode(), str(account).encode())
    return VERSION + base64.urlsafe_b64encode(nonce + sealed).decode()


def unseal(secret: bytes, account: int, sealed: str) -> str:
    """Open what `seal` sealed; raise `Unsealable`."""
    try:
        found = base64.urlsafe_b64decode(sealed.removeprefix(VERSION))
        return AESGCM(_key(secret, "totp")).decrypt(found[:NONCE], found[NONCE:], str(account).encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise Unsealable from error


def offered(secret: bytes, occasion: str) -> str:
    """Give the authenticator's secret that is offered on an occasion (a link's or a session's digest).

    It is made from the system's secret, so that a page that is loaded again shows the same one, and nothing need be
    kept before it is confirmed.
    """
    made = hmac.new(_key(secret, "offered totp"), occasion.encode(), sha256).digest()
    return base64.b32encode(made[:20]).decode()


def one_time(secret: bytes, form: str) -> str:
    """Give the one-time link's token that a form makes: sent twice, it makes the same one."""
    made = hmac.new(_key(secret, "one-time link"), form.encode(), sha256).digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def step_of(plain: str, code: str, now: datetime) -> int | None:
    """Give the time step whose code this is, None where it is none of the present ones."""
    given = "".join(code.split())
    if not (given.isascii() and given.isdigit()):
        return None
    one, present = pyotp.TOTP(plain), int(now.timestamp() // STEP.total_seconds())
    steps = (present + by for by in AROUND)
    return next((step for step in steps if hmac.compare_digest(one.generate_otp(step), given)), None)


def grouped(plain: str) -> str:
    """Show an authenticator's secret in groups of four, for typing."""
    return " ".join(plain[at : at + 4] for at in range(0, len(plain), 4))


def picture(plain: str, name: str) -> Markup:
    """Draw the code that an authenticator scans: black on white whatever the page's colours, without a style."""
    uri = pyotp.TOTP(plain).provisioning_uri(name=name, issuer_name=ISSUER)
    made = segno.make(uri, micro=False, error="m")
    svg = made.svg_inline(
        omitsize=True, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None, title="动态口令二维码"
    )
    return Markup(svg.replace("<svg ", '<svg role="img" aria-label="动态口令二维码" ', 1))  # nosec B704 # noqa: S704 -- ours alone
