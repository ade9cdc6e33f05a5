"""The depth-first numbers of the tree after any change, however many rows move for it."""

from __future__ import annotations

from random import Random

import pytest

from xktcc_app.models.organization import Organization
from xktcc_app.repositories import organization_tree, organizations

NODES, CHANGES = 60, 40


def _grow(session, chance: Random) -> list[int]:
    ids: list[int] = []
    for place in range(NODES):
        parent = chance.choice([None, *ids]) if ids else None
        node = Organization(name=f"o{place}", kind="district", parent_id=parent, sort=chance.randrange(3))
        ids.append(organization_tree.add(session, node).id or 0)
    return ids


def _true(session) -> None:
    """Each branch is one span, in the order of its siblings, and a node is below exactly those above it."""
    nodes = {node.id: node for node in organizations.all_organizations(session)}
    assert sorted(node.low for node in nodes.values()) == list(range(1, len(nodes) + 1))
    for node in nodes.values():
        above = set()
        parent = node.parent_id
        while parent is not None:
            above.add(parent)
            parent = nodes[parent].parent_id
        assert {one.id for one in nodes.values() if one.low < node.low <= one.high} == above
    for parent in (None, *nodes):
        below = sorted((n for n in nodes.values() if n.parent_id == parent), key=lambda n: (n.sort, n.id))
        assert [n.low for n in below] == sorted(n.low for n in below)


@pytest.mark.parametrize("seed", [1, 2])
def test_numbers_stay_true(any_database, seed) -> None:
    chance = Random(seed)

    def work(session) -> None:
        ids = _grow(session, chance)
        _true(session)
        for _ in range(CHANGES):
            node = session.get(Organization, chance.choice(ids))
            if chance.random() < 0.5:
                node.sort = chance.randrange(5)
                session.add(node)
                organizations.renumber(session)
            else:
                free = [one for one in ids if one not in organizations.branch_ids(session, node.id)]
                organization_tree.move(session, node, chance.choice([None, *free]))
            session.expire_all()
            _true(session)

    any_database.writing(work)


def test_numbers_that_are_none_yet_are_given(any_database) -> None:
    def work(session) -> None:
        session.add_all(Organization(name=f"o{place}", kind="district") for place in range(5))
        organizations.renumber(session)
        session.expire_all()
        _true(session)

    any_database.writing(work)
