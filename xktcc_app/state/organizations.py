"""The page of organizations: the tree, opened as far as one wants to see, and the one that is edited."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from xktcc_app.bootstrap import Services
from xktcc_app.domain.admin_forms import OrganizationForm
from xktcc_app.domain.principal import Principal
from xktcc_app.services.organizations import Node
from xktcc_app.state.organization_paths import by_path, offered, path_of
from xktcc_app.state.outcome import Outcome, tried, whole

MOST_LINES = 400
"""Lines that are drawn at once; a search finds what lies beyond."""
NEW: dict[str, Any] = {
    "id": 0, "name": "", "kind": "community", "parent": "", "sort": 0, "active": True, "version": 0,
}  # fmt: skip


class OrganizationsState(rx.State):
    """``/organizations``. ``lines``: what is visible of the tree. ``node``: the open one, ``id`` 0: a new one.

    ``mode``: "" nothing is open, ``edit`` or ``move``. ``cut``: there is more than is drawn. ``parents``: paths that are offered.
    """

    loaded: bool = False
    busy: bool = False
    failure: str = ""
    error_code: str = ""
    lines: list[dict[str, Any]] = []
    total: int = 0
    cut: bool = False
    mode: str = ""
    node: dict[str, Any] = NEW
    parents: list[str] = []
    faults: dict[str, str] = {}
    uses: list[dict[str, Any]] = []
    _nodes: list[Node] = []
    _opened: set[int] = set()
    _wanted: str = ""

    @rx.event
    async def load(self) -> None:
        """Read the tree."""
        await self._read()

    @rx.event
    async def toggle(self, org_id: int) -> None:
        """Open or close a branch."""
        self._opened = self._opened ^ {org_id}
        self._draw()

    @rx.event
    async def find(self, text: str) -> None:
        """Show only what has ``text`` in its name, with what lies above it."""
        self._wanted = text.strip().casefold()[:64]
        self._draw()

    @rx.event
    async def open_new(self, parent_id: int) -> None:
        """An empty form below ``parent_id`` (0: at the top)."""
        self._show("edit", {**NEW, "parent": path_of(self._nodes, parent_id)})

    @rx.event
    async def open_node(self, org_id: int, mode: str) -> None:
        """``edit`` or ``move`` an organization."""
        node = next((node for node in self._nodes if node.id == org_id), None)
        if node is None or mode not in {"edit", "move"}:
            return
        self._show(
            mode,
            {
                "id": node.id,
                "name": node.name,
                "kind": node.kind,
                "parent": path_of(self._nodes, node.parent_id),
                "sort": node.sort,
                "active": node.active,
                "version": node.version,
            },
        )

    @rx.event
    async def find_parent(self, text: str) -> None:
        """Offer the organizations that have ``text`` in their paths."""
        self.parents = offered(self._nodes, text)

    @rx.event
    async def close(self) -> None:
        """Put it away."""
        self._show("", NEW)

    @rx.event
    async def save(self, form: dict[str, Any]) -> AsyncIterator[None]:
        """Store the open one, or move it."""
        self.busy, self.error_code, self.faults = True, "", {}
        yield
        org_id, version, mode = int(self.node["id"]), int(self.node["version"]), self.mode
        path = str(form.get("parent", "")).strip()
        parent = by_path(self._nodes).get(path)
        if path and parent is None:
            self.busy, self.faults = False, {"parent_id": "not_found"}
            return
        sort = whole(form.get("sort", "0") or "0")
        typed = OrganizationForm(
            *(str(form.get("name", "")), str(form.get("kind", "")), parent),
            sort=-1 if sort is None else sort,
            active="active" in form,
        )

        async def work(services: Services, who: Principal) -> None:
            if mode == "move":
                await services.organizations.move(who, org_id, version, parent)
            elif org_id:
                await services.organizations.update(who, org_id, version, typed)
            else:
                await services.organizations.create(who, typed)

        await self._took(await tried(self, work), parent)

    @rx.event
    async def delete(self) -> AsyncIterator[None]:
        """Take the open one away, when nothing belongs to it."""
        self.busy, self.error_code, self.uses = True, "", []
        yield
        org_id = int(self.node["id"])
        await self._took(await tried(self, lambda services, who: services.organizations.delete(who, org_id)), None)

    async def _took(self, outcome: Outcome, opened: int | None) -> None:
        self.busy, self.error_code, self.faults = False, outcome.code, outcome.faults
        self.uses = outcome.uses
        if outcome.done:
            self._opened = self._opened | ({opened} if opened else set())
            self._show("", NEW)
            await self._read()

    async def _read(self) -> None:
        async def work(services: Services, who: Principal) -> list[Node]:
            return services.organizations.tree(who)

        outcome = await tried(self, work)
        self.failure, self.loaded = outcome.code, outcome.done
        self._nodes = outcome.value or []
        if not self._opened:
            self._opened = {node.id for node in self._nodes[:1]}
        self._draw()

    def _draw(self) -> None:
        depths, lines = _visible(self._nodes, self._opened, self._wanted)
        self.total, self.cut = len(self._nodes), len(lines) > MOST_LINES
        parents = {node.parent_id for node in self._nodes}
        self.lines = [
            {
                "id": node.id,
                "name": node.name,
                "kind": node.kind,
                "depth": depths[node.id],
                "active": node.active,
                "more": node.id in parents,
                "open": bool(self._wanted) or node.id in self._opened,
            }
            for node in lines[:MOST_LINES]
        ]

    def _show(self, mode: str, node: dict[str, Any]) -> None:
        self.mode, self.node, self.faults, self.error_code, self.uses = mode, node, {}, "", []
        wanted = mode == "move" or (mode == "edit" and not node["id"])
        self.parents = offered(self._nodes, "") if wanted else []


def _visible(nodes: list[Node], opened: set[int], wanted: str) -> tuple[dict[int, int], list[Node]]:
    """Each node's depth, and the nodes that can be seen: whose branches are open, or what was looked for and all above it."""
    by_id = {node.id: node for node in nodes}
    depths: dict[int, int] = {}
    shown: set[int] = set()
    for node in nodes:  # depth first: parents come before their children
        above = node.parent_id if node.parent_id in by_id else None
        depths[node.id] = depths[above] + 1 if above is not None else 0
        if not wanted and (above is None or (above in shown and above in opened)):
            shown.add(node.id)
        if wanted and wanted in node.name.casefold():
            up: int | None = node.id
            while up is not None and up in by_id and up not in shown:
                shown.add(up)
                up = by_id[up].parent_id
    return depths, [node for node in nodes if node.id in shown]
