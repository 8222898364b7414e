"""The gateways of the second way: how each is asked over HTTP, and what its answer says of the message.

A short message is handed over when its request is written whole. What fails before that is tried again; what was
handed over and not answered for, nobody knows. Documented for offices in docs/operating.md.
"""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx

from models.second_ways import covered
from post.relay import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from post.couriers import DeliveryState

SECONDS = 30.0
"""How long a gateway may take for one message in all, however it dribbles its answer."""

STEPS = httpx.Timeout(SECONDS / 3, read=SECONDS)
"""How long each step may take: a connection that cannot be made is told before the whole is over."""

LONGEST_ANSWER = 16384
"""So many bytes of an answer are read; a gateway that says more has its first word heard."""

BEFORE = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)
"""What goes wrong before anything of a request was written."""

MALFORMED = (httpx.LocalProtocolError, httpx.InvalidURL, UnicodeError)
"""What is wrong with the gateway's own address or token: no request can be made of it."""

UNCLEAR, TAKEN = "网关没有明确答复", "网关已收下"


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

DEAD_ROBOTS = frozenset({93000, 300001, 400013, 400101, 400106})
"""What WeCom (invalid webhook url) and DingTalk (no such token, robot or group) say of a robot that is no more."""

BUSY_ROBOTS = frozenset({-1, 45009, 130101, 410100, 660026})
"""What they say where messages come too fast, or they are busy."""

OURS = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED})
"""What says that the gateway's own address or token is wrong: it is mended, and the message goes then."""


def caller() -> httpx.AsyncClient:
    """Give what asks gateways: patient by steps, led nowhere else, answered in plain bytes where they listen."""
    return httpx.AsyncClient(timeout=STEPS, headers={"Accept-Encoding": "identity"}, follow_redirects=False)


async def hand_over(client: httpx.AsyncClient, way: str, gateway: Gateway, message: ShortText) -> GatewayAnswer:
    """Offer one message to its gateway, and give what became of it; nothing is raised."""
    try:
        asked = _robot(ROBOTS[way], message) if way in ROBOTS else _sms(gateway, message)
        response, text = await _asked(client, gateway.url, asked)
        text = _without(text, {message.address: covered(message.address), gateway.token: covered("")})
        return _by_status(response, text) or (_of_a_robot(text) if way in ROBOTS else GatewayAnswer("sent", TAKEN))
    except BEFORE:
        return GatewayAnswer("retry", "连不上网关")
    except MALFORMED:
        return GatewayAnswer("deferred", "网关的地址或口令写得不对")
    except (httpx.TimeoutException, TimeoutError):
        return GatewayAnswer("unknown", f"{UNCLEAR}（等候超时）")
    except httpx.HTTPError:
        return GatewayAnswer("unknown", f"{UNCLEAR}（连接中断）")
    except Exception as error:  # noqa: BLE001 -- one gateway's oddity holds up no other's messages
        return GatewayAnswer("unknown", f"{UNCLEAR}（{type(error).__name__}）")


async def _asked(client: httpx.AsyncClient, url: str, asked: dict[str, Any]) -> tuple[httpx.Response, str]:
    """Give the answer and the beginning of its text, whatever charset it claims. TimeoutError where it never ends."""
    said = bytearray()
    async with asyncio.timeout(SECONDS), client.stream("POST", url, **asked) as response:
        async for chunk in response.aiter_bytes():
            said += chunk
            if len(said) >= LONGEST_ANSWER:
                break
    return response, said[:LONGEST_ANSWER].decode(errors="replace")


def _without(text: str, secrets: Mapping[str, str]) -> str:
    """Put what covers each secret in its place in an answer, also where it is written in groups."""
    for secret, cover in secrets.items():
        text = re.sub(r"[\s-]?".join(map(re.escape, secret)), cover, text) if secret else text
    return text


def _by_status(response: httpx.Response, text: str) -> GatewayAnswer | None:
    """Say what the status alone says; None where it says that the request was taken."""
    status = response.status_code
    said = one_line(f"网关答复 {status} {text}")
    if response.is_success or status == HTTPStatus.CONFLICT:  # it has a message of that id already
        return None
    if status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE, *OURS} or response.is_redirect:
        return GatewayAnswer("deferred", said)
    if response.is_client_error:
        return GatewayAnswer("failed", said, dead=status == HTTPStatus.GONE)
    return GatewayAnswer("unknown", said)


def _of_a_robot(text: str) -> GatewayAnswer:
    try:
        told = json.loads(text)
        code = int(told["errcode"])
    except (ValueError, KeyError, TypeError, OverflowError):
        return GatewayAnswer("unknown", UNCLEAR)
    if code == 0:
        return GatewayAnswer("sent", "机器人已发出")
    said = one_line(f"机器人答复 {code} {told.get('errmsg', '')}")
    if code in BUSY_ROBOTS:
        return GatewayAnswer("deferred", said)
    return GatewayAnswer("failed", said, dead=code in DEAD_ROBOTS)
