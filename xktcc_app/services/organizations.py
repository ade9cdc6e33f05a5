"""The tree of organizations, as the pages read it and the administrators change it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import Session

from xktcc_app.domain.admin_forms import Faults, OrganizationForm, fits_below
from xktcc_app.domain.audit import AuditAction
from xktcc_app.domain.elder_form import ElderForm
from xktcc_app.domain.permissions import DataScope, Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.models.organization import Organization, OrganizationKind
from xktcc_app.repositories import organization_tree
from xktcc_app.repositories import organizations as organizations_repo
from xktcc_app.services.audit import AuditService, differences
from xktcc_app.services.database import Database
from xktcc_app.services.effects import Effects
from xktcc_app.services.errors import (
    ChangedMeanwhileError,
    FieldErrors,
    InUseError,
    NotFoundError,
    OutOfScopeError,
    TooManyRecordsError,
)
from xktcc_app.services.guards import require

MOVED_AT_ONCE = 20_000
"""Elders, orders and calls that a move finds anew while everybody works; more of them hold other writers up too long."""
_MANAGE = Permission.ORGANIZATIONS_MANAGE


PATH_MARK = " / "


@dataclass(frozen=True, slots=True)
class Node:
    """An organization. ``order`` is its place in the whole tree, depth first; ``high`` that of the last one below it."""

    id: int
    parent_id: int | None
    name: str
    kind: str
    order: int
    high: int = 0
    sort: int = 0
    active: bool = True
    version: int = 1


@dataclass(frozen=True, slots=True)
class Place:
    """Where people live: an organization that can be chosen, ``depth`` steps below the first one."""

    id: int
    name: str
    depth: int


_STAFF = frozenset({OrganizationKind.STATION.value, OrganizationKind.CALL_CENTRE.value})


class OrganizationService:
    """Keeps the tree in memory; ``load`` reads it again after a change. Changes need ``organizations.manage`` and the scope."""

    def __init__(self, database: Database, audit: AuditService | None = None, effects: Effects | None = None) -> None:
        self._database = database
        self._audit = audit
        self._effects = effects
        self._nodes: dict[int, Node] = {}

    async def load(self) -> None:
        """Read the tree."""
        rows = await self._database.read(organizations_repo.all_nodes)
        self._nodes = {row[0]: Node(*row) for row in rows}

    def nodes(self) -> dict[int, Node]:
        """Every organization by its id, in the order of the tree."""
        return dict(self._nodes)

    def name(self, org_id: int | None) -> str:
        """The organization's name; "" when there is none."""
        node = self._nodes.get(org_id) if org_id is not None else None
        return node.name if node else ""

    def visible(self, principal: Principal) -> list[Node]:
        """The part of the tree within the account's scope, in its order."""
        if principal.scope is DataScope.ALL:
            return list(self._nodes.values())
        return [node for node in self._nodes.values() if node.id in (principal.org_ids or ())]

    def path(self, org_id: int | None) -> str:
        """An organization's name behind those of all above it, as people choose it; "" for none."""
        names: list[str] = []
        node = self._nodes.get(org_id) if org_id is not None else None
        while node is not None:
            names.append(node.name)
            node = self._nodes.get(node.parent_id) if node.parent_id is not None else None
        return PATH_MARK.join(reversed(names))

    def paths(self, principal: Principal, text: str, most: int) -> list[str]:
        """At ``most`` that many paths, within the scope, of organizations in use with ``text`` in their name or path."""
        require(principal, Permission.USERS_VIEW)
        wanted = text.strip().casefold()
        found: list[str] = []
        for node in self.visible(principal):
            if node.active and len(found) < most:
                path = self.path(node.id)
                found += [path] if wanted in path.casefold() else []
        return found

    def at_path(self, principal: Principal, path: str) -> int | None:
        """The organization that ``path`` names; ``None`` for an empty one. ``FieldErrors`` when the scope has none of that name."""
        require(principal, Permission.USERS_MANAGE)
        wanted = path.strip()
        if not wanted:
            return None
        for node in self.visible(principal):
            if wanted.endswith(node.name) and self.path(node.id) == wanted:
                return node.id
        raise FieldErrors({"org_id": "not_found"})

    def tree(self, principal: Principal) -> list[Node]:
        """As ``visible``, for the page of organizations."""
        require(principal, Permission.ORGANIZATIONS_VIEW)
        return self.visible(principal)

    def places(self, principal: Principal) -> list[Place]:
        """The places whose elders the account may see, in the order of the tree. Nobody lives in a call centre or a station."""
        top = None if principal.scope is DataScope.ALL else self._served(principal.org_id)
        if top is None and principal.scope is not DataScope.ALL:
            return []
        depths: dict[int, int] = {}
        places: list[Place] = []
        for node in sorted(self._nodes.values(), key=lambda node: node.order):
            if node.id == top or (top is None and node.parent_id is None):
                depths[node.id] = 0
            elif node.parent_id in depths:
                depths[node.id] = depths[node.parent_id] + 1
            if node.id in depths and node.kind not in _STAFF:
                places.append(Place(node.id, node.name, depths[node.id]))
        return places

    def named(self, form: ElderForm) -> ElderForm:
        """``form`` with street and community as the tree names them, where only the place was chosen."""
        node = self._nodes.get(form.org_id) if form.org_id is not None else None
        texts = dict(form.texts)
        while node is not None:
            if node.kind in {"street", "community"} and not texts.get(node.kind):
                texts[node.kind] = node.name
            node = self._nodes.get(node.parent_id) if node.parent_id is not None else None
        return replace(form, texts=texts)

    def _served(self, org_id: int | None) -> int | None:
        node = self._nodes.get(org_id) if org_id is not None else None
        while node is not None and node.kind in _STAFF and node.parent_id in self._nodes:
            node = self._nodes[node.parent_id]
        return node.id if node else None

    # ---- changes ------------------------------------------------------------------------------------------------------

    async def create(self, principal: Principal, form: OrganizationForm) -> int:
        """Store a new organization below ``form.parent_id``; returns its id. ``FieldErrors``."""
        require(principal, _MANAGE)
        form = form.tidied()

        def work(session: Session) -> int:
            organization_tree.lock_tree(session)
            faults = form.faults()
            self._check_place(session, principal, form, None, faults)
            if faults:
                raise FieldErrors(faults)
            node = Organization(
                name=form.name, kind=form.kind, parent_id=form.parent_id, sort=form.sort, active=form.active
            )
            return organization_tree.add(session, node).id or 0

        org_id = await self._changed(work)
        self._record(AuditAction.ORGANIZATION_CREATED, principal, org_id, differences({}, _told(form)))
        return org_id

    async def update(self, principal: Principal, org_id: int, version: int, form: OrganizationForm) -> None:
        """Change name, kind, order, and whether it is in use; its place by ``move``. ``FieldErrors``, ``ChangedMeanwhileError``."""
        require(principal, _MANAGE)
        form = form.tidied()

        def work(session: Session) -> dict[str, str]:
            organization_tree.lock_tree(session)
            node = _current(session, principal, org_id, version)
            kept = OrganizationForm(form.name, form.kind, node.parent_id, form.sort, form.active)
            faults = kept.faults()
            self._check_name(session, kept, org_id, faults)
            self._check_kinds(session, kept, org_id, faults)
            if faults:
                raise FieldErrors(faults)
            before = _told_node(node)
            node.name, node.kind, node.sort, node.active = kept.name, kept.kind, kept.sort, kept.active
            node.version += 1
            session.add(node)
            if before["sort"] != kept.sort:
                organizations_repo.renumber(session)
            return differences(before, _told_node(node))

        changes = await self._changed(work)
        self._record(AuditAction.ORGANIZATION_UPDATED, principal, org_id, changes)

    async def move(self, principal: Principal, org_id: int, version: int, parent_id: int | None) -> None:
        """Hang the branch below another one: its records and the scopes of its accounts move with it.

        Raises ``FieldErrors`` (``parent_id``: cycle, wrong_place, taken, out_of_scope), ``ChangedMeanwhileError``,
        ``TooManyRecordsError``.
        """
        require(principal, _MANAGE)

        def work(session: Session) -> dict[str, str]:
            organization_tree.lock_tree(session)
            node = _current(session, principal, org_id, version)
            if org_id == principal.org_id and principal.scope is not DataScope.ALL:
                raise OutOfScopeError(_MANAGE)
            before = node.parent_id
            form = OrganizationForm(node.name, node.kind, parent_id, node.sort, node.active)
            faults: Faults = {}
            if parent_id in organizations_repo.branch_ids(session, org_id):
                faults["parent_id"] = "cycle"
            self._check_place(session, principal, form, org_id, faults)
            if faults:
                raise FieldErrors({"parent_id": faults.get("parent_id") or next(iter(faults.values()))})
            if organization_tree.records_below(session, org_id) > MOVED_AT_ONCE:
                raise TooManyRecordsError("the branch has too many records")
            organization_tree.move(session, node, parent_id)
            return differences({"parent_id": before}, {"parent_id": parent_id})

        changes = await self._changed(work)
        self._record(AuditAction.ORGANIZATION_MOVED, principal, org_id, changes)

    async def delete(self, principal: Principal, org_id: int) -> None:
        """Take an organization away that nothing belongs to. ``InUseError`` says what does."""
        require(principal, _MANAGE)

        def work(session: Session) -> None:
            organization_tree.lock_tree(session)
            node = _current(session, principal, org_id, None)
            if uses := organization_tree.uses_of(session, org_id):
                raise InUseError(uses)
            organization_tree.remove(session, node)

        name = self.name(org_id)
        await self._changed(work)
        self._record(AuditAction.ORGANIZATION_DELETED, principal, org_id, {"name": name})

    async def _changed(self, work: Callable[[Session], Any]) -> Any:
        changed = await self._database.write(work)
        await self.load()
        if self._effects is not None:
            await self._effects.rights_changed()
        return changed

    def _record(self, action: AuditAction, principal: Principal, org_id: int, detail: dict[str, str]) -> None:
        if self._audit is not None:
            self._audit.record(action, principal, target=f"organization:{org_id}", **detail)

    def _check_place(
        self, session: Session, principal: Principal, form: OrganizationForm, org_id: int | None, faults: Faults
    ) -> None:
        parent = session.get(Organization, form.parent_id) if form.parent_id is not None else None
        if form.parent_id is not None and parent is None:
            faults.setdefault("parent_id", "unknown")
            return
        if not principal.oversees(form.parent_id):
            faults.setdefault("parent_id", "out_of_scope")
        if "kind" not in faults and not fits_below(form.kind, parent.kind if parent else None):
            faults.setdefault("kind", "wrong_place")
        self._check_name(session, form, org_id, faults)

    @staticmethod
    def _check_name(session: Session, form: OrganizationForm, org_id: int | None, faults: Faults) -> None:
        if organization_tree.name_taken(session, form.name, form.parent_id, org_id):
            faults.setdefault("name", "taken")

    @staticmethod
    def _check_kinds(session: Session, form: OrganizationForm, org_id: int, faults: Faults) -> None:
        if "kind" in faults:
            return
        parent = session.get(Organization, form.parent_id) if form.parent_id is not None else None
        below = organization_tree.kinds_below(session, org_id)
        if not fits_below(form.kind, parent.kind if parent else None) or not all(
            fits_below(kind, form.kind) for kind in below
        ):
            faults["kind"] = "wrong_place"


def _current(session: Session, principal: Principal, org_id: int, version: int | None) -> Organization:
    node = organization_tree.one(session, org_id)
    if node is None or not principal.oversees(org_id):
        raise NotFoundError("no such organization in scope")
    if version is not None and node.version != version:
        raise ChangedMeanwhileError(node.version)
    return node


def _told(form: OrganizationForm) -> dict[str, Any]:
    return {"name": form.name, "kind": form.kind, "parent_id": form.parent_id, "sort": form.sort, "active": form.active}


def _told_node(node: Organization) -> dict[str, Any]:
    return {"name": node.name, "kind": node.kind, "sort": node.sort, "active": node.active}
