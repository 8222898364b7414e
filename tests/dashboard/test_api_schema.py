"""Whatever a program of any role asks within the API's document or beside it, the answer is no defect."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode

from calendars import files
from dashboard.serving.api_shapes import ROOT
from tests.support.originals import remembered
from tests.support.window import ADMIN, BASE, VIEWER, Window

EXAMPLES = 12
"""Of each operation, for each way of asking."""

PHASES = tuple(phase.slug for phase in files.load(2022).phases)
KNOWN: dict[str, list[Any]] = {
    "year": [2022],
    "phase": [*PHASES, "面试名单"],
    "city": ["yancheng", "nanjing", "盐城"],
    "letter": [1, 40, 400],
}
SEEN: dict[str | None, set[int]] = {None: {401}, VIEWER: {200, 403}, ADMIN: {200, 404}, "yancheng": {200, 404}}
"""So that it is known to have come as far as that."""

BOUNDED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
KEYS = st.sampled_from([None, "one", "two"])


Asked = tuple[dict[str, Any], str | None]
"""A request but for who makes it, and its key of idempotency."""


def requests(document: str, mode: GenerationMode) -> Sequence[Asked]:
    """What to ask, the same of every role on both kinds of database: to think it out takes longer than to answer it."""
    found = list[Asked]()

    def keep(case: Any, known: dict[str, Any], key: str | None) -> None:  # noqa: ANN401 -- schemathesis' own
        case.path_parameters = {**(case.path_parameters or {}), **known}
        sent = case.as_transport_kwargs(base_url=BASE)
        sent["headers"] = {name: value for name, value in sent["headers"].items() if name.lower() != "user-agent"}
        sent.pop("cookies", None)
        files_, sent["content"] = sent.pop("files", None), sent.pop("data", None)
        assert files_ is None
        found.append((sent, key))

    for each in schemathesis.openapi.from_dict(json.loads(document)).get_all_operations():
        assert isinstance(each, Ok)
        operation = each.ok()
        named = [part.name for part in operation.path_parameters]
        known = st.fixed_dictionaries({}, optional={name: st.sampled_from(KNOWN[name]) for name in named})
        kept = given(operation.as_strategy(generation_mode=mode), known, KEYS)(keep)
        with suppress(Unsatisfiable):  # nothing can be wrong with a request that brings nothing
            BOUNDED(kept)()
    return found


@pytest.mark.slow
@pytest.mark.parametrize("who", [None, VIEWER, ADMIN, "yancheng"])
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_no_request_of_any_role_is_answered_by_a_defect(
    window: Window, kept: Path, who: str | None, mode: GenerationMode
) -> None:
    document = window.as_(ADMIN).get(f"{ROOT}/openapi.json").text
    browser, statuses = window.as_(who), Counter[int]()
    for sent, key in remembered(kept / f"requests.{mode.value}", lambda: requests(document, mode)):
        headers = sent["headers"] | {"x-csrf-token": browser.csrf} | ({"idempotency-key": key} if key else {})
        answer = browser.request(**sent | {"headers": headers})
        statuses[answer.status_code] += 1
        assert answer.status_code < 500, (sent, answer.text)
    assert set(statuses) >= SEEN[who], statuses
