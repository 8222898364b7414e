"""Every table there is, for whoever compares or makes them all: importing this module declares them."""

from models import accounts, amended, asked, audit, drafts, feeds, pool, season, told

__all__ = ["accounts", "amended", "asked", "audit", "drafts", "feeds", "pool", "season", "told"]
