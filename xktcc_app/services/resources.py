"""The tree of menus and buttons: what the program can do comes from the program, how it is called and ordered from here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from xktcc_app.domain.admin_forms import Faults, ResourceForm
from xktcc_app.domain.audit import AuditAction
from xktcc_app.domain.permissions import DataScope, Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.domain.resources import KNOWN, SENSITIVE, ResourceKind, is_view
from xktcc_app.models.account import Resource
from xktcc_app.repositories import resources as resources_repo
from xktcc_app.services.audit import AuditService, differences
from xktcc_app.services.database import Database
from xktcc_app.services.errors import BuiltInError, FieldErrors, InUseError, NotFoundError, OutOfScopeError
from xktcc_app.services.guards import require

_PARENTS = {
    ResourceKind.GROUP.value: None,
    ResourceKind.PAGE.value: ResourceKind.GROUP.value,
    ResourceKind.BUTTON.value: ResourceKind.PAGE.value,
}


@dataclass(frozen=True, slots=True)
class Node:
    """A resource; ``name`` "": the program's own word for ``code``. ``depth`` 0: a group."""

    code: str
    kind: str
    parent: str
    name: str
    route: str
    sort: int
    shown: bool
    builtin: bool
    sensitive: bool
    depth: int


class ResourceService:
    """Reading needs ``resources.view``, changing ``resources.manage`` and the scope of all data. ``load`` once at the start."""

    def __init__(self, database: Database, audit: AuditService) -> None:
        self._database = database
        self._audit = audit
        self._nodes: tuple[Node, ...] = ()
        self.version = 0
        """Grows with every change: who shows the menu then knows that theirs is old."""

    async def load(self) -> None:
        """Read the tree."""
        rows = await self._database.read(resources_repo.all_resources)
        self._nodes = tuple(_in_order(rows))
        self.version += 1

    def nodes(self) -> tuple[Node, ...]:
        """The whole tree, depth first, siblings in their order; for the program itself."""
        return self._nodes

    def hidden(self) -> frozenset[str]:
        """Codes of what is not to be shown, whoever may use it."""
        return frozenset(node.code for node in self._nodes if not node.shown)

    def menu_for(self, principal: Principal) -> list[dict[str, Any]]:
        """Groups and pages in their order; of the administrators' own pages those that the account was given."""
        return [
            {
                "code": node.code,
                "kind": node.kind,
                "parent": node.parent,
                "name": node.name,
                "route": node.route,
                "shown": node.shown,
                "own": not node.builtin,
            }
            for node in self._nodes
            if node.kind == ResourceKind.GROUP.value
            or (node.kind == ResourceKind.PAGE.value and (node.builtin or node.code in principal.extra))
        ]

    def tree(self, principal: Principal) -> tuple[Node, ...]:
        """The whole tree, for those who look after it or give it to roles."""
        if not principal.may(Permission.ROLES_VIEW):
            require(principal, Permission.RESOURCES_VIEW)
        return self._nodes

    async def create(self, principal: Principal, form: ResourceForm) -> None:
        """Add a resource of the administrators' own: a group, a link to a page, or a code for roles. ``FieldErrors``."""
        _may_change(principal)
        form = form.tidied()

        def work(session: Session) -> None:
            faults = form.faults(builtin=False)
            if resources_repo.one(session, form.code) is not None or form.code in KNOWN:
                faults.setdefault("code", "taken")
            self._check_parent(session, form, faults)
            if faults:
                raise FieldErrors(faults)
            row = Resource(code=form.code, kind=form.kind, parent=form.parent or None, builtin=False)
            _fill(row, form)
            session.add(row)

        await self._change(work)
        self._audit.record(AuditAction.RESOURCE_CREATED, principal, target=form.code, **differences({}, _told(form)))

    async def update(self, principal: Principal, form: ResourceForm) -> None:
        """Change name, order and visibility of ``form.code``; of one's own ones also the route. ``FieldErrors``, ``NotFoundError``."""
        _may_change(principal)
        form = form.tidied()

        def work(session: Session) -> dict[str, str]:
            row = _existing(session, form.code)
            kept = ResourceForm(form.code, form.name, row.kind, row.parent or "", form.route, form.sort, form.shown)
            faults = kept.faults(builtin=row.builtin)
            if not form.shown and (is_view(form.code) or form.code == "page.resources"):
                faults["shown"] = "must_be_shown"
            if faults:
                raise FieldErrors(faults)
            before = _told_row(row)
            _fill(row, kept)
            session.add(row)
            return differences(before, _told_row(row))

        changes = await self._change(work)
        self._audit.record(AuditAction.RESOURCE_UPDATED, principal, target=form.code, **changes)

    async def delete(self, principal: Principal, code: str) -> None:
        """Take a resource of one's own away. ``BuiltInError``, ``InUseError`` by roles and by what lies below."""
        _may_change(principal)

        def work(session: Session) -> None:
            row = _existing(session, code)
            if row.builtin:
                raise BuiltInError("what the program uses stays")
            uses = {"children": resources_repo.children_of(session, code)}
            uses["roles"] = len(resources_repo.holders_of(session, code))
            if any(uses.values()):
                raise InUseError({name: count for name, count in uses.items() if count})
            session.delete(row)

        await self._change(work)
        self._audit.record(AuditAction.RESOURCE_DELETED, principal, target=code)

    async def _change(self, work: Callable[[Session], Any]) -> Any:
        changed = await self._database.write(work)
        await self.load()
        return changed

    @staticmethod
    def _check_parent(session: Session, form: ResourceForm, faults: Faults) -> None:
        wanted = _PARENTS.get(form.kind)
        parent = session.get(Resource, form.parent) if form.parent else None
        if (parent.kind if parent else None) != wanted:
            faults.setdefault("parent", "wrong_parent")


def _may_change(principal: Principal) -> None:
    require(principal, Permission.RESOURCES_MANAGE)
    if principal.scope is not DataScope.ALL:
        raise OutOfScopeError(Permission.RESOURCES_MANAGE)


def _existing(session: Session, code: str) -> Resource:
    row = resources_repo.one(session, code)
    if row is None:
        raise NotFoundError("no such resource")
    return row


def _fill(row: Resource, form: ResourceForm) -> None:
    row.name, row.sort, row.shown = form.name, form.sort, form.shown
    if not row.builtin:
        row.route = form.route


def _told(form: ResourceForm) -> dict[str, Any]:
    return {"name": form.name, "kind": form.kind, "parent": form.parent, "route": form.route, "sort": form.sort}


def _told_row(row: Resource) -> dict[str, Any]:
    return {"name": row.name, "route": row.route, "sort": row.sort, "shown": row.shown}


def _in_order(rows: list[Resource]) -> list[Node]:
    below: dict[str | None, list[Resource]] = {}
    for row in rows:
        below.setdefault(row.parent, []).append(row)

    def walk(parent: str | None, depth: int) -> list[Node]:
        found: list[Node] = []
        for row in below.get(parent, []):
            found.append(_node(row, depth))
            found += walk(row.code, depth + 1)
        return found

    return walk(None, 0)


def _node(row: Resource, depth: int) -> Node:
    known = KNOWN.get(row.code)
    return Node(
        code=row.code,
        kind=row.kind,
        parent=row.parent or "",
        name=row.name,
        route=row.route or (known.route if known else ""),
        sort=row.sort,
        shown=row.shown,
        builtin=row.builtin,
        sensitive=row.code in SENSITIVE,
        depth=depth,
    )
