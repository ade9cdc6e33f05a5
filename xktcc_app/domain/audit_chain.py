"""What makes the audit log tamper-evident: each deed's code covers it and the code before it, under a key kept elsewhere."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

FIELDS = ("key", "at", "action", "account", "account_id", "target", "outcome", "address", "detail")
"""Columns that a code covers; the log's own ``id`` is the database's affair."""


@dataclass(frozen=True, slots=True)
class Link:
    """The end of a chain: how many deeds, and the code of the last. An empty one has 0 and ""."""

    seq: int = 0
    mac: str = ""


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain does not hold: the deed's number, and why (``changed``, ``missing``, ``unchained``, ``end``, ``anchor``)."""

    seq: int
    why: str


class AuditSeal:
    """Makes and checks codes. ``key`` is kept outside of the database: who can write there only can't make them."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def next(self, link: Link, row: Mapping[str, Any]) -> Link:
        """The chain's end after ``row``."""
        told = [_plain(row[name]) for name in FIELDS]
        text = json.dumps([link.seq + 1, link.mac, *told], ensure_ascii=False, separators=(",", ":"))
        return Link(link.seq + 1, hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest())

    def first_break(self, rows: Iterable[Mapping[str, Any]], link: Link) -> tuple[Link, Break | None]:
        """Walk on from ``link`` over ``rows`` in their order; where it ends, and the first row that does not fit."""
        for row in rows:
            if row["seq"] != link.seq + 1:
                return link, Break(link.seq + 1, "missing")
            link_then = self.next(link, row)
            if not hmac.compare_digest(link_then.mac, row["mac"] or ""):
                return link, Break(link.seq + 1, "changed")
            link = link_then
        return link, None


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value
