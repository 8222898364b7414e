"""Whatever a program of any role asks within the API's document or beside it, the answer is no defect."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
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
from tests.support.window import ADMIN, BASE, VIEWER, Window

EXAMPLES = 12
"""Of each operation, for each role and each way of asking."""

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


@pytest.mark.slow
@pytest.mark.parametrize("who", [None, VIEWER, ADMIN, "yancheng"])
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_no_request_of_any_role_is_answered_by_a_defect(window: Window, who: str | None, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_dict(window.as_(ADMIN).get(f"{ROOT}/openapi.json").json())
    browser, statuses = window.as_(who), Counter[int]()

    def ask(case: Any, known: dict[str, Any], key: str | None) -> None:  # noqa: ANN401 -- schemathesis' own
        case.path_parameters = {**(case.path_parameters or {}), **known}
        sent = case.as_transport_kwargs(base_url=BASE)
        headers = {name: value for name, value in sent.pop("headers").items() if name.lower() != "user-agent"}
        headers |= {"x-csrf-token": browser.csrf} | ({"idempotency-key": key} if key else {})
        sent.pop("cookies", None)
        files_, data = sent.pop("files", None), sent.pop("data", None)
        assert files_ is None
        answer = browser.request(**sent, content=data, headers=headers)
        statuses[answer.status_code] += 1
        assert answer.status_code < 500, (sent, answer.text)

    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        named = [part.name for part in operation.path_parameters]
        known = st.fixed_dictionaries({}, optional={name: st.sampled_from(KNOWN[name]) for name in named})
        asked = given(operation.as_strategy(generation_mode=mode), known, KEYS)(ask)
        with suppress(Unsatisfiable):  # nothing can be wrong with a request that brings nothing
            BOUNDED(asked)()
    assert set(statuses) >= SEEN[who], statuses
