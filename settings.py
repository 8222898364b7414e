"""The environment, read once: every `TALENT_` variable, its default and what it may be.

`TALENT_SMTP__HOST` is `settings.smtp.host`. Any variable may instead be given as `…_FILE`, the path of a file that
holds the value (systemd credentials, Docker secrets). `PREFECT_*` is Prefect's own and is left alone.
"""

from __future__ import annotations

import json
import os
import re
from datetime import timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self
from urllib.parse import urlsplit, urlunsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from forms.hosts import host_name
from letters.headers import UnfitHeader, mailbox

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_settings import PydanticBaseSettingsSource

    from models.contact_keys import ContactKeyFile
    from models.key_file import KeyFile

PREFIX = "TALENT_"
SUFFIX = "_FILE"
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # nosec B104 # noqa: S104 -- compared, not bound
"""From where this machine itself reaches what listens everywhere."""

COUNTERSIGNABLE = ("publish", "waive", "withdraw", "correct-result", "correct-score")
"""What may be prepared by one account and signed by another: publishing results, and acts by their slugs."""

FORMER = "http://127.0.0.1:8000"
"""What the example of settings once said of where links lead; nobody chose it."""

FOLDER = Path("var")
"""Where `talent up` keeps its things where nothing else is said."""

HOUSE = "HOUSE_OF_TALENT"
"""The variable by which a process knows whose house it is of: the folder's path."""

CHANNEL_HOST = re.compile(r"\w+://(?:[^/]*@)?([^/@:?#]*\.[^/@:?#]*)")
"""The host in the address of a chat channel."""

RUNNING = "running"
"""The file in that folder that says what runs there and where its window is; see `deployments.instance`."""


class DatabaseSettings(BaseModel):
    """Where the rows are, and as whom on PostgreSQL tables are made, where that is another role ("": the same).

    The URLs may hold a password and stay out of every `repr`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(default="sqlite:///var/talent.db", repr=False)
    owner_url: str = Field(default="", repr=False)

    @field_validator("url", "owner_url")
    @classmethod
    def _on_a_host(cls, url: str, info: ValidationInfo) -> str:
        """With the server's name in ASCII; what is no URL of a database at all, whoever opens it says."""
        variable = f"TALENT_DATABASE__{str(info.field_name).upper()}"
        if not url or url.startswith("sqlite"):
            return url
        from sqlalchemy import make_url  # what only reads a file does without
        from sqlalchemy.exc import ArgumentError

        try:
            host = make_url(url).host or ""
        except (ArgumentError, ValueError):
            return url
        if "@" in host:  # the rest of a password, which nobody is to see
            msg = f"{variable} 里的用户名或密码含有 @，请写成 %40"
            raise ValueError(msg)
        known = of_a_host(variable, host) if host else host
        return url if known == host else make_url(url).set(host=known).render_as_string(hide_password=False)


class SmtpSettings(BaseModel):
    """The office's own mail relay, how many connections to it, and how many letters a minute (None: no limit).

    `log` is the relay's own log in Postfix's format, where this machine can read it: what a crash left in doubt is
    settled from it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(default=465, ge=1, le=65535)
    security: Literal["tls", "starttls", "none"] = "tls"
    username: str | None = None
    password: SecretStr | None = None
    connections: int = Field(default=4, ge=1, le=50)
    per_minute: int | None = Field(default=None, ge=1)
    log: Path | None = None

    @field_validator("host")
    @classmethod
    def _of_the_relay(cls, host: str) -> str:
        return of_a_host("TALENT_SMTP__HOST", host)

    @model_validator(mode="after")
    def _plain_only_to_loopback(self) -> Self:
        if self.security == "none" and not is_loopback(self.host):
            msg = (
                f"TALENT_SMTP__SECURITY=none 只许用于本机，而 TALENT_SMTP__HOST 是 {self.host}；请改用 tls 或 starttls"
            )
            raise ValueError(msg)
        return self


class DashboardSettings(BaseModel):
    """Where the window listens, and whether signing in asks for a second factor (off only for a demonstration).

    `proxies` are the gateways whose X-Forwarded-For is believed, `hosts` the names that pages are reached by besides
    that of `TALENT_BASE_URL`, both with commas between them. With `metrics_token` alone `/metrics` is read; without
    one it is by this machine itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    totp: bool = True
    proxies: str = ""
    hosts: str = ""
    metrics_token: SecretStr | None = Field(default=None, min_length=16)

    @property
    def address(self) -> str:
        """The address at which this machine itself reaches it."""
        return address(self.host, self.port)

    @property
    def gateways(self) -> tuple[str, ...]:
        """The addresses or networks that `proxies` lists."""
        return tuple(address.strip() for address in self.proxies.split(",") if address.strip())

    @property
    def names(self) -> tuple[str, ...]:
        """The names that `hosts` lists."""
        return tuple(name.strip() for name in self.hosts.split(",") if name.strip())

    @field_validator("hosts")
    @classmethod
    def _reached_by(cls, hosts: str) -> str:
        named = (name.strip() for name in hosts.split(",") if name.strip())
        return ",".join(of_a_host("TALENT_DASHBOARD__HOSTS", name) for name in named)

    @field_validator("host")
    @classmethod
    def _where_it_listens(cls, host: str) -> str:
        return of_a_host("TALENT_DASHBOARD__HOST", host)

    @model_validator(mode="after")
    def _gateways_by_address(self) -> Self:
        for address in self.gateways:
            try:
                ip_network(address)
            except ValueError as error:
                msg = f"TALENT_DASHBOARD__PROXIES 里的 {address} 不是 IP 地址或网段；多个之间用逗号隔开"
                raise ValueError(msg) from error
        return self


