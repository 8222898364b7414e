"""Django's part of the comparison: the same rows by its ORM, the same cells by its templates, on the same server.

Run by uv in an environment that has nothing but Django and uvicorn: `window_django.py DATABASE PORT PHASES`
(PHASES: a JSON list of slug, name and due day). It is spared what ours does beside: gates' words, the calendar, gzip.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

import django  # type: ignore[import-not-found]
import uvicorn
from django.conf import settings  # type: ignore[import-not-found]

DATABASE, PORT, PHASES = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])
TODAY = date(2022, 2, 7)
PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>2022 年度进度总览</title></head><body>
<p>{{ reader.shown }}</p><ul class="totals"><li>函件未送达 {{ failed }} 封</li>
<li>停用邮箱 {{ suppressed }} 个</li></ul>
<table class="matrix"><thead><tr><th>城市</th>{% for phase in phases %}<th>
<a href="/2022/{{ phase.slug }}">{{ phase.name }}</a><small>{{ phase.due }}</small></th>{% endfor %}</tr></thead><tbody>
{% for line in lines %}<tr><th scope="row"><a href="/2022/cities/{{ line.city.city }}">{{ line.city.name }}</a></th>
{% for cell in line.cells %}<td class="cell {{ cell.state }}"><a href="/2022/{{ cell.phase }}/{{ line.city.city }}">
<span class="shape" aria-hidden="true">{{ cell.shape }}</span><span class="word">{{ cell.word }}</span>
{% if cell.left %}<small>{{ cell.left }}</small>{% endif %}
{% for note in cell.notes %}<small class="note">{{ note }}</small>{% endfor %}</a></td>{% endfor %}</tr>{% endfor %}
</tbody></table></body></html>"""
WORDS = {
    "waiting": ("·", "未开放"), "open": ("○", "进行中"), "submitted": ("◐", "已报送"), "passed": ("✓", "已通过"),
    "returned": ("↩", "已退回"), "overdue": ("!", "已逾期"), "withdrawn": ("—", "已退出"),
}  # fmt: skip

LOADER = ("django.template.loaders.locmem.Loader", {"home.html": PAGE})

settings.configure(
    DEBUG=False,
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="of a benchmark",
    USE_TZ=True,
    TIME_ZONE="Asia/Shanghai",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": DATABASE, "CONN_MAX_AGE": None}},
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {"loaders": [("django.template.loaders.cached.Loader", [LOADER])]},  # compiled once
        }
    ],
    MIDDLEWARE=["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"],
    INSTALLED_APPS=[],
)
django.setup()

from django.db import models  # type: ignore[import-not-found]  # noqa: E402 -- after the settings
from django.http import HttpResponse  # type: ignore[import-not-found]  # noqa: E402
from django.template.loader import get_template  # type: ignore[import-not-found]  # noqa: E402
from django.urls import path  # type: ignore[import-not-found]  # noqa: E402


def table(name: str, /, **columns: models.Field) -> type[models.Model]:
    meta = type("Meta", (), {"app_label": "bench", "managed": False, "db_table": name})
    return type(name, (models.Model,), {"__module__": __name__, "Meta": meta, **columns})


def text(**options: object) -> models.Field:
    return models.TextField(null=True, **options)


Account = table("account", name=text(), shown=text(), role=text(), disabled_at=models.DateTimeField(null=True))
SignIn = table(
    "sign_in",
    digest=text(primary_key=True),
    account=models.ForeignKey(Account, models.CASCADE, db_column="account"),
    until=models.DateTimeField(),
)
City = table(
    "city_year", year=models.IntegerField(), city=text(primary_key=True), name=text(), position=models.IntegerField()
)
CityPhase = table(
    "city_phase",
    year=models.IntegerField(), phase=text(), city=text(), state=text(), attempt=models.IntegerField(),
    filed_at=models.DateTimeField(null=True), passed_at=models.DateTimeField(null=True),
)  # fmt: skip
Extension = table("extension", year=models.IntegerField(), phase=text(), city=text(), until=models.DateField())
Waiver = table(
    "waiver", year=models.IntegerField(), phase=text(), city=text(), attempt=models.IntegerField(), rule=text()
)
Letter = table("letter", year=models.IntegerField(), state=text())
Suppressed = table("suppressed", address=text(primary_key=True))
DUE = {phase["slug"]: date.fromisoformat(phase["due"]) for phase in PHASES}
LEFT: dict[date, int] = {}


def left(due: date) -> int:
    if due not in LEFT:
        days = (TODAY + timedelta(days=ahead) for ahead in range(1, (due - TODAY).days + 1))
        LEFT[due] = sum(day.weekday() < 5 for day in days)
    return LEFT[due]


def cell(row: models.Model, later: date | None, waived: bool) -> dict[str, object]:
    due = max(DUE[row.phase], later) if later else DUE[row.phase]
    state = "overdue" if row.state in {"open", "returned"} and due < TODAY else row.state
    shape, word = WORDS[state]
    notes = []
    if state == "passed" and row.filed_at:
        notes.append("准时" if row.filed_at.date() <= DUE[row.phase] else "延期内")
    if later and state in {"waiting", "open", "returned"}:
        notes.append("已延期")
    if row.attempt > 1:
        notes.append(f"第 {row.attempt} 轮")
    if waived:
        notes.append("有豁免")
    rest = f"剩 {left(due)} 个工作日" if state in {"open", "returned"} else ""
    rest = f"逾期 {(TODAY - due).days} 天" if state == "overdue" else rest
    return {"phase": row.phase, "state": state, "shape": shape, "word": word, "left": rest, "notes": notes}


def home(request: Any) -> HttpResponse:  # noqa: ANN401 -- mypy has no Django here
    now = datetime.fromisoformat("2022-02-07T09:00:00+08:00")
    cookie = sha256(request.COOKIES["talent"].encode()).hexdigest()
    session = SignIn.objects.select_related("account").get(digest=cookie, until__gt=now)
    if session.account.disabled_at is not None:
        return HttpResponse(status=403)
    later: dict[tuple[str, str], date] = {}
    for row in Extension.objects.filter(year=2022):
        later[row.phase, row.city] = max(row.until, later.get((row.phase, row.city), row.until))
    waived = {(row.phase, row.city, row.attempt) for row in Waiver.objects.filter(year=2022)}
    cells = defaultdict(list)
    for row in CityPhase.objects.filter(year=2022).order_by("id"):
        key = (row.phase, row.city)
        cells[row.city].append(cell(row, later.get(key), (*key, row.attempt) in waived))
    lines = [{"city": city, "cells": cells[city.city]} for city in City.objects.filter(year=2022).order_by("position")]
    facts = {
        "reader": session.account,
        "phases": PHASES,
        "lines": lines,
        "failed": Letter.objects.filter(year=2022, state="failed").count(),
        "suppressed": Suppressed.objects.count(),
    }
    return HttpResponse(get_template("home.html").render(facts))


urlpatterns = [path("2022", home)]

if __name__ == "__main__":
    from django.core.asgi import get_asgi_application  # type: ignore[import-not-found]

    uvicorn.run(
        get_asgi_application(), host="127.0.0.1", port=PORT, log_level="warning", access_log=False, lifespan="off"
    )
