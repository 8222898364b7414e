"""Where a run of everything keeps its things, on which ports it listens, and what its processes are started with."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from calendars.errors import TalentError
from deployments.environment import LOOPBACK, auth_string, prefect_environment
from settings import HOUSE, address, prefect_variables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class PortTaken(TalentError):
    """端口 {port} 已被占用；请停掉占用它的程序，或用 {option} 换一个端口。"""


@dataclass(frozen=True, slots=True)
class House:
    """`folder` is absolute; `port` is Prefect's, `host` and `web` are the dashboard's.

    `variables` are what every process is given beside what stands in `given`: this process's own environment, and what
    `.env` says of Prefect. `pack` is the folder of the events that a demonstration goes on with.
    """

    folder: Path
    port: int
    host: str
    web: int
    variables: Mapping[str, str] = field(default_factory=dict)
    pack: Path | None = None
    given: Mapping[str, str] = field(default_factory=lambda: prefect_variables() | dict(os.environ))

    @property
    def logs(self) -> Path:
        """The folder of the log files."""
        return self.folder / "log"

    @property
    def own_server(self) -> bool:
        """Whether the Prefect server is ours to start."""
        return "PREFECT_API_URL" not in self.given

    @property
    def works_in(self) -> Path | None:
        """The folder that its processes start in, None for this one's: a demonstration is to meet no `.env`."""
        return self.folder if self.pack else None

    @property
    def window(self) -> str:
        """The address at which this machine itself reaches the dashboard."""
        return address(self.host, self.web)

    def environment(self) -> dict[str, str]:
        """The environment of every child: Prefect's, and the variables of this run."""
        home = self.folder / "prefect"
        named = {f"{key}_FILE" for key in self.variables}
        given = {key: value for key, value in self.given.items() if key not in named} | dict(self.variables)
        made = prefect_environment(given, home, self.port, auth_string(given, home))
        return made | {HOUSE: str(self.folder)}

    def free(self) -> None:
        """Raise PortTaken where one of the ports is not to be had."""
        if self.own_server:
            _free(LOOPBACK, self.port, "--port")
        _free(self.host, self.web, "--web-port")


def _free(host: str, port: int, option: str) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(port=port, option=option) from error
