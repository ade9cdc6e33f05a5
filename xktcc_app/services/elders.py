"""Elders: lists, whole records, changes with history. Every call checks permission and scope; what it gives out is masked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, tzinfo

from sqlmodel import Session, col, select

from xktcc_app.domain.audit import AuditAction
from xktcc_app.domain.data_scope import scope_of
from xktcc_app.domain.elder_form import Contact, ElderDraft, ElderForm, checked
from xktcc_app.domain.id_card import mask_id_card
from xktcc_app.domain.list_queries import NEWEST_ELDERS, ElderQuery
from xktcc_app.domain.paging import Page, Rows, Sort
from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.models.elder import Elder
from xktcc_app.repositories import elder_records
from xktcc_app.repositories.elder_list import ElderList
from xktcc_app.repositories.elder_records import Deed
from xktcc_app.repositories.organizations import branch_ids, served
from xktcc_app.services.audit import AuditService
from xktcc_app.services.clock import Now, utc_now
from xktcc_app.services.database import Database
from xktcc_app.services.elder_views import (
    SENSITIVE,
    ElderDetail,
    ElderHistoryEntry,
    ElderRow,
    detail_of,
    history_entry,
    kept,
    row_of,
)
from xktcc_app.services.errors import (
    BadValueError,
    ChangedMeanwhileError,
    DuplicateFoundError,
    FieldErrors,
    NotFoundError,
)
from xktcc_app.services.guards import require


class ElderService:
    """All methods raise ``PermissionDeniedError``; those for one record ``NotFoundError`` when it is not there or not in scope."""

    def __init__(self, database: Database, audit: AuditService, zone: tzinfo, now: Now = utc_now) -> None:
        self._database = database
        self._audit = audit
        self._zone = zone
        self._now = now

    def today(self) -> date:
        """The day by which ages count."""
        return self._now().astimezone(self._zone).date()

    async def search(
        self,
        principal: Principal,
        query: ElderQuery,
        sort: Sort = NEWEST_ELDERS,
        page: Page = Page(),  # noqa: B008 -- frozen
    ) -> Rows[ElderRow]:
        """A page of the list, masked, with its total."""
        require(principal, Permission.ELDERS_VIEW)
        scope, today = scope_of(principal), self.today()

        def work(session: Session) -> Rows[ElderRow]:
            found = ElderList(session, scope, today).find(query, sort, page)
            elders = {row.id: row for row in session.exec(select(Elder).where(col(Elder.id).in_(found.keys))).all()}
            rows = tuple(row_of(elders[key], today) for key in found.keys if key in elders)
            return Rows(rows, found.total, found.capped, page)

        return await self._database.read(work)

    async def detail(self, principal: Principal, elder_id: int) -> ElderDetail:
        """A whole record, masked."""
        require(principal, Permission.ELDERS_VIEW)

        def work(session: Session) -> ElderDetail:
            elder = self._one(session, principal, elder_id)
            return detail_of(elder, elder_records.draft_of(session, elder), self.today())

        return await self._database.read(work)

    async def history(self, principal: Principal, elder_id: int) -> list[ElderHistoryEntry]:
        """Every change of a record, the newest first, masked."""
        require(principal, Permission.ELDERS_VIEW)

        def work(session: Session) -> list[ElderHistoryEntry]:
            self._one(session, principal, elder_id)
            return [history_entry(change) for change in elder_records.history_of(session, elder_id)]

        return await self._database.read(work)

    async def unmask(self, principal: Principal, elder_id: int, field: str) -> tuple[str, ...]:
        """A masked field in clear; audited before it is given out. ``contacts``: their numbers in order."""
        require(principal, Permission.RECORDS_UNMASK)
        if field not in SENSITIVE:
            raise BadValueError("field")

        def work(session: Session) -> tuple[str, ...]:
            draft = elder_records.draft_of(session, self._one(session, principal, elder_id))
            if field == "contacts":
                return tuple(one.phone for one in draft.contacts)
            return draft.phones if field == "phones" else (getattr(draft, field),)

        value = await self._database.read(work)
        self._audit.record(AuditAction.UNMASKED, principal, target=f"elder:{elder_id}", field=field)
        return value

    async def create(self, principal: Principal, form: ElderForm, *, accept_duplicates: bool = False) -> int:
        """Store a new record; returns its id. Raises ``FieldErrors``, ``DuplicateFoundError``."""
        require(principal, Permission.ELDERS_EDIT)

        def work(session: Session) -> int:
            draft = self._draft(session, principal, form, None)
            self._unique(session, draft, None, accept=accept_duplicates)
            return elder_records.add_elders(session, [draft], self._deed(principal, "create"))[0]

        elder_id = await self._database.write(work)
        self._audit.record(AuditAction.ELDER_CREATED, principal, target=f"elder:{elder_id}")
        return elder_id

    async def update(
        self, principal: Principal, elder_id: int, version: int, form: ElderForm, *, accept_duplicates: bool = False
    ) -> int:
        """Change a record that was read with ``version``; returns its version now. Masked numbers left as shown stay as they are.

        Raises ``FieldErrors``, ``DuplicateFoundError``, and ``ChangedMeanwhileError`` when somebody else was quicker.
        """
        require(principal, Permission.ELDERS_EDIT)

        def work(session: Session) -> tuple[int, list[str]]:
            elder = self._current(session, principal, elder_id, version)
            present = elder_records.draft_of(session, elder)
            draft = self._draft(session, principal, _unmasked(form, present), elder_id)
            if set(draft.phones) - set(present.phones) or draft.id_card != present.id_card:
                self._unique(session, draft, elder_id, accept=accept_duplicates)
            changes = elder_records.change_elder(session, elder, draft, self._deed(principal, "update"))
            return elder.version, sorted(changes)

        now, fields = await self._database.write(work)
        if fields:
            self._audit.record(
                AuditAction.ELDER_UPDATED, principal, target=f"elder:{elder_id}", fields=",".join(fields)
            )
        return now

    async def archive(self, principal: Principal, elder_id: int, version: int, *, archived: bool = True) -> None:
        """Take a record out of the lists, or back (``archived`` False). Raises ``ChangedMeanwhileError``."""
        require(principal, Permission.ELDERS_EDIT)
        action = "archive" if archived else "restore"

        def work(session: Session) -> None:
            elder = self._current(session, principal, elder_id, version)
            elder_records.archive_elder(session, elder, self._deed(principal, action), archived=archived)

        await self._database.write(work)
        self._audit.record(AuditAction.ELDER_ARCHIVED, principal, target=f"elder:{elder_id}", deed=action)

    def _one(self, session: Session, principal: Principal, elder_id: int) -> Elder:
        elder = ElderList(session, scope_of(principal), self.today()).get(elder_id)
        if elder is None:
            raise NotFoundError("no such elder in scope")
        return elder

    def _current(self, session: Session, principal: Principal, elder_id: int, version: int) -> Elder:
        elder = self._one(session, principal, elder_id)
        session.refresh(elder, with_for_update=True)
        if elder.version != version:
            raise ChangedMeanwhileError(elder.version)
        return elder

    def _draft(self, session: Session, principal: Principal, form: ElderForm, elder_id: int | None) -> ElderDraft:
        draft, faults = checked(form, self.today())
        number = draft.fields["number"]
        if number and elder_records.number_taken(session, number, elder_id):
            faults.setdefault("number", "taken")
        node = scope_of(principal).node
        if node is not None and draft.org_id not in branch_ids(session, served(session, node) or 0):
            faults.setdefault("org_id", "out_of_scope")
        if faults:
            raise FieldErrors(faults)
        return draft

    @staticmethod
    def _unique(session: Session, draft: ElderDraft, elder_id: int | None, *, accept: bool) -> None:
        same = [] if accept else elder_records.same_person(session, draft, elder_id)
        if same:
            raise DuplicateFoundError(same)

    def _deed(self, principal: Principal, action: str) -> Deed:
        return Deed(principal.account, self._now(), action)


def _unmasked(form: ElderForm, present: ElderDraft) -> ElderForm:
    contacts = kept([one.phone for one in form.contacts], [one.phone for one in present.contacts])
    return replace(
        form,
        id_card=present.id_card if form.id_card == mask_id_card(present.id_card) else form.id_card,
        phones=kept(form.phones, present.phones),
        sos_number=kept([form.sos_number], [present.sos_number])[0],
        contacts=[Contact(one.name, one.relation, phone) for one, phone in zip(form.contacts, contacts, strict=True)],
    )
