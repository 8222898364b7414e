"""The gateways of the second way: how each is asked over HTTP, and what its answer says of the message.

A short message is handed over when its request is written whole. What fails before that is tried again; what was
handed over and not answered for, nobody knows. Documented for offices in docs/operating.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx

from post.relay import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from post.couriers import DeliveryState

SECONDS = 20.0
"""How long an answer is waited for."""

BEFORE = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)
"""What goes wrong before anything of a request was written."""

UNCLEAR = "网关没有明确答复"


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where messages of one way are handed over; a token and a template are the SMS gateway's alone.

    `outside` says that it is on another machine: nothing of a rehearsal goes there.
    """

    url: str
    token: str = field(default="", repr=False)
    template: str = ""
    outside: bool = True


class ShortText(NamedTuple):
    """One message: the address it goes to, its `text`, the two parts that a template is filled with, a stable id."""

    id: str
    address: str
    text: str
    what: str
    link: str


class GatewayAnswer(NamedTuple):
    """What became of a message, as of a letter; `dead`: the gateway takes nothing for that address, now or later."""

    state: DeliveryState
    detail: str
    dead: bool = False
    tried: bool = True


def _sms(gateway: Gateway, message: ShortText) -> dict[str, Any]:
    filled = {"what": message.what, "link": message.link}
    told = {"id": message.id, "to": message.address, "text": message.text, "template": gateway.template}
    return {"json": told | {"params": filled}, "headers": {"Authorization": f"Bearer {gateway.token}"}}


def _robot(parameter: str, message: ShortText) -> dict[str, Any]:
    return {
        "params": {parameter: message.address},
        "json": {"msgtype": "text", "text": {"content": message.text}},
    }


ROBOTS: Mapping[str, str] = {"wecom": "key", "dingtalk": "access_token"}
"""The ways that are a group's robot, each with what names the robot in its address."""

DEAD_ROBOTS = frozenset({93000, 300001})
"""What WeCom (invalid webhook url) and DingTalk (token is not exist) say of a robot that is no more."""

BUSY_ROBOTS = frozenset({-1, 45009, 130101, 660026})
"""What they say where messages come too fast, or they are busy."""

OURS = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED})
"""What says that the gateway's own address or token is wrong: it is mended, and the message goes then."""


async def hand_over(client: httpx.AsyncClient, way: str, gateway: Gateway, message: ShortText) -> GatewayAnswer:
    """Offer one message to its gateway, and give what became of it; nothing is raised."""
    asked = _robot(ROBOTS[way], message) if way in ROBOTS else _sms(gateway, message)
    try:
        response = await client.post(gateway.url, **asked)
    except BEFORE:
        return GatewayAnswer("retry", "连不上网关")
    except httpx.TimeoutException:
        return GatewayAnswer("unknown", f"{UNCLEAR}（等候超时）")
    except (httpx.HTTPError, httpx.InvalidURL):
        return GatewayAnswer("unknown", f"{UNCLEAR}（连接中断）")
    return _by_status(response) or (_of_a_robot(response) if way in ROBOTS else GatewayAnswer("sent", "网关已收下"))


def _by_status(response: httpx.Response) -> GatewayAnswer | None:
    """Say what the status alone says; None where it says that the request was taken."""
    status = response.status_code
    said = one_line(f"网关答复 {status} {response.text}")
    if response.is_success or status == HTTPStatus.CONFLICT:  # it has a message of that id already
        return None
    if status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE, *OURS} or response.is_redirect:
        return GatewayAnswer("deferred", said)
    if response.is_client_error:
        return GatewayAnswer("failed", said, dead=status == HTTPStatus.GONE)
    return GatewayAnswer("unknown", said)


def _of_a_robot(response: httpx.Response) -> GatewayAnswer:
    try:
        told = response.json()
        code = int(told["errcode"])
    except (ValueError, KeyError, TypeError):
        return GatewayAnswer("unknown", UNCLEAR)
    if code == 0:
        return GatewayAnswer("sent", "机器人已发出")
    said = one_line(f"机器人答复 {code} {told.get('errmsg', '')}")
    if code in BUSY_ROBOTS:
        return GatewayAnswer("deferred", said)
    return GatewayAnswer("failed", said, dead=code in DEAD_ROBOTS)