class GatewaySettings(BaseModel):
    """Where messages of a second way are handed over, "" for nowhere; over https, but to this machine itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(default="", repr=False)

    @field_validator("url")
    @classmethod
    def _of_a_gateway(cls, url: str) -> str:
        parts = urlsplit(url)
        if not url:
            return url
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
            msg = "网关的地址应以 https:// 开头（本机自己的可以是 http://）"
            raise ValueError(msg)
        of_a_host("TALENT_SMS__URL、TALENT_WECOM__URL 或 TALENT_DINGTALK__URL", parts.hostname or "")
        return url


class SmsSettings(GatewaySettings):
    """The gateway of text messages: with which token it is asked, and which of its templates is filled."""

    token: SecretStr | None = None
    template: str = ""

    @field_validator("token")
    @classmethod
    def _fit_for_a_header(cls, token: SecretStr | None) -> SecretStr | None:
        if token and not re.fullmatch(r"[!-~]*", token.get_secret_value()):  # without the token, which is a secret
            msg = "短信网关的口令只能由可见的英文字符组成，不能有空格、换行、中文或全角符号"
            raise ValueError(msg)
        return token


class BackupSettings(BaseModel):
    """With which passphrase backups are sealed, where the nightly ones go, and for how many days they are kept.

    Without a passphrase none is made: nobody could keep one apart from the machine that never named it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    passphrase: SecretStr | None = Field(default=None, min_length=12)
    folder: Path = Path("var/backups")
    days: int = Field(default=14, ge=1, le=3650)


def home() -> Path:
    """Give the folder of what runs, as its processes and who speaks of it know it; the usual one where nothing does."""
    return Path(os.environ.get(HOUSE, FOLDER))


