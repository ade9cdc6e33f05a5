from datetime import UTC, date, datetime

import pytest

from telephony.types import AgentId, DeviceId
from xktcc_app.domain.permissions import STARTING_ROLES, DataScope
from xktcc_app.models.account import Account
from xktcc_app.models.elder import Elder, ElderPhone, ElderTypeRow
from xktcc_app.models.organization import Organization
from xktcc_app.repositories import accounts, organizations
from xktcc_app.services.history import ElderDirectory

AT = datetime(2026, 11, 22, 18, tzinfo=UTC)


@pytest.fixture
def elders(any_database):
    def fill(session):
        for number, (name, born, types) in enumerate(
            [
                ("王桂兰", date(1944, 11, 23), ("very_old", "lives_alone")),
                ("李建国", date(1950, 1, 1), ()),
                ("张三", None, ()),
            ]
        ):
            elder = Elder(
                number=f"L{number}",
                name=name,
                gender="f",
                birth_date=born,
                community="和平社区",
                address="",
                created_at=AT,
            )
            session.add(elder)
            session.flush()
            session.add_all(ElderTypeRow(elder_id=elder.id, type=kind) for kind in types)
        session.add_all(
            ElderPhone(elder_id=elder, number=number, kind=kind, owner=owner, is_primary=primary)
            for elder, number, kind, owner, primary in (
                (1, "13800001111", "phone", "", True),
                (2, "13800001111", "contact", "儿子", False),
                (3, "13800001111", "phone", "", False),
                (2, "95001234", "sos", "", False),
                (1, "95001234", "contact", "", False),
            )
        )

    any_database.writing(fill)
    return ElderDirectory(any_database, UTC, lambda: AT)


async def test_a_number_is_found_however_it_is_written_and_shared_ones_are_counted(elders):
    info = await elders.look_up("+86 138-0000-1111")
    assert (info.name, info.age, info.elder_types, info.community) == (
        "王桂兰",
        81,
        ("lives_alone", "very_old"),
        "和平社区",
    )
    assert (info.matches, info.sos) == (3, False)


async def test_an_sos_device_goes_before_a_contact(elders):
    info = await elders.look_up("95001234")
    assert (info.name, info.sos, info.matches) == ("李建国", True, 2)


@pytest.mark.parametrize("number", ["13900000000", "anonymous", ""])
async def test_nobodys_number(elders, number):
    assert await elders.look_up(number) is None


def _tree(session):
    ids = {}
    for name, parent in [("a", None), ("b", "a"), ("c", "a"), ("d", "c"), ("e", "b"), ("f", None)]:
        node = Organization(name=name, kind="x", parent_id=ids.get(parent), sort=1 if name == "b" else 0)
        session.add(node)
        session.flush()
        ids[name] = node.id
    organizations.renumber(session)
    return ids


def test_a_branch_is_everything_below(any_database):
    ids = any_database.writing(_tree)

    def names(session, top):
        found = organizations.branch_ids(session, ids[top])
        return {name for name, identifier in ids.items() if identifier in found}

    assert any_database.reading(lambda session: names(session, "a")) == set("abcde")
    assert any_database.reading(lambda session: names(session, "c")) == set("cd")
    assert any_database.reading(lambda session: organizations.branch_ids(session, 999)) == frozenset()
    order = any_database.reading(lambda session: [node.name for node in organizations.all_organizations(session)])
    assert order == list("acdbef")


def test_principals_and_seats(any_database):
    def fill(session):
        ids = _tree(session)
        for code, definition in STARTING_ROLES.items():
            accounts.add_role(session, code, definition)
        for name, role, org, number, token in (
            ("a10", "agent", "b", "1010", "t"),
            ("a9", "agent", "b", "999", None),
            ("boss", "supervisor", "c", None, None),
            ("stray", "supervisor", None, None, None),
            ("root", "admin", None, None, None),
        ):
            account = Account(account=name, name=name, password_hash="", org_id=ids.get(org), agent_number=number,
                              phone_id=number, phone_token=token, created_at=AT)  # fmt: skip
            accounts.add_account(session, account, role)
        return ids

    ids = any_database.writing(fill)

    def principal(name):
        return any_database.reading(
            lambda session: accounts.principal_of(session, accounts.by_name(session, name), "s")
        )

    assert principal("boss").org_ids == {ids["c"], ids["d"]}
    assert principal("stray").org_ids == frozenset()
    assert principal("root").org_ids is None
    agent = principal("a10")
    assert (agent.scope, agent.org_ids, agent.agent) == (DataScope.OWN, {ids["b"]}, "1010")
    profiles = any_database.reading(accounts.seat_profiles)
    assert [(seat.agent, seat.device) for seat in profiles] == [("999", None), (AgentId("1010"), DeviceId("1010"))]
    with pytest.raises(LookupError):
        any_database.writing(lambda session: accounts.add_account(session, Account(), "cook"))
    with pytest.raises(ValueError, match="not stored"):
        any_database.reading(lambda session: accounts.principal_of(session, Account(), "s"))
