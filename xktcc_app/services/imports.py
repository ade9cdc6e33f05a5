"""Elders from a CSV or XLSX file: first a dry run that tells each bad row and why, then the import, in small transactions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, tzinfo
from itertools import islice
from pathlib import Path

from sqlmodel import Session, col, select

from xktcc_app.domain.audit import AuditAction
from xktcc_app.domain.data_scope import scope_of
from xktcc_app.domain.elder_form import CODES, TEXTS, Contact, ElderDraft, ElderForm, checked
from xktcc_app.domain.elders import ElderType, PhoneKind
from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.models.elder import Elder, ElderPhone
from xktcc_app.models.organization import Organization
from xktcc_app.repositories.elder_records import Deed, add_elders
from xktcc_app.repositories.organizations import branch_ids, served
from xktcc_app.services.audit import AuditService
from xktcc_app.services.clock import Now, utc_now
from xktcc_app.services.database import Database
from xktcc_app.services.errors import BadFileError
from xktcc_app.services.exports import Wording
from xktcc_app.services.guards import require
from xktcc_app.services.tables import read_table

BATCH = 100
"""Rows in a transaction: others write between two."""
MAX_TOLD = 1000
FIELDS = (*TEXTS, *CODES, "birth_date", "id_card", "phones", "sos_number", "types", "contact_name", "contact_phone")
_SEPARATORS = str.maketrans("，、；;/", ",,,,,")
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that can't be imported. ``row`` as the spreadsheet counts (the head is 1); ``faults``: field → code."""

    row: int
    faults: Mapping[str, str]


@dataclass(slots=True)
class ImportReport:
    """What a file holds. Of the bad rows the first 1,000 are told one by one."""

    rows: int = 0
    good: int = 0
    bad: int = 0
    told: list[BadRow] = field(default_factory=list)

    def refuse(self, row: int, faults: Mapping[str, str]) -> None:
        """Count a bad row."""
        self.bad += 1
        if len(self.told) < MAX_TOLD:
            self.told.append(BadRow(row, dict(faults)))


class ImportService:
    """Raises ``PermissionDeniedError``, and ``BadFileError`` for a file that is no table, has formulas, unknown heads or too much."""

    def __init__(self, database: Database, audit: AuditService, zone: tzinfo, now: Now = utc_now) -> None:
        self._database = database
        self._audit = audit
        self._zone = zone
        self._now = now
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="import")

    async def dry_run(self, principal: Principal, path: Path, wording: Wording, progress: Progress) -> ImportReport:
        """Look at every row; store nothing."""
        require(principal, Permission.ELDERS_IMPORT)
        return await self._in_thread(lambda: self._run(principal, path, wording, (progress, False)))

    async def run(self, principal: Principal, path: Path, wording: Wording, progress: Progress) -> ImportReport:
        """Store the good rows; the bad ones are told and left out. What is stored stays when it is broken off."""
        require(principal, Permission.ELDERS_IMPORT)
        report = await self._in_thread(lambda: self._run(principal, path, wording, (progress, True)))
        self._audit.record(AuditAction.ELDERS_IMPORTED, principal, stored=str(report.good), refused=str(report.bad))
        return report

    def close(self) -> None:
        """Wait for what runs."""
        self._thread.shutdown()

    async def _in_thread(self, work: Callable[[], ImportReport]) -> ImportReport:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _run(self, principal: Principal, path: Path, wording: Wording, how: tuple[Progress, bool]) -> ImportReport:
        progress, store = how
        report = ImportReport()
        rows = read_table(path)
        fields = _heads(next(rows, []), wording)
        today = self._now().astimezone(self._zone).date()
        places = self._database.reading(lambda session: _Places(session, principal))
        seen: set[str] = set()
        numbered = ((at, row) for at, row in enumerate(rows, 2) if any(cell.strip() for cell in row))
        while batch := list(islice(numbered, BATCH)):
            drafts = list(_drafts(batch, fields, (wording, today), places, report))
            known = self._database.reading(lambda session, drafts=drafts: _known(session, [one for _, one in drafts]))
            good = [draft for at, draft in drafts if _is_new(at, draft, (seen, known), report)]
            if store and good:
                deed = Deed(principal.account, self._now(), "import")
                self._database.writing(lambda session, good=good, deed=deed: add_elders(session, good, deed))
            report.good += len(good)
            report.rows += len(batch)
            progress(report.rows)
        return report


