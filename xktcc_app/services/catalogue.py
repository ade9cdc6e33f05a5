"""Providers and service items: lists, new ones, changes, out of use and back. Every call checks permission."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from sqlmodel import Session

from xktcc_app.domain.audit import AuditAction
from xktcc_app.domain.catalogue_forms import checked_item, checked_provider
from xktcc_app.domain.list_queries import BY_NAME, CatalogueQuery
from xktcc_app.domain.paging import Page, Rows, Sort
from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.models.order import Provider, ServiceItem
from xktcc_app.repositories import catalogue
from xktcc_app.services.audit import AuditService
from xktcc_app.services.database import Database
from xktcc_app.services.errors import ChangedMeanwhileError, FieldErrors, NotFoundError
from xktcc_app.services.guards import require

Fields = Mapping[str, str]
Kind = type[Provider] | type[ServiceItem]

KINDS: Mapping[str, Kind] = {"provider": Provider, "item": ServiceItem}
_NEW: Mapping[str, Callable[[], Provider | ServiceItem]] = {
    "provider": lambda: Provider(name=""),
    "item": lambda: ServiceItem(name="", category="", unit_price=0),
}


class CatalogueService:
    """``kind`` is a key of ``KINDS``. Orders keep the names and prices that they were made with.

    All methods raise ``PermissionDeniedError``; those for one entry ``NotFoundError``.
    """

    def __init__(self, database: Database, audit: AuditService) -> None:
        self._database = database
        self._audit = audit

    async def providers(
        self,
        principal: Principal,
        query: CatalogueQuery,
        sort: Sort = BY_NAME,
        page: Page = Page(),  # noqa: B008 -- frozen
    ) -> Rows[Provider]:
        """A page of the providers."""
        require(principal, Permission.CATALOGUE_MANAGE)
        return await self._database.read(lambda session: catalogue.find(session, Provider, query, sort, page))

    async def items(
        self,
        principal: Principal,
        query: CatalogueQuery,
        sort: Sort = BY_NAME,
        page: Page = Page(),  # noqa: B008 -- frozen
    ) -> Rows[ServiceItem]:
        """A page of the service items."""
        require(principal, Permission.CATALOGUE_MANAGE)
        return await self._database.read(lambda session: catalogue.find(session, ServiceItem, query, sort, page))

    async def fields(self, principal: Principal, kind: str, key: int) -> dict[str, str]:
        """An entry as its form shows it; amounts in yuan."""
        require(principal, Permission.CATALOGUE_MANAGE)
        return await self._database.read(lambda session: _shown(_one(session, kind, key)))

    async def save(self, principal: Principal, kind: str, key: int, fields: Fields, read: Fields) -> int:
        """Store an entry (``key`` 0: a new one) whose form showed ``read`` at first; returns its id.

        Raises ``FieldErrors``, and ``ChangedMeanwhileError`` when it is no longer as it was read.
        """
        require(principal, Permission.CATALOGUE_MANAGE)
        if kind not in KINDS:
            raise NotFoundError("no such kind of entry")

        def work(session: Session) -> int:
            entry = _one(session, kind, key, for_update=True) if key else _NEW[kind]()
            if key and _shown(entry) != dict(read):
                raise ChangedMeanwhileError(0)
            draft, faults = checked_provider(fields) if kind == "provider" else checked_item(fields)
            if draft.name and catalogue.name_taken(session, KINDS[kind], draft.name, key):
                faults.setdefault("name", "taken")
            if faults:
                raise FieldErrors(faults)
            return catalogue.store(session, entry, asdict(draft))

        stored = await self._database.write(work)
        self._audit.record(AuditAction.CATALOGUE_CHANGED, principal, target=f"{kind}:{stored}")
        return stored

    async def set_active(self, principal: Principal, kind: str, key: int, *, active: bool) -> None:
        """Offer an entry for new orders, or no longer."""
        require(principal, Permission.CATALOGUE_MANAGE)
        await self._database.write(
            lambda session: catalogue.store(session, _one(session, kind, key, for_update=True), {"active": active})
        )
        deed = "enable" if active else "disable"
        self._audit.record(AuditAction.CATALOGUE_CHANGED, principal, target=f"{kind}:{key}", deed=deed)


def _one(session: Session, kind: str, key: int, *, for_update: bool = False) -> Any:
    found = session.get(KINDS[kind], key, with_for_update=for_update or None) if kind in KINDS else None
    if found is None:
        raise NotFoundError("no such entry")
    return found


def _shown(entry: Provider | ServiceItem) -> dict[str, str]:
    if isinstance(entry, Provider):
        return {"name": entry.name, "phone": entry.phone, "org_id": "" if entry.org_id is None else str(entry.org_id)}
    yuan = f"{entry.unit_price // 100}.{entry.unit_price % 100:02d}"
    return {"name": entry.name, "category": entry.category, "unit": entry.unit, "unit_price": yuan}
