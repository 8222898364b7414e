"""What a mail host's answer means, to a command or in a bounce: by its enhanced code and by its own words. Pure.

Where the code and the words disagree about a mailbox, it is not said to be missing: a good address that is given up
costs a city its deadline, a bad one that is not costs a person a look.
"""

from __future__ import annotations

import re
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Meaning(StrEnum):
    """What an answer says, in the words for people."""

    NO_MAILBOX = "没有这个邮箱"
    FULL = "邮箱已满"
    POLICY = "对方按规则拒收"
    BUSY = "对方限制频率或暂缓接收"
    OURS = "本方的设置不合要求"
    LETTER = "函件的内容或大小不合要求"
    UNREACHED = "对方邮局连不上"
    KEYLESS = "投递的进程没有页面的密钥，登录链接写不进函件"
    UNSAID = "未说明原因"


_M = Meaning

CODES: Mapping[str, Meaning] = MappingProxyType(
    dict.fromkeys(("1.1", "1.10"), _M.NO_MAILBOX)
    | dict.fromkeys(("2.2", "3.1"), _M.FULL)
    | dict.fromkeys(("3.2", "4.5", "5.3", "7.28"), _M.BUSY)
    | dict.fromkeys(("1.3", "1.4", "1.6", "1.7", "1.8", "1.9", "3.3", "3.5", "7.8", "7.9"), _M.OURS)
    | dict.fromkeys(("2.3", "3.4"), _M.LETTER)
    | dict.fromkeys(("1.2", "3.0"), _M.UNREACHED)
    | dict.fromkeys(("1.0", "2.0", "2.1", "2.4", "5.0"), _M.UNSAID)
)
"""RFC 3463 and its registry, without the class: subject and detail."""

SUBJECTS: Mapping[str, Meaning] = MappingProxyType(
    {"3": _M.OURS, "4": _M.UNREACHED, "5": _M.OURS, "6": _M.LETTER, "7": _M.POLICY}
)
"""By the subject alone, where the table does not know the detail; else it is as if nothing were said."""

OWNERS = r"(?:user|recipient|mailbox|account|person|address|addressee|customer|local.part)"
WORDS: tuple[tuple[Meaning, tuple[str, ...]], ...] = (
    (_M.KEYLESS, (r"^投递的进程没有页面的密钥",)),  # no host's: `post.outgoing.NoLinks`
    (
        _M.BUSY,
        (
            r"frequency|\brates?\b.{0,20}(?:limit|exceed|control)|rate-?limit|byrate|\brate of\b|throttl",
            r"gr[ae]y-?list|too (?:many|fast|frequent|quickly|much mail)",
            r"(?:sending|message|hourly|daily|connection)s? (?:limit|quota)",
            r"(?:try|retry) (?:again )?later|temporar|deferred|(?:server|system|user) (?:is )?busy",
            r"\bR[PM]:[A-Z]{3}|\bMI:CEL|\[TSS?\d+\]",  # 163 and 126; Yahoo
            r"unverified address|verification in progress",
            r"频率|频繁|限流|次数|过快|稍后|灰名单|暂时|临时|繁忙",
        ),
    ),
    (
        _M.FULL,
        (
            r"(?:mailbox|inbox|account|user|recipient|storage|disk).{0,40}(?:\bfull\b|over ?-?quota|exceed)",
            r"over ?-?quota|quota (?:is )?(?:exceeded|full)|exceed\w*.{0,30}(?:quota|storage)|quotaexceeded",
            r"insufficient (?:system )?storage|out of (?:disk |storage )?space",
            r"已满|容量|配额|空间不足",
        ),
    ),
    (
        _M.POLICY,
        (
            r"spam|unsolicited|\bjunk\b|dmarc|\bspf\b|dkim|unauthenticated|\bpolic(?:y|ies)\b",
            r"black-?list|block(?:ed| ?list)|\brbl\b|reputation|virus|content (?:denied|rejected)",
            r"(?<!relay )access denied",
            r"not authori[sz]ed|not allowed|prohibited|denied by|banned|suspicious|phish|restricted",
            r"traffic not accepted|suspend|disabled|inactive",
            r"\b(?:DT|HL|MI|NU):[A-Z]{3}",  # 163 and 126
            r"垃圾|病毒|黑名单|拒收|规则|策略|禁用|停用|冻结|违规|信誉",
        ),
    ),
    (
        _M.OURS,
        (
            r"(?:sender|from|sending|return.?path).{0,24}(?:address|domain|verif|reject|denied|invalid|unknown|exist)",
            r"domain of sender|(?:bad|null) sender|relay(?:ing)?\b.{0,24}(?:denied|allowed|permitted|prohibited)",
            r"rcpthosts|unable to relay|authenticat|syntax|helo|white-?list|reverse (?:dns|lookup)|hostname",
            r"\b(?:ip|client|host|header)\b.{0,24}\baddress|\baddress header",
            r"bad sequence|发件人|发信人|认证|授权码",
        ),
    ),
    (_M.LETTER, (r"too (?:big|large|long)|size limit|maximum (?:message )?size|bad header|过大",)),
    (
        _M.UNREACHED,
        (
            r"timed? ?out|connection (?:refused|reset|lost)|no route|host (?:or domain name )?not found|name service",
            r"unreachable|no mx|dns|could ?n.t (?:find|connect)|expired|in the queue too long|no answer",
            r"domain (?:not found|does ?n.t exist|does not exist)|超时|无法连接|连接失败|域名",
        ),
    ),
    (
        _M.NO_MAILBOX,
        (
            rf"{OWNERS}\b.{{0,60}}?(?:unknown|not found|n.t exist|no longer (?:exist|valid)|not listed|invalid)",
            rf"{OWNERS}\b.{{0,60}}?not (?:a )?(?:exist|valid|local|known|our)",
            rf"(?:unknown|invalid|non-?existent|no such|bad|bad destination) (?:local )?{OWNERS}",
            r"no (?:user|mailbox|person|account) (?:here|by|with|at)|n.t have an? .{0,40}account",
            r"recip(?:ient)?notfound|nosuchuser",
            r"(?:用户|邮箱|收件人|地址|帐号|账号|账户|帐户).{0,24}(?:不存在|没有找到|未找到|无效|已注销)",
            r"(?:无此|查无|没有(?:这个|该|此)|不存在的?)此?(?:人|用户|邮箱|收件人|地址|帐号|账号)",
        ),
    ),
)
"""The words of large providers and of their mail hosts; the first that are found are meant."""

