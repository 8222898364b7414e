"""Every table there is, for whoever compares or makes them all: importing this module declares them."""

from models.tables import (
    accounts,
    audit,
    city_drafts,
    contact_receipts,
    extension_requests,
    feeds,
    pool,
    revised_calendars,
    season,
    signs_of_life,
)

__all__ = [
    "accounts",
    "audit",
    "city_drafts",
    "contact_receipts",
    "extension_requests",
    "feeds",
    "pool",
    "revised_calendars",
    "season",
    "signs_of_life",
]
