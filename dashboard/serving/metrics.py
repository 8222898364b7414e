"""The figures of this process and of the database in Prometheus' text: no name, no address, nothing of whose."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from models.machine_figures import MachineFigures

TYPE = CONTENT_TYPE_LATEST
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
PROXIED = frozenset({"forwarded", "x-forwarded-for", "x-real-ip", "via"})
"""Headers by which a request says that somebody passed it on."""


class Metrics:
    """What is counted of one application; a registry of its own, so that several may stand in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "talent_requests", "Requests answered", ("method", "route", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "talent_request_seconds", "Seconds a request took", ("route",), registry=self.registry
        )

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that ended."""
        self._requests.labels(method if method in METHODS else "OTHER", route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self, found: MachineFigures | None, now: datetime) -> bytes:
        """Give all of it as text; None where the database cannot say."""
        return generate_latest(self.registry) + generate_latest(_of_the_database(found, now))


def _of_the_database(found: MachineFigures | None, now: datetime) -> CollectorRegistry:
    registry = CollectorRegistry()
    Gauge("talent_database_up", "Whether the database answered", registry=registry).set(found is not None)
    if found is None:
        return registry
    phases = Gauge("talent_city_phases", "City phases by state", ("year", "state"), registry=registry)
    letters = Gauge("talent_letters", "Letters by state", ("year", "state"), registry=registry)
    for gauge, counts in ((phases, found.phases), (letters, found.letters)):
        for (year, state), count in counts.items():
            gauge.labels(str(year), state).set(count)
    revisions = Gauge("talent_revision", "The year's revision", ("year",), registry=registry)
    for year, revision in found.revisions.items():
        revisions.labels(str(year)).set(revision)
    age = (now - found.oldest).total_seconds() if found.oldest else 0.0
    Gauge("talent_oldest_queued_letter_seconds", "Age of the oldest queued letter", registry=registry).set(age)
    last = Gauge("talent_sign_of_life_seconds", "Age of the last run", ("work",), registry=registry)
    silent = Gauge("talent_silent", "Whether it ought to have run again by now", ("work",), registry=registry)
    for sign in found.signs:
        last.labels(sign.work).set((now - sign.at).total_seconds())
        silent.labels(sign.work).set(now > sign.due)
    return registry


def near(peer: str | None, headers: Mapping[str, str]) -> bool:
    """Tell whether a request comes from this machine itself, and not through a proxy that stands on it."""
    try:
        return ip_address(peer or "").is_loopback and not any(name.lower() in PROXIED for name in headers)
    except ValueError:
        return False
