"""The arithmetic of the year's report on orders: whole numbers only, money in fen. Cancelled orders are left out before it begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from xktcc_app.domain.months import MONTHS, QUARTERS, month_number, month_of


@dataclass(frozen=True, slots=True)
class Total:
    """A number of orders and what they come to, in fen."""

    n: int = 0
    amount: int = 0

    def __add__(self, other: Total) -> Total:
        return Total(self.n + other.n, self.amount + other.amount)

    def __sub__(self, other: Total) -> Total:
        return Total(self.n - other.n, self.amount - other.amount)


NONE = Total()
FIRST_YEAR, LAST_YEAR = 2000, 2999
"""Between these a year can be asked for."""
Months = Mapping[int, Total]
"""Totals by ``domain.months`` number; a month without orders may be missing."""


def whole(parts: tuple[Total, ...]) -> Total:
    """All parts together."""
    return sum(parts, NONE)


def months_of(months: Months, year: int) -> tuple[Total, ...]:
    """The twelve months of ``year``; one without orders is 0, not missing."""
    first = month_number(year, 1)
    return tuple(months.get(first + at, NONE) for at in range(MONTHS))


def quarters_of(months: Months, year: int) -> tuple[Total, ...]:
    """The four quarters of ``year``."""
    each = months_of(months, year)
    length = MONTHS // QUARTERS
    return tuple(whole(each[at * length : (at + 1) * length]) for at in range(QUARTERS))


def years_of(months: Months, this_year: int) -> tuple[int, ...]:
    """Every year from the first with orders to the last, this year always among them; the newest first."""
    found = {month // MONTHS for month, total in months.items() if total != NONE} | {this_year}
    return tuple(range(max(found), min(found) - 1, -1))


def change_permille(now: int, before: int) -> int | None:
    """By how much ``now`` lies above ``before`` (same sign as the change), in thousandths, halves away from zero; ``None`` from 0."""
    if before <= 0:
        return None
    twice = 2 * 1000 * (now - before)
    size = (abs(twice) + before) // (2 * before)
    return size if twice >= 0 else -size


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the calendar has come: months and quarters up to here are whole, one is under way, later ones have not begun."""

    month: int

    @classmethod
    def on(cls, today: date) -> Standing:
        """As of a local day."""
        return cls(month_of(today))

    def month_under_way(self, year: int) -> int | None:
        """Which month of ``year`` (from 0) is not over yet; ``None``: none of it."""
        return self.month % MONTHS if self.month // MONTHS == year else None

    def quarter_under_way(self, year: int) -> int | None:
        """Which quarter of ``year`` (from 0) is not over yet."""
        at = self.month_under_way(year)
        return None if at is None else at // (MONTHS // QUARTERS)

    def whole_months(self, year: int) -> int:
        """How many months of ``year`` are over."""
        return max(0, min(MONTHS, self.month - month_number(year, 1)))


def year_changes(months: Months, year: int, standing: Standing) -> tuple[int | None, int | None]:
    """The changes of number and amount on the year before in thousandths, over those months of ``year`` that are over.

    ``None``: can't be said, because no month is over or there was nothing the year before.
    """
    over = standing.whole_months(year)
    if not over:
        return None, None
    now = whole(months_of(months, year)[:over])
    before = whole(months_of(months, year - 1)[:over])
    return change_permille(now.n, before.n), change_permille(now.amount, before.amount)


def month_changes(now: tuple[int, ...], before: tuple[int, ...], over: int) -> tuple[int | None, ...]:
    """The change of each month on the same one of the year before, in thousandths; months that are not over have none."""
    pairs = zip(now, before, strict=True)
    return tuple(change_permille(*pair) if at < over else None for at, pair in enumerate(pairs))


class Blank(StrEnum):
    """Why a report has nothing to draw."""

    NOTHING = "nothing"
    """There is no order in any year."""
    FUTURE = "future"
    """The year has not begun."""
    YEAR = "year"
    """Only this year has no order."""


def blank_of(months: Months, year: int, this_year: int) -> Blank | None:
    """Why the report on ``year`` has nothing to draw; ``None``: it has."""
    if whole(months_of(months, year)) != NONE:
        return None
    if all(total == NONE for total in months.values()):
        return Blank.NOTHING
    return Blank.FUTURE if year > this_year else Blank.YEAR


def ten_thousand_yuan(fen: int) -> str:
    """An amount in 万元 with one decimal, halves up: 4_721_000_00 → "472.1"."""
    tenths = (abs(fen) + 50_000) // 100_000
    sign = "-" if fen < 0 and tenths else ""
    return f"{sign}{tenths // 10:,}.{tenths % 10}"


def yuan(fen: int) -> str:
    """An amount in 元 with its fen: 123456 → "1,234.56"."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"
