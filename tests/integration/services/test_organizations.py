from datetime import UTC, datetime

import pytest

from tests.integration.services.admin_centre import place
from tests.integration.services.conftest import PASSWORD
from tests.integration.services.test_users import faults_of
from xktcc_app.domain.admin_forms import OrganizationForm
from xktcc_app.domain.data_scope import Scope
from xktcc_app.domain.elder_form import ElderForm, checked
from xktcc_app.domain.list_queries import NEWEST_ELDERS, ElderQuery
from xktcc_app.domain.paging import Page
from xktcc_app.domain.permissions import DataScope, Permission
from xktcc_app.repositories import elder_records
from xktcc_app.repositories.elder_list import ElderList
from xktcc_app.services import organizations as organizations_service
from xktcc_app.services.errors import (
    ChangedMeanwhileError,
    FieldErrors,
    InUseError,
    NotFoundError,
    PermissionDeniedError,
    TooManyRecordsError,
)

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


@pytest.fixture
def admin(admin_centre):
    return admin_centre.as_account("admin")


@pytest.fixture
async def tree(admin_centre, admin):
    """City → two districts, each with a street, a community and an elder."""
    make = admin_centre.organizations.create
    ids = {"city": await make(admin, place("临江市", "city"))}
    for side in ("east", "west"):
        ids[side] = await make(admin, place(side, "district", ids["city"]))
        ids[f"{side} street"] = await make(admin, place(f"{side} street", "street", ids[side]))
        ids[f"{side} home"] = await make(admin, place(f"{side} home", "community", ids[f"{side} street"]))
    today = NOW.date()
    deed = elder_records.Deed("admin", NOW, "create")
    for side in ("east", "west"):
        draft, faults = checked(
            ElderForm(texts={"name": f"Elder {side}", "gender": "f"}, org_id=ids[f"{side} home"]), today
        )
        assert not faults
        admin_centre.database.writing(lambda session, draft=draft: elder_records.add_elders(session, [draft], deed))
    return ids


def elders_below(centre, node):
    def work(session):
        listed = ElderList(session, Scope(node=node), NOW.date())
        found = listed.find(ElderQuery(), NEWEST_ELDERS, Page())
        return len(found.keys), found.total

    return centre.database.reading(work)


async def test_a_branch_moves_with_its_records_and_the_scope_of_its_accounts(admin_centre, admin, sessions, tree):
    orgs = admin_centre.organizations
    await admin_centre.role("local", "elders.view", scope=DataScope.BRANCH)
    await admin_centre.user("local", "local", "east")
    assert elders_below(admin_centre, tree["east"]) == (1, 1)
    before = admin_centre.as_account("local").org_ids
    street = orgs.nodes()[tree["west street"]]
    await orgs.move(admin, street.id, street.version, tree["east"])
    assert elders_below(admin_centre, tree["east"]) == (2, 2)
    assert elders_below(admin_centre, tree["west"]) == (0, 0)
    assert elders_below(admin_centre, tree["city"]) == (2, 2)
    assert admin_centre.as_account("local").org_ids - before == {tree["west street"], tree["west home"]}
    assert orgs.nodes()[tree["west home"]].order > orgs.nodes()[tree["east"]].order


async def test_a_cycle_and_a_wrong_place_are_told_at_the_field(admin_centre, admin, tree):
    move = admin_centre.organizations.move
    for target in ("east", "east street", "east home"):
        assert await faults_of(move(admin, tree["east"], 1, tree[target])) == {"parent_id": "cycle"}
    assert await faults_of(move(admin, tree["east"], 1, tree["west home"])) == {"parent_id": "wrong_place"}
    assert await faults_of(move(admin, tree["east"], 1, 9999)) == {"parent_id": "unknown"}
    assert elders_below(admin_centre, tree["east"]) == (1, 1)


async def test_a_branch_with_too_many_records_is_not_moved_while_people_work(admin_centre, admin, tree, monkeypatch):
    monkeypatch.setattr(organizations_service, "MOVED_AT_ONCE", 0)
    with pytest.raises(TooManyRecordsError):
        await admin_centre.organizations.move(admin, tree["east street"], 1, tree["west"])


async def test_one_in_use_says_what_uses_it(admin_centre, admin, tree):
    delete = admin_centre.organizations.delete
    with pytest.raises(InUseError) as told:
        await delete(admin, tree["east"])
    assert told.value.uses == {"children": 1}
    with pytest.raises(InUseError) as told:
        await delete(admin, tree["east home"])
    assert told.value.uses == {"elders": 1}
    spare = await admin_centre.organizations.create(admin, place("spare", "station", tree["east home"]))
    await delete(admin, spare)
    assert spare not in admin_centre.organizations.nodes()


