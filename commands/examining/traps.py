"""What an office falls into: a row says how it shows, and how it is mended. `talent doctor` looks at every row."""

from __future__ import annotations

import difflib
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from commands.examining.finding import CheckFinding, Level

if TYPE_CHECKING:
    from deployments.instance import Instance
    from settings import Settings

OLDEST_BACKUP = timedelta(hours=36)
"""How old the newest backup may be: one night missed, and the morning after it."""

LEAST_FREE = 500_000_000
"""Bytes of a disk below which letters, logs and backups soon find no room."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is looked at: the settings, whether the database has a year in earnest, what runs, where the rows are."""

    settings: Settings
    real: bool
    running: Instance | None
    place: Path
    now: datetime

    @property
    def leaves(self) -> bool:
        """Whether letters are for others than whoever tries the programme."""
        return self.real or self.settings.courier == "smtp"

    @property
    def link(self) -> str:
        """The host that links in letters name."""
        return urlsplit(self.settings.links_lead).hostname or "localhost"


@dataclass(frozen=True, slots=True)
class Trap:
    """`says` tells what is wrong, "" where nothing is."""

    check: str
    says: Callable[[Circumstances], str]
    mend: str
    level: Level = "finding"


def fallen_into(where: Circumstances) -> Iterator[CheckFinding]:
    """Give a finding for each trap, in the order of the table."""
    for trap in TRAPS:
        if said := trap.says(where):
            yield CheckFinding(trap.check, trap.level, said, trap.mend)


def unknown() -> list[str]:
    """Give a sentence for each variable that begins like ours and is none, with the one that may be meant."""
    from settings import PREFIX, given_variables, known_variables

    known = {name.removeprefix(PREFIX) for name in known_variables()}
    given = {name.removeprefix(PREFIX) for name in given_variables()}
    near = {name: difflib.get_close_matches(name, known, 1, 0.8) for name in sorted(given - known)}
    meant = {name: f"，是不是要写 {PREFIX}{found[0]}？" if found else "。" for name, found in near.items()}
    return [f"{PREFIX}{name} 不是本程序的设置{end}" for name, end in meant.items()]


def _misspelt(_: Circumstances) -> str:
    return "".join(unknown())


def _unreachable(where: Circumstances) -> str:
    from settings import is_loopback

    lead = where.settings.links_lead
    shut = where.leaves and is_loopback(where.link)
    return f"函件方式 {where.settings.courier}，链接地址 {lead}：收件人打不开函件里的链接" if shut else ""


def _another_port(where: Circumstances) -> str:
    """Only of an address that is the window's own: in front of a gateway it may have any port."""
    from settings import is_loopback

    if where.running is None or not where.settings.base_url_chosen or not is_loopback(where.link):
        return ""
    used, said = urlsplit(where.running.window).port, urlsplit(where.settings.base_url).port
    return f"TALENT_BASE_URL 写的是 {where.settings.base_url}，页面在 {where.running.window}" if used != said else ""


def _weak_key(where: Circumstances) -> str:
    from dashboard.serving.secret_key import unfit

    key = where.settings.secret_key
    why = unfit(key.get_secret_value().strip()) if key is not None else None
    return f"TALENT_SECRET_KEY 不能用：{why}；页面不会启动" if why else ""


def _unusable_files(where: Circumstances) -> str:
    from commands.examining.key_files import unusable
    from settings import home

    return "".join(unusable(where.settings, home()))


def _in_the_clear(where: Circumstances) -> str:
    from settings import is_private

    lead = where.settings.links_lead
    clear = where.leaves and lead.startswith("http://") and not is_private(where.link)
    return f"链接地址 {lead} 是 http：口令和材料在网上是明文" if clear else ""


def _kept_at_home(where: Circumstances) -> str:
    at_home = where.real and where.settings.courier == "maildir"
    return f"正式年度的函件只写进 {where.settings.maildir}（maildir），没有寄给任何人" if at_home else ""


def _sample_sender(where: Circumstances) -> str:
    sample = where.leaves and where.settings.mail_domain.endswith(".example")
    return f"发件人 {where.settings.mail_from} 是示例，收件的邮箱会拒收" if sample else ""


def _gateway(where: Circumstances) -> str:
    unnamed = where.settings.base_url.startswith("https://") and not where.settings.dashboard.gateways
    return "没有写明 https 网关的地址：十次输错密码会让经它而来的所有新浏览器暂停登录" if unnamed else ""


def _one_factor(where: Circumstances) -> str:
    lax = where.real and not where.settings.dashboard.totp
    return "登录不要验证码（TALENT_DASHBOARD__TOTP=false），只许用于演示" if lax else ""


def _no_backups(where: Circumstances) -> str:
    none = where.real and where.settings.backup.passphrase is None
    return "没有设置备份口令，每夜不做备份" if none else ""


