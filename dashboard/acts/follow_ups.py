"""Asking Prefect, by name, to run a flow soon after an act. Never needed for what is true: a run comes anyway."""

from __future__ import annotations

import base64
import json
import threading
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DEPLOYMENT = "talent"
"""The name under which the flows are deployed (`deployments.plan.NAME`)."""

SECONDS = 2.0

AFTER_AN_ACT = ("watch", "post")
"""What may follow from an act: phases that open, letters that go out."""


@dataclass(frozen=True, slots=True)
class Nudge:
    """Nudges one server; `api` is its address with /api, `auth` is `user:password`, "" where it asks for none."""

    api: str
    auth: str = ""
    deployment: str = DEPLOYMENT

    def __call__(self, flow: str) -> None:
        """Ask in the background, for at most a few seconds; where it fails, the log says so and that is all."""
        threading.Thread(target=self._quietly, args=(flow,), daemon=True, name=f"nudge-{flow}").start()

    def _quietly(self, flow: str) -> None:
        try:
            self.ask(flow)
        except (URLError, OSError, ValueError, KeyError) as error:
            structlog.get_logger("dashboard").info("nudge failed", flow=flow, kind=type(error).__name__)

    def ask(self, flow: str) -> None:
        """Find the deployment and create a run of it, without parameters; raise what the request raises."""
        headers = self._csrf()
        found = self._call("GET", f"/deployments/name/{flow}/{self.deployment}")
        self._call("POST", f"/deployments/{found['id']}/create_flow_run", {"state": {"type": "SCHEDULED"}}, headers)

    def _csrf(self) -> Mapping[str, str]:
        """Give the headers that a server asks for which guards itself against forged requests; none from another."""
        client = str(uuid.uuid4())
        try:
            token = self._call("GET", f"/csrf-token?client={client}")["token"]
        except HTTPError:
            return {}
        return {"Prefect-Csrf-Token": token, "Prefect-Csrf-Client": client}

    def _call(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401
        data = None if body is None else json.dumps(body).encode()
        request = Request(self.api.rstrip("/") + path, data, {"content-type": "application/json"}, method=method)  # noqa: S310
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        if self.auth:
            request.add_header("authorization", f"Basic {base64.b64encode(self.auth.encode()).decode()}")
        with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 -- the address that the office configured
            return json.load(answer)


def owed(nudge: Callable[[str], None]) -> None:
    """Ask for everything that may follow from an act."""
    for flow in AFTER_AN_ACT:
        nudge(flow)


def left_alone(_flow: str) -> None:
    """Leave what is owed to the next run that comes by itself."""


def configured(environment: Mapping[str, str]) -> Callable[[str], None]:
    """Give the nudge of the server that `PREFECT_API_URL` names; one that does nothing where none is named."""
    api = environment.get("PREFECT_API_URL", "")
    if not api.startswith(("http://", "https://")):
        return left_alone
    return Nudge(api, environment.get("PREFECT_API_AUTH_STRING", ""))
