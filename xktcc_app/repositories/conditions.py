"""Collects the conditions of a list's query in both forms: tokens for the index, rows for walking."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import ColumnElement
from sqlmodel import Session

from xktcc_app.domain.paging import Page
from xktcc_app.domain.tokens import facet
from xktcc_app.repositories.finder import Ask
from xktcc_app.repositories.organizations import branch_ids
from xktcc_app.repositories.token_index import Wanted

_FEW_MEET = 2
_Told = tuple[str, ColumnElement[bool]]


@dataclass(slots=True)
class Conditions:
    """What is asked for so far.

    ``rare``: a name, a number or one of many people is looked for. No count foretells how often that is there, and walking
    on the chance would be in vain. ``ranged``: a range is asked for, which no rollup counts.
    """

    needed: list[_Told] = field(default_factory=list)
    usual: list[_Told] = field(default_factory=list)
    weight: int = 0
    groups: list[frozenset[str]] = field(default_factory=list)
    rows: list[ColumnElement[bool]] = field(default_factory=list)
    recheck: list[ColumnElement[bool]] = field(default_factory=list)
    walkable: bool = True
    rare: bool = False
    few: bool = False
    ranged: bool = False

    def one(self, token: str, row: ColumnElement[bool], *, weight: int = 0) -> None:
        """A coded field has this value. ``weight`` 0: one of a few values, 1: one of many."""
        (self.needed if weight else self.usual).append((token, row))
        self.rows.append(row)
        self.weight += weight

    def branch(self, session: Session, org_id: ColumnElement, node: int) -> None:
        """It belongs to an organization or below."""
        ids = sorted(branch_ids(session, node))
        # named one by one, so that no planner joins instead of walking
        self.one(facet("o", node), org_id.in_(ids), weight=1)
        self.weight -= len(ids) > 1

    def one_of(self, tokens: set[str], row: ColumnElement[bool]) -> None:
        """It has one of these values."""
        self.groups.append(frozenset(tokens))
        self.rows.append(row)

    def all_of(self, tokens: set[str], row: ColumnElement[bool], *, exact: bool, weight: int = 0) -> None:
        """Text is in it. Unless the tokens are ``exact`` each row is looked at again. ``weight``: when more than one a token."""
        self.needed += [(token, row) for token in tokens]
        self.rows.append(row)
        self.weight += max(weight, min(len(tokens), 2))
        if not exact:
            self.recheck.append(row)

    def between(self, tokens: set[str], row: ColumnElement[bool], *, selective: bool, exact: bool = False) -> None:
        """It lies in a range, of whose steps it has one.

        A range that most rows lie in is not ``selective``: it is left to looking at each row, because reading its long lists
        would take longer. ``exact``: the range begins and ends with steps, so their tokens prove it.
        """
        self.ranged = True
        if selective:
            self.groups.append(frozenset(tokens))
        self.rows.append(row)
        if not (selective and exact):
            self.recheck.append(row)

    def ask(self, page: Page, *, descending: bool, by: ColumnElement | None) -> Ask:
        """The whole, for the finder. Where two rare things meet, what many rows have is left to looking at those few."""
        left = self.usual if self.weight >= _FEW_MEET else []
        tokens = self.needed if left else [*self.needed, *self.usual]
        return Ask(
            rows=tuple(self.rows),
            wanted=Wanted(frozenset(token for token, _ in tokens), tuple(self.groups)),
            recheck=(*self.recheck, *(row for _, row in left)),
            walkable=self.walkable,
            offset=page.offset,
            size=page.size,
            descending=descending,
            rare=self.rare,
            few=self.few,
            by=by,
        )
