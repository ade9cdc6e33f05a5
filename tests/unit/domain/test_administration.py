from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.types import AgentId
from tests.unit.domain.test_access import principal
from xktcc_app.domain import resources
from xktcc_app.domain.admin_forms import (
    OrganizationForm,
    ResourceForm,
    RoleForm,
    UserForm,
    fits_below,
    phone_faults,
    tidy,
)
from xktcc_app.domain.audit_chain import FIELDS, AuditSeal, Break, Link
from xktcc_app.domain.permissions import EVERYONE, DataScope, Permission, within_scope
from xktcc_app.domain.resources import KNOWN, SENSITIVE, ResourceKind, is_view


def test_every_permission_has_its_place_in_the_tree():
    buttons = {code for code, known in KNOWN.items() if known.kind is ResourceKind.BUTTON}
    assert buttons == {code.value for code in Permission} - {code.value for code in EVERYONE}
    for known in KNOWN.values():
        assert known.parent is None or known.parent in KNOWN
    assert {code.value for code in SENSITIVE} <= buttons
    assert KNOWN["records.unmask"].parent == "page.elders"


def test_a_function_of_no_known_page_gets_a_page_of_its_own(monkeypatch):
    monkeypatch.setattr(resources, "_PAGES", {"base": {"elders": "/elders"}})
    found = resources._known()
    assert found["seats.view"].parent == "page.seats"
    assert found["page.seats"].parent == "group.other"


def test_views_open_pages():
    assert is_view("users.view")
    assert not is_view("users.manage")


@pytest.mark.parametrize(
    ("scope", "org", "over"),
    [
        (DataScope.ALL, None, True),
        (DataScope.ALL, 9, True),
        (DataScope.BRANCH, 3, True),
        (DataScope.BRANCH, 9, False),
        (DataScope.BRANCH, None, False),
        (DataScope.OWN, 2, False),
    ],
)
def test_whose_things_an_administrator_oversees(scope, org, over):
    who = principal(scope=scope, org_ids=None if scope is DataScope.ALL else frozenset({2, 3}))
    assert who.oversees(org) is over
    assert replace(who, agent=AgentId("1")).oversees(org) is over


def test_a_branch_without_an_organization_oversees_nothing():
    assert not principal(scope=DataScope.BRANCH, org_ids=None).oversees(2)


def test_scopes_have_an_order():
    assert within_scope(DataScope.OWN, DataScope.BRANCH)
    assert not within_scope(DataScope.ALL, DataScope.BRANCH)


@given(st.text(), st.text(), st.text())
def test_no_text_breaks_a_form(one, other, third):
    user = UserForm(one, other, None, (third,), third).tidied()
    role = RoleForm(one, other, third, third).tidied()
    resource = ResourceForm(one, other, third, route=third).tidied()
    for faults in (user.faults(), role.faults(), resource.faults(builtin=False), OrganizationForm(one, other).faults()):
        assert all(faults.values())
    assert resource.faults(builtin=True).keys() <= {"name", "sort"}
    assert phone_faults(one, other, has_token=False).keys() <= {"phone_id", "token"}
    assert tidy(tidy(one)) == tidy(one)


def test_a_tidy_organization():
    form = OrganizationForm(" 和平\u200b社区 ", "community", 3, 4, active=False).tidied()
    assert form == OrganizationForm("和平社区", "community", 3, 4, active=False)
    assert form.faults() == {}


def test_forms_without_faults():
    assert UserForm("a1", "A", None, (), "1001").faults() == {}
    assert RoleForm("nurse", "护士").faults() == {}
    assert ResourceForm("own.page", "Own", route="/elders").faults(builtin=False) == {}
    assert phone_faults("", "", has_token=True) == {}
    assert phone_faults("p1", "", has_token=True) == {}
    assert phone_faults("p1", "x" * 200, has_token=True) == {"token": "too_long"}
    assert phone_faults("p1", "good-one", has_token=False) == {}
    assert ResourceForm("own.page", "Own", route="").faults(builtin=False) == {"route": "required"}


@pytest.mark.parametrize(
    ("kind", "parent", "fits"),
    [
        ("city", None, True),
        ("street", "district", True),
        ("district", "street", False),
        ("city", "city", False),
        ("call_centre", "call_centre", True),
        ("station", "city", True),
        ("street", "call_centre", False),
    ],
)
def test_what_may_stand_below_what(kind, parent, fits):
    assert fits_below(kind, parent) is fits


# ---- the audit chain -------------------------------------------------------------------------------------------------------

AT = datetime(2026, 11, 23, tzinfo=UTC)
ROW = dict.fromkeys(FIELDS, "") | {"at": AT, "account_id": None}


def chain(seal, count):
    link, rows = Link(), []
    for number in range(count):
        row = {**ROW, "key": str(number), "at": AT + timedelta(seconds=number)}
        link = seal.next(link, row)
        rows.append({**row, "seq": link.seq, "mac": link.mac})
    return rows


@given(st.integers(1, 6), st.data())
def test_any_change_breaks_the_chain_where_it_was_made(count, data):
    seal = AuditSeal("k")
    rows = chain(seal, count)
    assert seal.first_break(rows, Link())[1] is None
    place = data.draw(st.integers(0, count - 1))
    name = data.draw(st.sampled_from([*FIELDS, "mac"]))
    rows[place] = {**rows[place], name: AT - timedelta(days=1) if name == "at" else "other"}
    assert seal.first_break(rows, Link())[1] == Break(place + 1, "changed")


def test_a_missing_deed_and_one_without_a_code_are_seen():
    seal = AuditSeal("k")
    rows = chain(seal, 3)
    assert seal.first_break([rows[0], rows[2]], Link())[1] == Break(2, "missing")
    assert seal.first_break([{**rows[0], "mac": None}], Link())[1] == Break(1, "changed")
