"""The page of resources: the tree of menus and buttons, and the one that is edited."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Any

import reflex as rx

from xktcc_app.bootstrap import Services
from xktcc_app.domain.admin_forms import ResourceForm
from xktcc_app.domain.principal import Principal
from xktcc_app.services.resources import Node
from xktcc_app.state.outcome import tried, whole

NEW: dict[str, Any] = {
    "code": "", "kind": "page", "parent": "", "name": "", "route": "", "sort": 0, "shown": True, "builtin": False,
    "sensitive": False, "depth": 0,
}  # fmt: skip


class ResourcesState(rx.State):
    """``/resources``. ``node``: the open one; ``is_new``: it is not stored yet."""

    loaded: bool = False
    busy: bool = False
    failure: str = ""
    error_code: str = ""
    nodes: list[dict[str, Any]] = []
    node: dict[str, Any] = NEW
    open: bool = False
    is_new: bool = False
    faults: dict[str, str] = {}
    uses: list[dict[str, Any]] = []

    @rx.event
    async def load(self) -> None:
        """Read the tree."""
        await self._read()

    @rx.event
    async def open_node(self, code: str) -> None:
        """Edit a resource."""
        found = next((node for node in self.nodes if node["code"] == code), None)
        self._show(found, new=False)

    @rx.event
    async def open_new(self) -> None:
        """An empty form."""
        self._show(NEW, new=True)

    @rx.event
    async def close(self) -> None:
        """Put it away."""
        self._show(None, new=False)

    @rx.event
    async def save(self, form: dict[str, Any]) -> AsyncIterator[None]:
        """Store the open one."""
        self.busy, self.error_code, self.faults = True, "", {}
        yield
        new, node = self.is_new, self.node
        typed = ResourceForm(
            code=str(form.get("code", "")) if new else str(node["code"]),
            name=str(form.get("name", "")),
            kind=str(form.get("kind", "page")) if new else str(node["kind"]),
            parent=str(form.get("parent", "")) if new else str(node["parent"]),
            route=str(form.get("route", "")),
            sort=_sort(form),
            shown="shown" in form,
        )

        async def work(services: Services, who: Principal) -> None:
            await (services.resources.create(who, typed) if new else services.resources.update(who, typed))

        outcome = await tried(self, work)
        self.busy, self.error_code, self.faults = False, outcome.code, outcome.faults
        if outcome.done:
            self._show(None, new=False)
            await self._read()

    @rx.event
    async def delete(self) -> AsyncIterator[None]:
        """Take one's own resource away."""
        self.busy, self.error_code, self.uses = True, "", []
        yield
        code = str(self.node["code"])
        outcome = await tried(self, lambda services, who: services.resources.delete(who, code))
        self.busy, self.error_code, self.uses = False, outcome.code, outcome.uses
        if outcome.done:
            self._show(None, new=False)
            await self._read()

    async def _read(self) -> None:
        async def work(services: Services, who: Principal) -> tuple[Node, ...]:
            return services.resources.tree(who)

        outcome = await tried(self, work)
        self.failure, self.loaded = outcome.code, outcome.done
        self.nodes = [asdict(node) for node in outcome.value or ()]

    def _show(self, node: dict[str, Any] | None, *, new: bool) -> None:
        self.node, self.open, self.is_new = node or NEW, node is not None, new
        self.faults, self.error_code, self.uses = {}, "", []


def _sort(form: dict[str, Any]) -> int:
    """The number that was typed; what is none is refused at the field."""
    found = whole(form.get("sort", "0") or "0")
    return -1 if found is None else found
