import pytest

from tests.integration.services.conftest import PASSWORD
from tests.integration.services.test_users import faults_of
from xktcc_app.domain.admin_forms import ResourceForm, RoleForm
from xktcc_app.domain.permissions import STARTING_ROLES, DataScope, Permission
from xktcc_app.domain.resources import KNOWN
from xktcc_app.repositories import resources as resources_repo
from xktcc_app.services.errors import (
    BeyondOwnRightsError,
    BuiltInError,
    ChangedMeanwhileError,
    FieldErrors,
    InUseError,
    NotFoundError,
    OutOfScopeError,
    PermissionDeniedError,
)


@pytest.fixture
def admin(admin_centre):
    return admin_centre.as_account("admin")


def form(code="nurse", **changes):
    values = {"name": "护士", "scope": "own", "codes": frozenset({"elders.view"})} | changes
    return RoleForm(code, **values)


async def the(centre, admin, code):
    return next(row for row in await centre.roles.all(admin) if row.code == code)


async def test_a_role_is_made_given_and_counted(admin_centre, admin, sessions):
    await admin_centre.roles.create(admin, form(description="看老人"))
    await admin_centre.user("n1", "nurse", "城北区服务中心")
    row = await the(admin_centre, admin, "nurse")
    assert (row.name, row.description, row.scope, row.builtin, row.members, row.online) == (
        "护士", "看老人", "own", False, 1, 0,
    )  # fmt: skip
    assert admin_centre.as_account("n1").permissions == {Permission.ELDERS_VIEW}


async def test_a_function_brings_its_page_along(admin_centre, admin):
    await admin_centre.roles.create(admin, form(codes=frozenset({"users.phone"})))
    assert (await the(admin_centre, admin, "nurse")).codes == {"users.phone", "users.view"}


async def test_a_change_takes_effect_on_open_sessions(admin_centre, admin, sessions, audit_entries):
    secret = (await sessions.login("supervisor", PASSWORD, "10.0.0.1", "b")).secret
    row = await the(admin_centre, admin, "supervisor")
    assert row.online == 1
    less = RoleForm("supervisor", "班长", "", "own", row.codes - {"seats.view", "seats.listen"})
    await admin_centre.roles.update(admin, row.version, less)
    # the functions that are left bring the page along; without them it goes
    assert sessions.known(secret).may(Permission.SEATS_VIEW)
    none = RoleForm("supervisor", "班长", "", "own", frozenset({"elders.view"}))
    await admin_centre.roles.update(admin, row.version + 1, none)
    known = sessions.known(secret)
    assert not known.may(Permission.SEATS_VIEW)
    assert known.scope is DataScope.OWN
    assert (audit_entries[-1].action, audit_entries[-1].target) == ("role.updated", "supervisor")
    assert "seats.view" in audit_entries[-1].detail["before"]


async def test_of_two_administrators_the_second_is_told(admin_centre, admin):
    await admin_centre.roles.create(admin, form())
    await admin_centre.roles.update(admin, 1, form(name="One"))
    with pytest.raises(ChangedMeanwhileError) as told:
        await admin_centre.roles.update(admin, 1, form(name="Two"))
    assert told.value.version == 2
    assert (await the(admin_centre, admin, "nurse")).name == "One"


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"code": ""}, {"code": "required"}),
        ({"code": "1x"}, {"code": "bad_code"}),
        ({"code": "ADMIN"}, {"code": "taken"}),
        ({"name": ""}, {"name": "required"}),
        ({"name": "管理员"}, {"name": "taken"}),
        ({"scope": "everything"}, {"scope": "unknown"}),
        ({"description": "x" * 201}, {"description": "too_long"}),
        ({"codes": frozenset({"no.such"})}, {"codes": "unknown"}),
    ],
)
async def test_what_is_wrong_is_told_at_the_field(admin_centre, admin, changes, faults):
    assert await faults_of(admin_centre.roles.create(admin, form(**changes))) == faults