_WORDS = tuple((meaning, re.compile(f"(?i){'|'.join(words)}")) for meaning, words in WORDS)
_REPLY = re.compile(r"(?:[^;\n]{0,12};)?\s*([245])[0-9]{2}(?![0-9.])")
_CODE = re.compile(r"(?<![0-9.])([245])\.([0-9]{1,3}\.[0-9]{1,3})(?![0-9]|\.[0-9])")
_ADDRESS = re.compile(r"\S+@\S+|https?:\S+")

PASSING = frozenset({_M.BUSY, _M.FULL, _M.POLICY, _M.OURS})
"""What passes, or is mended within days: it is tried again, though the code of the reply were one for good."""

MENDS: Mapping[Meaning, str] = MappingProxyType(
    {
        _M.POLICY: "请核对发信域名的 SPF、DKIM、DMARC，请对方邮局放行发信地址",
        _M.OURS: "请核对 TALENT_MAIL_FROM、中继的账号和允许的发信地址",
        _M.FULL: "请对方清理邮箱，或登记别的邮箱",
        _M.KEYLESS: "请维护人员为投递的进程设置 TALENT_SECRET_KEY 或其文件，与页面的相同",
    }
)
"""What a person may do about what puts letters off; for the rest there is only to wait."""

STAGES = ("收件人被拒", "正文被拒")
"""What was refused, as `post.connection` words it, where the address may have been: the sender is not the recipient."""


def meaning(said: str) -> Meaning:
    """Tell what an answer or the text of a bounce means: `550 5.1.1 no such user`. What passes is not `NO_MAILBOX`."""
    text = _ADDRESS.sub(" ", said)
    reply, codes = _REPLY.match(text), _CODE.findall(text)
    worded = next((meaning for meaning, words in _WORDS if words.search(text)), None)
    coded = _of_all([_by_code(*code) for code in codes])
    found = worded or coded if coded in DOUBTED or worded is _M.BUSY else coded
    passes = (reply is not None and reply[1] == "4") or any(category == "4" for category, _ in codes)
    return _M.UNSAID if passes and found is _M.NO_MAILBOX else found


DOUBTED = (_M.NO_MAILBOX, _M.UNSAID)
"""What a code says no more than words do: they may say better."""


def _of_all(coded: Sequence[Meaning]) -> Meaning:
    """Give the first that says anything but that there is no such mailbox; several codes have to agree on that."""
    told = [one for one in coded if one is not _M.UNSAID]
    return next((one for one in told if one not in DOUBTED), told[0] if told else _M.UNSAID)


def _by_code(category: str, detail: str) -> Meaning:
    if category == "4" and detail.startswith("7."):
        return _M.BUSY
    return CODES.get(detail) or SUBJECTS.get(detail.partition(".")[0], _M.UNSAID)


def of_the_address(detail: str) -> bool:
    """Tell from the detail of a letter that failed whether its mailbox is missing: other refusals say nothing of it."""
    stage, _, said = detail.partition("：")
    return stage in STAGES and meaning(said) is _M.NO_MAILBOX


def words(detail: str) -> str:
    """Give what the relay said, without what was refused."""
    return detail.partition("：")[2] or detail