def _old_backup(where: Circumstances) -> str:
    from models.backup_files import made_at, newest_night

    if not where.real or where.settings.backup.passphrase is None:
        return ""
    folder = where.settings.backup.folder
    if (newest := newest_night(folder, where.now)) is None:
        return f"{folder} 里还没有备份"
    made = made_at(newest)
    return f"最近一份备份是 {made:%Y-%m-%d %H:%M} 做的" if made < where.now - OLDEST_BACKUP else ""


def _backup_ahead(where: Circumstances) -> str:
    from models.backup_files import kept, made_at

    ahead = sorted(path.name for path in kept(where.settings.backup.folder) if made_at(path) > where.now)
    return f"有的备份写着以后的日期，不作数：{'、'.join(ahead)}" if ahead else ""


def _left_aside(where: Circumstances) -> str:
    left = sorted(file.name for file in where.place.parent.glob(f"{where.place.name}.[2b]*T??????") if where.place.name)
    return f"恢复、升级之前的数据库还在旁边：{'、'.join(left)}，没有加密" if left else ""


def _read_by_others(where: Circumstances) -> str:
    """Of files that whoever reads them has everything by; what is in a backup stays sealed."""
    from models import contact_keys, key_file
    from settings import given_files, home

    kept = (home() / name for name in ("secret", key_file.NAME, contact_keys.NAME))
    files = [file for file in (Path(".env"), where.place, *kept, *given_files()) if file.is_file()]
    by = {"读得到": 0o044, "改得了": 0o022}
    found = {what: [str(file) for file in files if file.stat().st_mode & bits] for what, bits in by.items()}
    said = [f"别的账户{what}：{'、'.join(some)}" for what, some in found.items() if some]
    return "；".join(said) if where.leaves else ""


def _shut(where: Circumstances) -> str:
    from settings import home

    folders = [home() / "log", *([where.settings.backup.folder] if where.settings.backup.passphrase else [])]
    shut = [str(one) for one in folders if not os.access(_nearest(one), os.W_OK | os.X_OK)]
    return f"运行账户写不进：{'、'.join(shut)}" if where.leaves and shut else ""


def _nearest(path: Path) -> Path:
    """Give the folder on the way to a path that is there already."""
    return next(one for one in (path, *path.parents) if one.exists())


def _full_disk(where: Circumstances) -> str:
    there = _nearest(where.place)
    free = shutil.disk_usage(there).free
    return f"{there} 所在的磁盘只剩 {free / 1_000_000:.0f} MB" if free < LEAST_FREE else ""


TRAPS: tuple[Trap, ...] = (
    Trap("设置", _misspelt, "改成所说的名字，或删去这一项；各项见 .env.example"),
    Trap("设置", _unreachable, "把 TALENT_BASE_URL 改为各市能打开的地址"),
    Trap("设置", _another_port, "改正 TALENT_BASE_URL，或删去它：链接就用页面自己的地址"),
    Trap("密钥", _weak_key, "换成 openssl rand -hex 32 给出的一串，或删去这一项，由系统自己生成"),
    Trap("密钥", _unusable_files, "照所说的处理，再重新启动 talent up；没有处理好之前它不会启动"),
    Trap("网页", _in_the_clear, "在前面放一个 https 网关，把 TALENT_BASE_URL 改为 https 地址"),
    Trap("网页", _gateway, "把网关的 IP 地址写进 TALENT_DASHBOARD__PROXIES"),
    Trap("网页", _one_factor, "去掉这一项设置"),
    Trap("函件", _kept_at_home, "把 TALENT_COURIER 改为 smtp，写好 TALENT_SMTP__…，再用 talent doctor --to 试寄"),
    Trap("函件", _sample_sender, "把 TALENT_MAIL_FROM 改为本单位的邮箱"),
    Trap("备份", _no_backups, "设 TALENT_BACKUP__PASSPHRASE（至少 12 个字符），另存一份在别处"),
    Trap("备份", _old_backup, "确认 talent up 在运行；看 var/log/backup.log；先用 talent db backup 做一份"),
    Trap("备份", _backup_ahead, "核对本机的时钟（timedatectl）；时钟准了，再把这些文件移到别处"),
    Trap("备份", _left_aside, "确认现在的无误后请删去：里面有个人信息", "note"),
    Trap("权限", _read_by_others, "让它们只归运行账户：chmod 600 文件"),
    Trap("权限", _shut, "把文件夹给运行账户：chown -R talent: 文件夹"),
    Trap("磁盘", _full_disk, "腾出空间：旧的备份、var/log、var/mail；磁盘满了，什么也记不下来"),
)
"""Each trap that is known, in the order in which they are best mended."""
