"""How large providers and their mail hosts answer, by what they mean; codes as they give them, or none."""

from __future__ import annotations

from collections.abc import Mapping

from models.mail_answers import Meaning

ANSWERS: Mapping[Meaning, tuple[str, ...]] = {
    Meaning.NO_MAILBOX: (
        "550 Mailbox not found. http://service.mail.qq.com/cgi-bin/help?id=20022",  # QQ, Exmail
        "550 User not found: gone@163.com",  # 163, 126
        "550 Invalid User: gone@126.com",
        "550 5.1.1 User unknown",  # Coremail
        "553 no such user: gone@aliyun.com",  # Aliyun
        "550 5.1.1 user does not exist",
        "511 sorry, no mailbox here by that name (#5.1.1 chkuser)",  # Sina
        "550-5.1.1 The email account that you tried to reach does not exist. Please\n5.1.1 check",  # Gmail
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",  # Outlook
        "550 5.1.1 <gone@a.cn>: Recipient address rejected: User unknown in virtual mailbox table",  # Postfix
        "550 <gone@a.cn>: Recipient address rejected: User unknown in local recipient table",
        "550 No such user here",  # Exim
        "550 Unknown user",
        "554 delivery error: dd This user doesn't have a yahoo.com account (gone@yahoo.com) [0]",  # Yahoo
        "Sorry, no mailbox here by that name. (#5.1.1)",  # qmail
        "550 收件人不存在",
        "550 用户不存在 (gone@a.cn)",
        "550 无此用户",
    ),
    Meaning.FULL: (
        "552 5.2.2 mailbox full",
        "552 Quota exceeded",
        "550 Mailbox is full: gone@qq.com",
        "552-5.2.2 The email account that you tried to reach is over quota",
        "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded",
        "452 4.2.2 The recipient's inbox is out of storage space",
        "550 5.1.1 user mailbox over quota",
        "550 对方邮箱已满",
    ),
    Meaning.POLICY: (
        "550 5.7.1 DMARC check failed",
        "550 DMARC check failed. http://service.mail.qq.com/cgi-bin/help",
        "550 Mail content denied. http://service.mail.qq.com/cgi-bin/help",
        "550 SPF check failed",
        "554 DT:SPM 163 smtp1,Spam content",
        "550 MI:DMA 163 smtp2",
        "550 MI:SPF mx9",
        "554 HL:REP 163 mx3,Reputation",
        "554 Reject by behaviour spam at Rcpt State(Connection IP address:10.0.0.1)",
        "554 5.7.1 Spam message rejected",
        "550-5.7.26 This mail has been blocked because the sender is unauthenticated.",
        "550-5.7.1 Our system has detected that this message is likely unsolicited mail.",
        "550 5.7.1 Service unavailable, Client host [10.0.0.1] blocked using Spamhaus.",
        "550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP",
        "550 5.2.1 The email account that you tried to reach is disabled.",
        "554 5.7.1 <gone@a.cn>: Recipient address rejected: Access denied",
        "550 Mailbox unavailable or access denied",
        "550 内容疑似垃圾邮件",
        "554 5.1.1 User unknown or blocked by policy",
    ),
    Meaning.BUSY: (
        "550 Connection frequency limited",
        "550 5.1.1 <kept@a.cn>: Recipient address rejected: unverified address: Address verification in progress",
        "550 Ip frequency limited. http://service.mail.qq.com/cgi-bin/help",
        "550 Sender frequency limited",
        "550 RP:TRC 163 smtp1",
        "451 RP:CEL 163 mx1,too many connections",
        "554 Reject by RateControl, sending rate exceeded",
        "450 4.2.0 <gone@a.cn>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/",
        "451 4.7.1 Greylisting in action, please come back later",
        "450-4.2.1 The user you are trying to contact is receiving mail too quickly",
        "421-4.7.28 Our system has detected an unusual rate of unsolicited mail",
        "550-5.7.28 an unusual rate of mail",
        "421 4.7.0 [TSS04] Messages from 10.0.0.1 temporarily deferred",
        "451 4.7.500 Server busy. Please try again later",
        "550 5.1.1 User unknown or rate limited, try again later",
        "452-4.5.3 Too many recipients",
        "550 发信频率过快",
    ),
    Meaning.OURS: (
        "553 5.1.8 Sender address rejected: Domain not found",
        "550 sender verify failed",
        "550 Client host address not found: reverse lookup",
        "550 cannot find your hostname, IP address not found",
        "550 Your IP address is not listed in our whitelist",
        "550 the message contains an invalid address header",
        "501 Bad sender address syntax",
        "535 authentication failed",
        "554 Relay access denied",
        "550 5.1.1 Sender address rejected: User unknown",
        "500 5.5.2 Error: bad syntax",
        "553 发件人地址与登录用户不一致",
    ),
    Meaning.LETTER: (
        "552 5.3.4 Message size exceeds fixed maximum message size",
        "550 5.6.0 bad header",
        "552 邮件过大",
    ),
    Meaning.UNREACHED: (
        "5.4.4 Host or domain name not found. Name service error for name=a.cn type=MX: Host not found",
        "4.4.7 delivery time expired",
        "4.4.1 connect to mx.a.cn[10.0.0.1]:25: Connection timed out",
        "550 5.4.1 no answer from host",
    ),
    Meaning.UNSAID: (
        "550 no",
        "550 5.0.0",
        "450 user unknown",
        "450 4.1.1 <gone@a.cn>: Recipient address rejected: User unknown",
        "550 Requested action not taken: mailbox unavailable",
        "",
    ),
}
