"""Organizations by their paths, as people choose one of thousands: some of its letters, then the whole path."""

from __future__ import annotations

from collections.abc import Iterable

from xktcc_app.services.organizations import PATH_MARK, Node

MOST = 50
"""Paths that are offered at once."""


def by_path(nodes: Iterable[Node]) -> dict[str, int]:
    """The id of each organization by its path within ``nodes``, in which parents come before their children."""
    paths: dict[int | None, str] = {}
    for node in nodes:
        above = paths.get(node.parent_id)
        paths[node.id] = node.name if above is None else f"{above}{PATH_MARK}{node.name}"
    return {path: key for key, path in paths.items() if key is not None}


def path_of(nodes: Iterable[Node], org_id: int | None) -> str:
    """The path of ``org_id``; "" for none and for one that is not among ``nodes``."""
    return next((path for path, key in by_path(nodes).items() if key == org_id), "")


def offered(nodes: Iterable[Node], text: str) -> list[str]:
    """At most ``MOST`` paths that have ``text`` in them."""
    wanted = text.strip().casefold()
    return [path for path in by_path(nodes) if wanted in path.casefold()][:MOST]
