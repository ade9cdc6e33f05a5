"""What a list or a report is asked, read from the parameters of an address. What can't be is passed over, or told (``exactly_…``)."""

from __future__ import annotations

import unicodedata
from collections.abc import Container, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from telephony.types import CallOutcome, Direction, Side
from xktcc_app.domain.admin_queries import AuditQuery
from xktcc_app.domain.elders import ElderType
from xktcc_app.domain.list_queries import NOT_CANCELLED, CallQuery, ElderQuery, OrderQuery
from xktcc_app.domain.orders import OrderStatus, PaymentMethod, ServiceCategory

Params = Mapping[str, str]

LONGEST = 200
"""Signs of a text that are looked for."""
_MOST = 10**12
ORDER_STATUSES = frozenset({*OrderStatus, NOT_CANCELLED})
CALL_STATUSES = frozenset({*CallOutcome, "open"})
"""How a call may have ended; ``open``: it has not."""


def text_of(params: Params, name: str) -> str:
    """The text ``name``, trimmed."""
    return params.get(name, "").strip()[:LONGEST]


def code_of(params: Params, name: str, known: Container[str]) -> str:
    """The code ``name``; one that is not among the ``known`` ones is not said."""
    code = text_of(params, name)
    return code if code in known else ""


def _half_width(params: Params, name: str) -> str:
    return unicodedata.normalize("NFKC", text_of(params, name))


def whole_of(params: Params, name: str) -> int | None:
    """The whole number ``name``, not negative; full-width digits are digits."""
    text = _half_width(params, name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < len(str(_MOST)) else None


def exactly_whole_of(params: Params, name: str) -> int | None:
    """As ``whole_of``, where passing over what can't be would mislead: raises ``ValueError`` for what is no whole number."""
    found = whole_of(params, name)
    if found is None and text_of(params, name):
        raise ValueError(name)
    return found


def exactly_date_of(params: Params, name: str) -> date | None:
    """The day ``name`` (ISO), ``None`` without one; raises ``ValueError`` for what is no day."""
    text = text_of(params, name)
    return date.fromisoformat(text) if text else None


def fen_of(params: Params, name: str) -> int | None:
    """The amount ``name``, given in yuan with up to two decimals, in fen."""
    yuan, _, rest = _half_width(params, name).partition(".")
    if not (yuan + rest).isascii() or not (yuan + rest).isdigit() or len(yuan) > 9 or len(rest) > 2:
        return None
    return int(yuan or 0) * 100 + int(rest.ljust(2, "0"))


def day_of(params: Params, name: str, zone: tzinfo, *, after: bool = False) -> datetime | None:
    """The begin of the day ``name`` (ISO) in ``zone``, as UTC; ``after``: of the day behind it, for a period's end."""
    try:
        day = date.fromisoformat(text_of(params, name))
        return datetime.combine(day + timedelta(days=after), time(), zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def elder_query(params: Params) -> ElderQuery:
    """``name phone gender types`` (comma between) ``community care_level youngest oldest archived``."""
    known = set(ElderType)
    return ElderQuery(
        name=text_of(params, "name"),
        phone=text_of(params, "phone"),
        gender=text_of(params, "gender"),
        types=tuple(code for code in text_of(params, "types").split(",") if code in known),
        community=whole_of(params, "community"),
        care_level=text_of(params, "care_level"),
        youngest=_age(params, "youngest"),
        oldest=_age(params, "oldest"),
        archived=text_of(params, "archived") == "1",
    )


def order_query(params: Params, zone: tzinfo) -> OrderQuery:
    """``service category status payment elder elder_id provider community since until amount_from amount_to``."""
    return OrderQuery(
        service=text_of(params, "service"),
        category=code_of(params, "category", set(ServiceCategory)),
        status=code_of(params, "status", ORDER_STATUSES),
        payment=code_of(params, "payment", set(PaymentMethod)),
        elder=text_of(params, "elder"),
        elder_id=whole_of(params, "elder_id"),
        provider=whole_of(params, "provider"),
        community=whole_of(params, "community"),
        since=day_of(params, "since", zone),
        until=day_of(params, "until", zone, after=True),
        amount_from=fen_of(params, "amount_from"),
        amount_to=fen_of(params, "amount_to"),
    )


def call_query(params: Params, zone: tzinfo) -> CallQuery:
    """``name number community status valid direction agent cleared_by elder_id since until talk_from talk_to``."""
    return CallQuery(
        name=text_of(params, "name"),
        number=text_of(params, "number"),
        community=whole_of(params, "community"),
        status=code_of(params, "status", CALL_STATUSES),
        valid=code_of(params, "valid", {"0", "1"}),
        direction=code_of(params, "direction", set(Direction)),
        agent=text_of(params, "agent"),
        cleared_by=code_of(params, "cleared_by", set(Side)),
        elder_id=whole_of(params, "elder_id"),
        since=day_of(params, "since", zone),
        until=day_of(params, "until", zone, after=True),
        talk_from=whole_of(params, "talk_from"),
        talk_to=whole_of(params, "talk_to"),
    )


def audit_query(params: Params, zone: tzinfo) -> AuditQuery:
    """``since until account action target result`` (ok, failed)."""
    return AuditQuery(
        begin=day_of(params, "since", zone),
        end=day_of(params, "until", zone, after=True),
        account=text_of(params, "account"),
        action=text_of(params, "action"),
        target=text_of(params, "target"),
        result=text_of(params, "result"),
    )


def _age(params: Params, name: str) -> int | None:
    years = whole_of(params, name)
    return None if years is None else min(years, 150)
