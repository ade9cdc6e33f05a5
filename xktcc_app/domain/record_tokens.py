"""The tokens of whole records, from plain values: one maker for what is written now and for what is rebuilt."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from xktcc_app.domain.elders import types_of
from xktcc_app.domain.orders import MAX_FEN
from xktcc_app.domain.tokens import facet, name_tokens, number_tokens, pinyin_tokens

ALL = "all:"
"""Every elder has it."""
_FEN = (0, 1_000, 3_000, 5_000, 10_000, 20_000, 50_000, 100_000, 500_000)
_SECONDS = (0, 5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600)
LONGEST_TALK_S = 10**7
_MANY_FEN, _FEW_FEN = 5_000, 1_500
_LONG_S, _SHORT_S = 180, 30
"""Less than half of all orders, and of all calls, lie above the first or below the second of these."""


@dataclass(frozen=True, slots=True)
class Steps:
    """The tokens of a range. ``selective``: only some of all lie in it; ``exact``: whatever has one of the tokens lies in it."""

    tokens: set[str]
    selective: bool
    exact: bool


def node_tokens(nodes: Iterable[int]) -> set[str]:
    """Of the organization and all above it."""
    return {f"o:{node}" for node in nodes}


def elder_facets(gender: str, type_bits: int, care_level: str, born: date | None) -> set[str]:
    """Of an elder's coded fields; these and the nodes' are counted."""
    found = {facet("t", kind.value) for kind in types_of(type_bits)} | {facet("g", gender), facet("c", care_level), ALL}
    if born is not None:
        found.add(f"y:{born.year}")
    return found


def elder_words(name_key: str, numbers: str) -> set[str]:
    """Of an elder's name and numbers (with blanks between)."""
    return name_tokens(name_key) | pinyin_tokens(name_key) | number_tokens(numbers.split())


def order_facets(item_id: int, status: str, payment: str, provider_id: int | None, amount: int) -> set[str]:
    """Of an order's coded fields."""
    return {
        f"si:{item_id}",
        facet("s", status),
        facet("pay", payment),
        f"prov:{provider_id}",
        f"am:{bisect_right(_FEN, amount)}",
    }


def amount_tokens(low: int | None, high: int | None) -> set[str]:
    """Of which an order whose amount lies between has one."""
    first, last = bisect_right(_FEN, low or 0), bisect_right(_FEN, MAX_FEN if high is None else high)
    return {f"am:{step}" for step in range(first, last + 1)} or {"am:none"}


def amount_steps(low: int | None, high: int | None) -> Steps:
    """Of amounts from ``low`` to ``high`` fen, both included; ``None``: open."""
    selective = (low or 0) >= _MANY_FEN or (high is not None and high <= _FEW_FEN)
    return Steps(amount_tokens(low, high), selective, exact=high is None and low in _FEN)


def call_facets(
    direction: str, status: str, agent: str | None, cleared_by: str | None, talk_s: float | None
) -> set[str]:
    """Of a call's coded fields, but for its validity."""
    return {
        facet("dir", direction),
        facet("st", status),
        facet("a", agent or ""),
        facet("by", cleared_by or ""),
        f"tk:{bisect_right(_SECONDS, talk_s or 0)}",
    }


def validity_token(*, valid: bool) -> str:
    """Of a call's validity."""
    return f"v:{int(valid)}"


def talk_tokens(low: int | None, high: int | None) -> set[str]:
    """Of which a call whose talk lies between has one; calls without talk count as 0 s here."""
    first, last = bisect_right(_SECONDS, low or 0), bisect_right(_SECONDS, LONGEST_TALK_S if high is None else high)
    return {f"tk:{step}" for step in range(first, last + 1)} or {"tk:none"}


def talk_steps(low: int | None, high: int | None) -> Steps:
    """Of talk from ``low`` to ``high`` seconds, both included; ``None``: open."""
    selective = (low or 0) >= _LONG_S or (high is not None and high <= _SHORT_S)
    # a call without talk has the first token, and lies in no range
    return Steps(talk_tokens(low, high), selective, exact=high is None and bool(low) and low in _SECONDS)