async def test_nobody_locks_everybody_out(admin_centre, admin):
    row = await the(admin_centre, admin, "admin")
    without = RoleForm("admin", row.name, "", "all", row.codes - {"users.manage"})
    assert await faults_of(admin_centre.roles.update(admin, row.version, without)) == {"codes": "last_administrator"}
    smaller = RoleForm("admin", row.name, "", "branch", row.codes)
    assert await faults_of(admin_centre.roles.update(admin, row.version, smaller)) == {"codes": "last_administrator"}
    assert (await the(admin_centre, admin, "admin")).codes == row.codes


async def test_nobody_locks_themselves_out(admin_centre, admin):
    everything = {code.value for code in Permission}
    await admin_centre.roles.create(admin, form("second", name="Second", scope="all", codes=frozenset(everything)))
    await admin_centre.user("second", "second")
    second = admin_centre.as_account("second")
    less = form("second", name="Second", scope="all", codes=frozenset(everything - {"roles.manage"}))
    assert await faults_of(admin_centre.roles.update(second, 1, less)) == {"codes": "locks_out"}
    smaller = form("second", name="Second", scope="own", codes=frozenset(everything))
    assert await faults_of(admin_centre.roles.update(second, 1, smaller)) == {"scope": "locks_out"}
    await admin_centre.roles.update(admin, 1, less)
    assert not admin_centre.as_account("second").may(Permission.ROLES_MANAGE)


async def test_nobody_gives_or_takes_more_than_they_hold(admin_centre, admin):
    await admin_centre.role("keeper", "roles.view", "roles.manage", "elders.view")
    await admin_centre.user("keeper", "keeper")
    keeper = admin_centre.as_account("keeper")
    more = form(codes=frozenset({"audit.view"}))
    assert await faults_of(admin_centre.roles.create(keeper, more)) == {"codes": "beyond_own"}
    with pytest.raises(BeyondOwnRightsError):
        await admin_centre.roles.update(keeper, 1, RoleForm("agent", "坐席", "", "own", frozenset()))
    await admin_centre.roles.create(keeper, form())


async def test_who_sees_a_branch_only_changes_no_role(admin_centre):
    await admin_centre.role("local", "roles.view", "roles.manage", scope=DataScope.BRANCH)
    await admin_centre.user("local", "local", "城北区服务中心")
    local = admin_centre.as_account("local")
    for work in (
        admin_centre.roles.create(local, form()),
        admin_centre.roles.update(local, 1, form("agent")),
        admin_centre.roles.delete(local, "local"),
    ):
        with pytest.raises(OutOfScopeError):
            await work


async def test_a_role_goes_when_nobody_has_it(admin_centre, admin):
    await admin_centre.roles.create(admin, form())
    await admin_centre.user("n1", "nurse")
    with pytest.raises(InUseError) as told:
        await admin_centre.roles.delete(admin, "nurse")
    assert told.value.uses == {"accounts": 1}
    await admin_centre.roles.create(admin, form("spare", name="Spare"))
    await admin_centre.roles.delete(admin, "spare")
    with pytest.raises(BuiltInError):
        await admin_centre.roles.delete(admin, "agent")
    with pytest.raises(NotFoundError):
        await admin_centre.roles.delete(admin, "spare")


async def test_an_agent_neither_reads_nor_changes(admin_centre):
    agent = admin_centre.as_account("1001")
    for work in (admin_centre.roles.all(agent), admin_centre.roles.create(agent, form())):
        with pytest.raises(PermissionDeniedError):
            await work


# ---- resources -------------------------------------------------------------------------------------------------------------


async def test_the_stored_tree_agrees_with_the_program(admin_centre, admin, people):
    nodes = admin_centre.resources.tree(admin)
    assert {node.code for node in nodes} == set(KNOWN)
    assert [node.code for node in nodes if node.depth == 0][:2] == ["group.base", "group.work"]
    assert all(node.builtin and node.shown for node in nodes)
    assert people.writing(resources_repo.reconcile) == (0, 0)


