"""Acknowledging a letter by a link: a signed number, and where the link stands in the message. Pure."""

from __future__ import annotations

from hashlib import sha256

from itsdangerous import BadData, URLSafeSerializer
from markupsafe import Markup

SALT = "receipt"
OFFICES = ("city:", "head:", "lead")
"""How the recipients begin that acknowledge: offices that were told something; the province reads its own list."""

TEXT = "签收：收到本函后，请打开以下链接并点击“签收”（不需要登录）。\n{url}\n"
FOOT = '<tr><td class="faint"'
ROW = Markup(
    "<tr><td style=\"padding:4px 24px 20px;text-align:center;font:15px/1.6 'PingFang SC','Microsoft YaHei',"
    "'Noto Sans CJK SC',sans-serif\">"
    '<a class="go" href="{url}" style="display:inline-block;padding:8px 28px;background:#1f5fa8;color:#ffffff;'
    'text-decoration:none;border-radius:4px">签收本函</a></td></tr>\n'
)
BARE = Markup('<p><a href="{url}">签收本函</a></p>\n')


def _signer(secret: bytes) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt=SALT, signer_kwargs={"digest_method": sha256})


def token(secret: bytes, letter: int) -> str:
    """Sign the number of the letter that leads a message; the token holds nothing else."""
    return _signer(secret).dumps(letter)


def letter_of(secret: bytes, given: str) -> int | None:
    """Give the number that was signed, None for what nobody signed with this secret."""
    try:
        found = _signer(secret).loads(given)
    except BadData:
        return None
    return found if type(found) is int else None


def acknowledged(recipient: str) -> bool:
    """Tell whether letters to this recipient (as in a letter's key) carry such a link."""
    return recipient.startswith(OFFICES)


def with_receipt(text: str, html: str, url: str) -> tuple[str, str]:
    """Give both bodies of a message with the link at their end; in the html within its card, where it has one."""
    foot, end = html.rfind(FOOT), html.rfind("</body>")
    place, link = (foot, ROW) if foot >= 0 else (end if end >= 0 else len(html), BARE)
    made = str(link.format(url=url))  # no Markup: beside it the letter itself would be escaped
    return text + TEXT.format(url=url), html[:place] + made + html[place:]
