"""The nudge: which requests a Prefect server gets, and that a silent one holds nobody up."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from dashboard.acts.follow_ups import DEPLOYMENT, Nudge, configured, left_alone
from deployments.plan import NAME
from tests.dashboard.test_acting import RERUN, hidden
from tests.support.window import ADMIN, Window

Heard = list[tuple[str, str, object, str | None, str | None]]


@contextmanager
def server(heard: Heard, csrf: int = 200) -> Iterator[str]:
    """A server that writes down what it was asked, and answers as Prefect's does."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            path = self.path.split("?")[0]
            heard.append((self.command, path, body, self.headers["authorization"], self.headers["prefect-csrf-token"]))
            self.send_response(csrf if path == "/api/csrf-token" else 200)
            self.end_headers()
            self.wfile.write(json.dumps({"id": "17", "token": "t"}).encode())

        do_GET = do_POST = answer  # noqa: N815 -- the names that http.server asks for

        def log_message(self, *_: object) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.server_port}/api"
    finally:
        listening.shutdown()
        listening.server_close()


def test_a_run_is_asked_for_by_name_without_parameters() -> None:
    heard: Heard = []
    with server(heard) as api:
        Nudge(api, "talent:secret").ask("watch")
    auth = "Basic dGFsZW50OnNlY3JldA=="
    assert heard == [
        ("GET", "/api/csrf-token", None, auth, None),
        ("GET", "/api/deployments/name/watch/talent", None, auth, None),
        ("POST", "/api/deployments/17/create_flow_run", {"state": {"type": "SCHEDULED"}}, auth, "t"),
    ]


def test_a_server_without_a_guard_of_its_own_is_asked_without_a_token() -> None:
    heard: Heard = []
    with server(heard, csrf=422) as api:
        Nudge(api).ask("post")
    assert [(method, path, auth, token) for method, path, _, auth, token in heard][1:] == [
        ("GET", "/api/deployments/name/post/talent", None, None),
        ("POST", "/api/deployments/17/create_flow_run", None, None),
    ]


def test_a_server_that_is_not_there_holds_nobody_up() -> None:
    with server([]) as api:
        pass
    before = set(threading.enumerate())
    Nudge(api)("watch")
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
        assert not thread.is_alive()


def test_the_nudge_follows_the_environment_and_the_plan() -> None:
    assert DEPLOYMENT == NAME
    assert configured({}) is left_alone
    given = {"PREFECT_API_URL": "http://127.0.0.1:4200/api", "PREFECT_API_AUTH_STRING": "a:b"}
    assert configured(given) == Nudge("http://127.0.0.1:4200/api", "a:b")


def test_a_confirmed_act_asks_for_a_watch_and_a_post_and_a_preview_for_nothing(window: Window) -> None:
    heard: Heard = []
    with server(heard) as api:
        admin = Window(replace(window.site, nudge=Nudge(api))).as_(ADMIN)
        shown = admin.submit("/2022/acts/rerun/preview", **RERUN)
        assert heard == []
        assert admin.submit("/2022/acts/rerun", **hidden(shown)).is_redirect
        for thread in [thread for thread in threading.enumerate() if thread.name.startswith("nudge-")]:
            thread.join(10)
    asked = sorted(path for method, path, *_ in heard if method == "GET" and "name" in path)
    assert asked == ["/api/deployments/name/post/talent", "/api/deployments/name/watch/talent"]
    assert [body for method, _, body, *_ in heard if method == "POST"] == [{"state": {"type": "SCHEDULED"}}] * 2