async def test_a_new_function_goes_to_the_roles_that_are_born_with_it(admin_centre, people):
    def forget(session):
        session.connection().exec_driver_sql("DELETE FROM resource WHERE code = 'seats.listen'")
        session.connection().exec_driver_sql("DELETE FROM role_permission WHERE permission = 'seats.listen'")
        session.connection().exec_driver_sql(
            "INSERT INTO resource VALUES ('old.function', 'page.seats', 'button', '', '', 0, 1, 1)"
        )

    people.writing(forget)
    assert people.writing(resources_repo.reconcile) == (1, 1)
    assert admin_centre.as_account("supervisor").may(Permission.SEATS_LISTEN)
    assert not admin_centre.as_account("1001").may(Permission.SEATS_LISTEN)
    assert "seats.listen" in STARTING_ROLES["supervisor"].permissions


async def test_what_an_administrator_took_away_stays_away(admin_centre, admin, people):
    row = await the(admin_centre, admin, "agent")
    await admin_centre.roles.update(admin, 1, RoleForm("agent", "坐席", "", "own", row.codes - {"elders.edit"}))
    people.writing(resources_repo.reconcile)
    assert "elders.edit" not in (await the(admin_centre, admin, "agent")).codes


async def test_name_order_and_visibility_are_the_administrators(admin_centre, admin):
    before = admin_centre.resources.version
    await admin_centre.resources.update(admin, ResourceForm("page.orders", "工单", sort=0, shown=False))
    await admin_centre.resources.update(admin, ResourceForm("page.elders", "", sort=99))
    pages = [node for node in admin_centre.resources.nodes() if node.parent == "group.base"]
    assert next((node.code, node.name, node.shown) for node in pages) == ("page.orders", "工单", False)
    assert pages[-1].code == "page.elders"
    assert admin_centre.resources.hidden() == {"page.orders"}
    assert admin_centre.resources.version > before
    for code in ("elders.view", "page.resources"):
        assert await faults_of(admin_centre.resources.update(admin, ResourceForm(code, "", shown=False))) == {
            "shown": "must_be_shown"
        }


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"code": "page.elders"}, {"code": "taken"}),
        ({"code": "Not A Code"}, {"code": "bad_code"}),
        ({"name": ""}, {"name": "required"}),
        ({"route": "https://elsewhere.example"}, {"route": "bad_route"}),
        ({"route": "//elsewhere.example"}, {"route": "bad_route"}),
        ({"route": "javascript:alert(1)"}, {"route": "bad_route"}),
        ({"route": ""}, {"route": "required"}),
        ({"parent": "page.elders"}, {"parent": "wrong_parent"}),
        ({"kind": "button"}, {"route": "no_route", "parent": "wrong_parent"}),
        ({"kind": "thing"}, {"kind": "unknown", "parent": "wrong_parent"}),
        ({"sort": -1}, {"sort": "bad_sort"}),
    ],
)
async def test_a_resource_of_ones_own_is_checked(admin_centre, admin, changes, faults):
    values = {"code": "own.page", "name": "Own", "parent": "group.base", "route": "/elders?type=lives_alone"} | changes
    with pytest.raises(FieldErrors) as wrong:
        await admin_centre.resources.create(admin, ResourceForm(**values))
    assert faults.items() <= wrong.value.faults.items()


async def test_a_resource_of_ones_own_is_given_by_a_role_and_then_stays(admin_centre, admin):
    own = ResourceForm("own.page", "独居老人", "page", "group.base", "/elders?type=lives_alone", 9)
    await admin_centre.resources.create(admin, own)
    await admin_centre.roles.create(admin, form(codes=frozenset({"own.page"})))
    await admin_centre.user("n1", "nurse")
    assert admin_centre.as_account("n1").extra == {"own.page"}
    with pytest.raises(InUseError):
        await admin_centre.resources.delete(admin, "own.page")
    with pytest.raises(BuiltInError):
        await admin_centre.resources.delete(admin, "page.elders")
    await admin_centre.roles.update(admin, 1, form(codes=frozenset()))
    await admin_centre.resources.delete(admin, "own.page")
    assert "own.page" not in {node.code for node in admin_centre.resources.nodes()}
