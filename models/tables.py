"""Every table there is, for whoever compares or makes them all: importing this module declares them."""

from models import accounts, asked, audit, drafts, feeds, season, told

__all__ = ["accounts", "asked", "audit", "drafts", "feeds", "season", "told"]
