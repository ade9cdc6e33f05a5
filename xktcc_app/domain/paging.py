"""Pages of a list, and what it may be sorted by."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

CAP = 10_000
"""Where counting stops when text is looked for: "10,000+"."""
SIZES = (20, 50, 100)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list; ``number`` from 1."""

    number: int = 1
    size: int = SIZES[0]

    @property
    def offset(self) -> int:
        """How many rows lie before it."""
        return (self.number - 1) * self.size


def page_of(number: object, size: object) -> Page:
    """A page from what an address may hold; what can't be becomes the first page, or the usual size."""
    chosen = _whole(size)
    return Page(min(max(_whole(number), 1), 10_000_000), chosen if chosen in SIZES else SIZES[0])


def _whole(value: object) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0


@dataclass(frozen=True, slots=True)
class Sort:
    """By what, and which way."""

    key: str
    descending: bool = True


def sort_of(text: str, allowed: Collection[str], usual: Sort) -> Sort:
    """``name`` or ``-name`` (descending) from an address; what is not allowed becomes ``usual``."""
    key = text.removeprefix("-")
    return Sort(key, text.startswith("-")) if key in allowed else usual


@dataclass(frozen=True, slots=True)
class Rows(Generic[T]):
    """A page's rows. ``total`` is exact, or ``CAP`` with ``capped``: there are more."""

    rows: tuple[T, ...]
    total: int
    capped: bool
    page: Page

    @property
    def pages(self) -> int:
        """How many pages can be turned to."""
        return max(-(-self.total // self.page.size), 1)
