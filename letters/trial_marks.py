"""What a letter of a trial says before all else: that it is one, and where it would have gone. Pure."""

from __future__ import annotations

import re

from markupsafe import Markup

MARK = "【试运行】"
LINE = (
    "这是试运行的函件，只发到试运行邮箱；正式启用之后才会发往 {address}。"
    "文中的期限和要求现在都不作数，说到的日历文件不附。"
)
ROW = Markup(
    '<p style="margin:0;padding:12px 24px;background:#fff3cd;color:#664d03;text-align:center;'
    "font:bold 15px/1.6 'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif\">{line}</p>\n"
)
BODY = re.compile(r"<body\b[^>]*>\n?")


def marked(subject: str, text: str, html: str, address: str) -> tuple[str, str, str]:
    """Give a message's subject and both bodies as they go out in a trial; `address` is whom it was written to."""
    line = LINE.format(address=address)
    begin = BODY.search(html)
    place = begin.end() if begin else 0
    row = str(ROW.format(line=line))  # no Markup: beside it the letter itself would be escaped
    return f"{MARK}{subject}", f"{MARK}{line}\n\n{text}", html[:place] + row + html[place:]