class Settings(BaseSettings):
    """All that the environment decides, as `contract.md` lists it."""

    model_config = SettingsConfigDict(
        frozen=True,
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
    )

    database: DatabaseSettings = DatabaseSettings()
    courier: Literal["maildir", "smtp"] = "maildir"
    maildir: Path = Path("var/mail")
    smtp: SmtpSettings = SmtpSettings()
    letters: Path = Path("var/letters")
    papers: Path = Path("var/papers")
    dashboard: DashboardSettings = DashboardSettings()
    backup: BackupSettings = BackupSettings()
    mail_from: str = "省级管理办公室 <office@talent.example>"
    base_url: str = Field(default="", validate_default=True)
    secret_key: SecretStr | None = None
    matching_key: SecretStr | None = None
    contact_key: SecretStr | None = None
    notify: SecretStr | None = None
    sms: SmsSettings = SmsSettings()
    wecom: GatewaySettings = GatewaySettings()
    dingtalk: GatewaySettings = GatewaySettings()
    beat_seconds: int = Field(default=1800, ge=5, le=3600)
    children_contact: str = Field(default="", max_length=60)
    server_place: str = Field(default="", max_length=60)
    operator: str | None = None
    countersigned: str = ""

    @property
    def two_hands(self) -> frozenset[str]:
        """What is prepared by one account and signed by another, as `TALENT_COUNTERSIGNED` lists it."""
        return frozenset(one.strip() for one in self.countersigned.split(",") if one.strip())

    @property
    def beat(self) -> timedelta:
        """How often the whole is looked after where nothing happens: what happens is looked after within seconds."""
        return timedelta(seconds=self.beat_seconds)

    @property
    def channels(self) -> tuple[str, ...]:
        """The secret addresses of the office's chat channels, as `TALENT_NOTIFY` lists them."""
        given = self.notify.get_secret_value() if self.notify else ""
        return tuple(address.strip() for address in given.split(",") if address.strip())

    @property
    def served(self) -> Mapping[str, GatewaySettings]:
        """The gateways of the second ways that are set, by way."""
        ways: dict[str, GatewaySettings] = {"sms": self.sms, "wecom": self.wecom, "dingtalk": self.dingtalk}
        return {way: one for way, one in ways.items() if one.url}

    @property
    def base_url_chosen(self) -> bool:
        """Whether somebody said where links lead."""
        return "base_url" in self.model_fields_set and self.base_url != FORMER

    @property
    def links_lead(self) -> str:
        """The address that links begin with: the one that is set, else that of what runs in `FOLDER`, else the usual.

        What runs may have been told another port, of which this process's own environment knows nothing.
        """
        if self.base_url_chosen:
            return self.base_url
        try:
            said = json.loads((FOLDER / RUNNING).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return self.base_url
        return self.base_url if said["demo"] else str(said["window"])

    def matching_keys(self, folder: Path) -> KeyFile:
        """The keys that children are matched by: the one that is set, else those beside the window's secret."""
        from models.key_file import NAME, KeyFile

        return KeyFile(folder / NAME, self.matching_key.get_secret_value() if self.matching_key else None)

    def contact_keys(self, folder: Path) -> ContactKeyFile:
        """The keys that contacts are encrypted with: the one that is set, else those beside the matching keys."""
        from models.contact_keys import NAME, ContactKeyFile

        return ContactKeyFile(folder / NAME, self.contact_key.get_secret_value() if self.contact_key else None)

    def keys_in(self, folder: Path) -> tuple[KeyFile, ContactKeyFile]:
        """Both, as a database is handed them."""
        return self.matching_keys(folder), self.contact_keys(folder)

    @property
    def mail_domain(self) -> str:
        """The domain of the sender's own address: Message-IDs are made in it, wherever links lead."""
        return mailbox(self.mail_from).domain

    @field_validator("notify")
    @classmethod
    def _of_channels(cls, notify: SecretStr | None) -> SecretStr | None:
        """Each with the name of a host where it has one: the key of a service, in its place, has no dot."""
        given = notify.get_secret_value() if notify else ""
        for place, address in enumerate(given.split(","), start=1):
            host = CHANNEL_HOST.match(address.strip())
            try:
                of_a_host("TALENT_NOTIFY", host[1] if host else "localhost")
            except ValueError:  # without the address, which is a secret
                msg = f"TALENT_NOTIFY 的第 {place} 个地址里的主机名不能用：只能由字母、数字、连字符和点组成"
                raise ValueError(msg) from None
        return notify

    @field_validator("countersigned")
    @classmethod
    def _known_matters(cls, countersigned: str) -> str:
        given = [one.strip() for one in countersigned.split(",") if one.strip()]
        for one in given:
            if one not in COUNTERSIGNABLE:
                msg = f"TALENT_COUNTERSIGNED 里的 {one} 不能设为签批；可以写的是 {'、'.join(COUNTERSIGNABLE)}"
                raise ValueError(msg)
        return ",".join(given)

    @field_validator("mail_from")
    @classmethod
    def _fit_to_send(cls, sender: str) -> str:
        try:
            mailbox(sender)
        except UnfitHeader as unfit:
            msg = f"TALENT_MAIL_FROM 不能用作发件人，应写成“名称 <邮箱>”：{unfit}"
            raise ValueError(msg) from unfit
        return sender

    @field_validator("base_url")
    @classmethod
    def _where_links_lead(cls, url: str, info: ValidationInfo) -> str:
        """Without a trailing slash, the host in ASCII; where none is set, to the window itself."""
        if not url:
            return str(info.data.get("dashboard", DashboardSettings()).address)
        try:
            parts = urlsplit(url.rstrip("/"))
            told, port = parts.hostname or "", parts.port
        except ValueError:  # a bracket alone, a port that is none
            told, port, parts = "", None, urlsplit("")
        if parts.scheme not in {"http", "https"} or parts.username is not None or not told:
            msg = f"TALENT_BASE_URL 应以 http:// 或 https:// 开头、后接主机名，而它是 {url}"
            raise ValueError(msg)
        host = of_a_host("TALENT_BASE_URL", told)
        at = f"[{host}]" if ":" in host else host
        return urlunsplit((parts.scheme, at if port is None else f"{at}:{port}", *parts[2:]))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 (pydantic's signature)
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (pydantic's signature)
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Ask, in this order: arguments, the environment, `.env`; both of these through `…_FILE` too."""
        for source in (env_settings, dotenv_settings):
            assert isinstance(source, EnvSettingsSource)
            source.env_vars = _resolved(source.env_vars)
        return init_settings, env_settings, dotenv_settings


def known_variables() -> frozenset[str]:
    """Give every variable of ours, as it is written, also as the path of a file."""
    groups = {
        name: field.default for name, field in Settings.model_fields.items() if isinstance(field.default, BaseModel)
    }
    nested = (f"{group}__{name}" for group, of in groups.items() for name in type(of).model_fields)
    names = {PREFIX + name.upper() for name in (*Settings.model_fields, *nested)}
    return frozenset(names | {name + SUFFIX for name in names})


def given_variables() -> frozenset[str]:
    """Give what the environment and `.env` say that begins like a variable of ours."""
    sources = (EnvSettingsSource(Settings), DotEnvSettingsSource(Settings))
    return frozenset(name.upper() for one in sources for name in one.env_vars if name.upper().startswith(PREFIX))


def given_files() -> tuple[Path, ...]:
    """Give the files that the environment and `.env` name in the place of what stands in them."""
    sources = (EnvSettingsSource(Settings), DotEnvSettingsSource(Settings))
    said = [(key.upper(), path) for one in sources for key, path in one.env_vars.items() if path]
    return tuple(dict.fromkeys(Path(path) for key, path in said if _names_a_file(key)))


def prefect_variables() -> dict[str, str]:
    """Give what `.env` says of Prefect: its own processes would ask there only for what they are not told by us."""
    said = DotEnvSettingsSource(Settings).env_vars
    return {name.upper(): value for name, value in said.items() if name.upper().startswith("PREFECT_") and value}


def _resolved(named: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return the variables with each `TALENT_X_FILE` replaced by `TALENT_X`, the text of the file."""
    files = {key: path for key, path in named.items() if path and _names_a_file(key.upper())}
    plain = {key: value for key, value in named.items() if key not in files}
    return plain | {key[: -len(SUFFIX)]: _read(key, path, plain) for key, path in files.items()}


def _names_a_file(key: str) -> bool:
    return key.startswith(PREFIX) and key.endswith(SUFFIX)


def _read(key: str, path: str, plain: Mapping[str, str | None]) -> str:
    if plain.get(key[: -len(SUFFIX)]):
        raise SettingsError(f"{key[: -len(SUFFIX)].upper()} 与 {key.upper()} 同时设置，请只留一个")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "不是 UTF-8 文本"
        raise SettingsError(f"{key.upper()} 指向的文件 {path} 读不出来（{reason}）") from error


def address(host: str, port: int) -> str:
    """Give the address at which this machine itself reaches what listens there."""
    host = ANYWHERE.get(host, host)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def of_a_host(variable: str, host: str) -> str:
    """Give the host that a setting names, in ASCII, or its IP address. ValueError, in Chinese, where it is neither."""
    try:
        return str(ip_address(host.strip("[]")))
    except ValueError:
        pass
    try:
        return host_name(host)
    except ValueError:
        msg = f"{variable} 里的主机名“{host}”不能用：只能由字母、数字、连字符和点组成（不能有下划线），或是 IP 地址"
        raise ValueError(msg) from None


def is_loopback(host: str) -> bool:
    """Whether that host name or address is this machine itself."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def is_private(host: str) -> bool:
    """Whether that host is reached from inside only: an address that is nobody's on the internet, or a bare name."""
    try:
        return ip_address(host.strip("[]")).is_private
    except ValueError:
        return "." not in host