class _Places:
    """Which organization a community is, and which of them the account may write to."""

    def __init__(self, session: Session, principal: Principal) -> None:
        nodes = {node.id: node for node in session.exec(select(Organization)).all()}
        node = scope_of(principal).node
        self._allowed = None if node is None else branch_ids(session, served(session, node) or 0)
        self._by_name: dict[str, set[int]] = {}
        for key, place in nodes.items():
            parent = nodes.get(place.parent_id)
            for name in (place.name, f"{parent.name if parent else ''}/{place.name}"):
                self._by_name.setdefault(name, set()).add(key or 0)

    def find(self, street: str, community: str) -> tuple[int | None, str | None]:
        """The organization and what is wrong with it."""
        if not community:
            return None, None if self._allowed is None else "required"
        found = self._by_name.get(f"{street}/{community}") or self._by_name.get(community, set())
        if len(found) != 1:
            return None, "not_found" if not found else "ambiguous"
        org_id = next(iter(found))
        return org_id, None if self._allowed is None or org_id in self._allowed else "out_of_scope"


def _heads(head: Sequence[str], wording: Wording) -> list[str]:
    names = {wording.heads.get(name, name): name for name in FIELDS} | {name: name for name in FIELDS}
    fields = [names.get(cell.strip(), "") for cell in head]
    if "name" not in fields:
        raise BadFileError("no_name_column")
    if len(set(filter(None, fields))) < len(list(filter(None, fields))):
        raise BadFileError("repeated_column")
    return fields


def _drafts(
    batch: Sequence[tuple[int, Sequence[str]]],
    fields: Sequence[str],
    reading: tuple[Wording, date],
    places: _Places,
    report: ImportReport,
) -> Iterator[tuple[int, ElderDraft]]:
    wording, today = reading
    for at, row in batch:
        values = {name: cell.strip() for name, cell in zip(fields, row, strict=False) if name}
        org_id, misplaced = places.find(values.get("street", ""), values.get("community", ""))
        draft, faults = checked(_form(values, wording, org_id), today)
        if misplaced:
            faults.setdefault("community", misplaced)
        if faults:
            report.refuse(at, faults)
            continue
        yield at, draft


def _form(values: Mapping[str, str], wording: Wording, org_id: int | None) -> ElderForm:
    codes = {name: {word: code for code, word in wording.codes.get(name, {}).items()} for name in (*CODES, "types")}
    texts = {name: codes.get(name, {}).get(values.get(name, ""), values.get(name, "")) for name in (*TEXTS, *CODES)}
    contact = Contact(values.get("contact_name", ""), "", values.get("contact_phone", ""))
    types = [codes["types"].get(one.strip(), one.strip()) for one in _several(values.get("types", ""))]
    return ElderForm(
        texts=texts,
        birth_date=values.get("birth_date", ""),
        id_card=values.get("id_card", ""),
        phones=_several(values.get("phones", "")),
        sos_number=values.get("sos_number", ""),
        types=types or [ElderType.ORDINARY.value],
        contacts=[contact] if contact.name or contact.phone else [],
        org_id=org_id,
    )


def _several(text: str) -> list[str]:
    return [part for part in text.translate(_SEPARATORS).split(",") if part.strip()]


def _keys(draft: ElderDraft) -> dict[str, str]:
    """Field → what nobody else may have."""
    own = {"number": draft.fields["number"], "id_card": draft.id_card}
    own |= {"phones": draft.phones[0]} if draft.phones else {}
    return {name: f"{name}:{value}" for name, value in own.items() if value}


def _known(session: Session, drafts: Sequence[ElderDraft]) -> set[str]:
    """Which of the drafts' own numbers are in the records already."""
    keys = [key for draft in drafts for key in _keys(draft).values()]

    def values(name: str) -> list[str]:
        return [key.partition(":")[2] for key in keys if key.startswith(name + ":")]

    cards = session.exec(select(Elder.id_card).where(col(Elder.id_card).in_(values("id_card")))).all()
    numbers = session.exec(select(Elder.number).where(col(Elder.number).in_(values("number")))).all()
    phones = session.exec(
        select(ElderPhone.number).where(
            col(ElderPhone.number).in_(values("phones")), ElderPhone.kind == PhoneKind.PHONE.value
        )
    ).all()
    return (
        {f"id_card:{one}" for one in cards} | {f"number:{one}" for one in numbers} | {f"phones:{one}" for one in phones}
    )


def _is_new(at: int, draft: ElderDraft, taken: tuple[set[str], set[str]], report: ImportReport) -> bool:
    seen, known = taken
    keys = _keys(draft)
    faults = {name: "repeated" for name, key in keys.items() if key in seen}
    faults |= {name: "taken" for name, key in keys.items() if key in known}
    if faults:
        report.refuse(at, faults)
        return False
    seen.update(keys.values())
    return True
