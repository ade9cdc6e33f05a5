"""The state of a list page: what its address asks, and what was found. The address is the only place where a query stands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import reflex as rx

from xktcc_app.bootstrap import Services
from xktcc_app.domain.list_params import Params
from xktcc_app.domain.paging import Page, Rows, Sort, page_of, sort_of
from xktcc_app.domain.principal import Principal
from xktcc_app.live.live import running
from xktcc_app.state.acting import ask

Line = dict[str, Any]
"""A row as the browser gets it: texts, codes, numbers. Nothing in it that may not be seen."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A query: the address's parameters as they are, and the page and order that came out of them."""

    params: Params
    sort: Sort
    page: Page


@dataclass(frozen=True, slots=True)
class Source:
    """Where a list's rows come from. ``find`` asks a service, ``line`` makes a row what the browser shows.

    ``sorts`` are the allowed keys of ``order``, ``usual`` the order without one.
    """

    find: Callable[[Services, Principal, Asked], Awaitable[Rows[Any]]]
    line: Callable[[Services, Any], Line]
    sorts: frozenset[str]
    usual: Sort

    def asked(self, params: Mapping[str, str]) -> Asked:
        """What an address asks; what makes no sense in it counts as not said."""
        page = page_of(params.get("page", ""), params.get("size", ""))
        return Asked(params, sort_of(params.get("order", ""), self.sorts, self.usual), page)


async def found_by(source: Source, services: Services, who: Principal, asked: Asked) -> tuple[Rows[Any], list[Line]]:
    """The asked page and its lines; the last page when the asked one lies behind it."""
    rows = await source.find(services, who, asked)
    if not rows.rows and rows.total and asked.page.number > rows.pages:
        last = Page(rows.pages, asked.page.size)
        rows = await source.find(services, who, replace(asked, page=last))
    return rows, [source.line(services, row) for row in rows.rows]


class ListQuery(rx.State, mixin=True):
    """Mixed into a page's state, which defines ``_source``. ``load`` belongs into the page's ``on_load``.

    ``loaded``: something was found before, so old rows stand while new ones are fetched (``busy``). ``failure`` is a code
    for ``error.<code>``. ``answered``: the query of the address that is shown; while the address says another, the page waits.
    ``page_no`` of ``page_count`` pages; ``capped``: there are more than ``total``.
    """

    rows: list[dict[str, Any]] = []
    total: int = 0
    capped: bool = False
    page_no: int = 1
    page_count: int = 1
    page_size: int = 20
    order: str = ""
    answered: str = ""
    busy: bool = True
    loaded: bool = False
    failure: str = ""
    _latest: int = 0

    @classmethod
    def _source(cls) -> Source:
        raise NotImplementedError

    @rx.event(background=True)
    async def load(self) -> None:
        """Fetch what the address asks now. An answer that a later question has overtaken is dropped."""
        source = self._source()
        async with self:
            self._latest += 1
            mine, sid = self._latest, self.router.session.session_id
            address = self.router.url.query
            asked = source.asked(dict(self.router.url.query_parameters))
            self.busy, self.failure = True, ""
        code, answer = "unknown", None
        try:
            code, answer = await ask(sid, lambda services, who: found_by(source, services, who, asked))
        finally:
            if running().connection(sid) is not None:
                async with self:
                    if mine == self._latest:
                        self.answered = address
                        self._show(code, asked, answer)

    def _show(self, code: str, asked: Asked, answer: tuple[Rows[Any], list[Line]] | None) -> None:
        self.busy, self.failure = False, code
        self.order = f"-{asked.sort.key}" if asked.sort.descending else asked.sort.key
        if answer is None:
            return
        found, self.rows = answer
        self.total, self.capped, self.page_count = found.total, found.capped, found.pages
        self.page_no, self.page_size, self.loaded = found.page.number, found.page.size, True