@pytest.mark.parametrize(
    ("form", "faults"),
    [
        ({"name": ""}, {"name": "required"}),
        ({"name": "east", "kind": "district"}, {"name": "taken"}),
        ({"kind": "village"}, {"kind": "unknown"}),
        ({"parent_id": 9999}, {"parent_id": "unknown"}),
        ({"sort": 10000}, {"sort": "bad_sort"}),
        ({"kind": "city"}, {"kind": "wrong_place"}),
    ],
)
async def test_a_new_one_is_checked(admin_centre, admin, tree, form, faults):
    values = {"name": "new", "kind": "district", "parent_id": tree["city"]} | form
    assert await faults_of(admin_centre.organizations.create(admin, OrganizationForm(**values))) == faults


async def test_an_edit_keeps_the_tree_in_order_and_tells_the_second(admin_centre, admin, tree):
    orgs = admin_centre.organizations
    east = orgs.nodes()[tree["east"]]
    form = OrganizationForm("East side", "district", None, 5, active=False)
    await orgs.update(admin, east.id, east.version, form)
    now = orgs.nodes()[tree["east"]]
    assert (now.name, now.active, now.sort, now.parent_id) == ("East side", False, 5, tree["city"])
    assert now.order > orgs.nodes()[tree["west"]].order
    with pytest.raises(ChangedMeanwhileError):
        await orgs.update(admin, east.id, east.version, form)
    # a street may not become a community's like while a community lies below it
    assert await faults_of(orgs.update(admin, tree["west street"], 1, OrganizationForm("west street", "station"))) == {
        "kind": "wrong_place"
    }


async def test_one_is_found_and_chosen_by_its_path(admin_centre, admin, tree):
    orgs = admin_centre.organizations
    path = "临江市 / east / east street / east home"
    assert orgs.path(tree["east home"]) == path
    assert (orgs.path(None), orgs.path(99_999)) == ("", "")
    assert orgs.paths(admin, "EAST HOME", 50) == [path]
    assert len(orgs.paths(admin, " east ", 2)) == 2
    assert orgs.at_path(admin, f" {path} ") == tree["east home"]
    assert orgs.at_path(admin, " ") is None
    for wrong in ("east home", "临江市 / west / east home", "nowhere"):
        with pytest.raises(FieldErrors) as told:
            orgs.at_path(admin, wrong)
        assert told.value.faults == {"org_id": "not_found"}
    home = orgs.nodes()[tree["east home"]]
    await orgs.update(admin, home.id, home.version, OrganizationForm("east home", "community", active=False))
    assert orgs.paths(admin, "east home", 50) == []


async def test_a_branchs_administrator_chooses_within_the_branch(admin_centre, admin, sessions, tree):
    await admin_centre.role("local", "users.view", "users.manage", scope=DataScope.BRANCH)
    await admin_centre.user("local", "local", "east")
    local, orgs = admin_centre.as_account("local"), admin_centre.organizations
    assert [path.rpartition(" / ")[2] for path in orgs.paths(local, "", 50)] == ["east", "east street", "east home"]
    with pytest.raises(FieldErrors):
        orgs.at_path(local, "临江市 / west")
    with pytest.raises(PermissionDeniedError):
        orgs.paths(admin_centre.as_account("1001"), "", 50)


async def test_a_branchs_administrator_stays_in_the_branch(admin_centre, admin, sessions, tree):
    managing = [code for code in Permission if code.startswith("organizations.")]
    await admin_centre.role("local", *managing, scope=DataScope.BRANCH)
    await admin_centre.user("local", "local", "east")
    local = admin_centre.as_account("local")
    orgs = admin_centre.organizations
    assert {node.name for node in orgs.tree(local)} == {"east", "east street", "east home"}
    for work in (
        orgs.update(local, tree["west"], 1, OrganizationForm("x", "district")),
        orgs.move(local, tree["west street"], 1, tree["east"]),
        orgs.delete(local, tree["west home"]),
    ):
        with pytest.raises(NotFoundError):
            await work
    with pytest.raises(PermissionDeniedError):
        await orgs.move(local, tree["east"], 1, None)
    assert await faults_of(orgs.move(local, tree["east street"], 1, tree["west"])) == {"parent_id": "out_of_scope"}
    assert await faults_of(orgs.create(local, place("x", "street", tree["west"]))) == {"parent_id": "out_of_scope"}
    with pytest.raises(PermissionDeniedError):
        orgs.tree(admin_centre.as_account("1001"))
    secret = (await sessions.login("1001", PASSWORD, "10.0.0.1", "b")).secret
    assert sessions.known(secret) is not None
