"""The list of 待回拨 within a scope. It is short by nature, so plain conditions and an exact count serve it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from xktcc_app.domain.callbacks import OPEN, CallbackQuery, CallbackState
from xktcc_app.domain.data_scope import Scope
from xktcc_app.domain.paging import Page
from xktcc_app.domain.text_query import like, query_digits, query_text
from xktcc_app.models.callback import Callback, CallbackCall
from xktcc_app.repositories.organizations import branch_ids, served


class CallbackList:
    """Entries within ``scope``.

    Those of no organization (an unknown number that reached nobody) are in everybody's scope: else nobody would call back.
    For ``OWN`` the organization counts, as for elders: a caller whom nobody answered is no agent's own.
    """

    def __init__(self, session: Session, scope: Scope) -> None:
        self._session = session
        self._nothing = scope.nothing
        node = served(session, scope.node)
        self._orgs = None if node is None else branch_ids(session, node)

    def find(self, query: CallbackQuery, account: str, page: Page) -> tuple[list[Callback], int]:
        """A page and the total. Open ones: SOS first, then who has waited longest; done ones: newest first."""
        conditions = self._conditions(query, account)
        if self._nothing or conditions is None:
            return [], 0
        total = self._session.exec(select(func.count(col(Callback.id))).where(*conditions)).one()
        order = (
            (col(Callback.closed_at).desc(), col(Callback.id).desc())
            if query.state in {"", CallbackState.DONE.value}
            else (col(Callback.sos).desc(), col(Callback.first_at), col(Callback.id))
        )
        rows = select(Callback).where(*conditions).order_by(*order).offset(page.offset).limit(page.size)
        return list(self._session.exec(rows).all()), total

    def get(self, callback_id: int, *, locked: bool = False) -> Callback | None:
        """One entry within the scope; ``locked`` for a change."""
        query = select(Callback).where(Callback.id == callback_id, *self._in_scope())
        if self._nothing:
            return None
        return self._session.exec(query.with_for_update() if locked else query).first()

    def open_counts(self) -> tuple[int, int]:
        """How many wait, and how many of them somebody has taken."""
        if self._nothing:
            return 0, 0
        query = select(func.count(col(Callback.id)), func.count(col(Callback.taken_by))).where(
            col(Callback.closed_at).is_(None), *self._in_scope()
        )
        everything, taken = self._session.exec(query).one()
        return everything - taken, taken

    def calls_of(self, callback_id: int) -> list[CallbackCall]:
        """The calls of an entry, oldest first."""
        query = select(CallbackCall).where(CallbackCall.callback_id == callback_id)
        return list(self._session.exec(query.order_by(col(CallbackCall.at), col(CallbackCall.call_id))).all())

    def _in_scope(self) -> list[ColumnElement[bool]]:
        if self._orgs is None:
            return []
        return [or_(col(Callback.org_id).is_(None), col(Callback.org_id).in_(sorted(self._orgs)))]

    def _conditions(self, query: CallbackQuery, account: str) -> list[ColumnElement[bool]] | None:
        digits, name = query_digits(query.number), query_text(query.name)
        if digits is None:
            return None
        made = [*self._in_scope(), *_in_state(query.state)]
        if query.mine:
            made.append(col(Callback.taken_by) == account)
        if digits:
            made.append(col(Callback.number).like(like(digits), escape="\\"))
        if name:
            made.append(col(Callback.name_key).like(like(name), escape="\\"))
        if query.community is not None:
            made.append(col(Callback.org_id).in_(sorted(branch_ids(self._session, query.community))))
        if query.since is not None:
            made.append(col(Callback.last_at) >= query.since)
        if query.until is not None:
            made.append(col(Callback.last_at) < query.until)
        return made


def _in_state(state: str) -> list[ColumnElement[bool]]:
    unfinished, taken = col(Callback.closed_at).is_(None), col(Callback.taken_by).is_not(None)
    match state:
        case CallbackState.WAITING.value:
            return [unfinished, ~taken]
        case CallbackState.TAKEN.value:
            return [unfinished, taken]
        case CallbackState.DONE.value:
            return [~unfinished]
        case x if x == OPEN:
            return [unfinished]
    return []
