"""Every service method that acts for somebody: refused to who may nothing, and blind to what lies outside of the scope."""

import inspect
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from telephony.types import Direction
from tests.integration.services.admin_centre import place
from tests.integration.services.records import call
from xktcc_app.domain.admin_forms import OrganizationForm, ResourceForm, RoleForm, UserForm
from xktcc_app.domain.admin_queries import AccountQuery, AuditQuery
from xktcc_app.domain.elder_form import ElderForm
from xktcc_app.domain.list_queries import CallQuery, ElderQuery, OrderQuery
from xktcc_app.domain.orders import OrderAction
from xktcc_app.domain.permissions import DataScope, Permission
from xktcc_app.models.order import ServiceItem
from xktcc_app.repositories.records import write_records
from xktcc_app.services.call_records import CallRecordService
from xktcc_app.services.elders import ElderService
from xktcc_app.services.errors import FieldErrors, NotFoundError, PermissionDeniedError, ServiceError
from xktcc_app.services.orders import OrderForm, OrderService, OrderSurroundings, StepForm

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
FREE = {"places", "visible", "menu_for"}
"""For the program itself: they show no more than the scope, and need no permission of their own."""


class Methods:
    """The methods by service, and arguments for them by the name of the parameter; ``ids`` of things that exist."""

    def __init__(self, centre, ids):
        audit = centre.audit
        self.services = {
            "accounts": centre.accounts,
            "users": centre.users,
            "phones": centre.phones,
            "roles": centre.roles,
            "resources": centre.resources,
            "organizations": centre.organizations,
            "log": centre.log,
            "elders": ElderService(centre.database, audit, ZONE, lambda: NOW),
            "orders": OrderService(OrderSurroundings(centre.database, audit, lambda: NOW)),
            "calls": CallRecordService(centre.database, audit, lambda: NOW),
        }
        self.ids = ids
        self.queries = {
            "users": AccountQuery(),
            "log": AuditQuery(),
            "elders": ElderQuery(),
            "orders": OrderQuery(),
            "calls": CallQuery(),
        }
        self._forms = {
            "users": UserForm("fresh", "Fresh"),
            "roles": RoleForm("fresh", "Fresh"),
            "resources": ResourceForm("page.elders", "x"),
            "organizations": OrganizationForm("Fresh", "station"),
            "elders": ElderForm(texts={"name": "王", "gender": "f"}),
            "orders": OrderForm(ids["elder_id"], 1),
        }  # fmt: skip

    def names(self):
        for service, made in self.services.items():
            for name, method in inspect.getmembers(made, inspect.ismethod):
                parameters = list(inspect.signature(method).parameters)
                if not name.startswith("_") and parameters[:1] == ["principal"] and name not in FREE:
                    yield service, name, parameters[1:]

    def call(self, who, service, name, parameters):
        method = getattr(self.services[service], name)
        needed = [
            one for one in parameters if inspect.signature(method).parameters[one].default is inspect.Parameter.empty
        ]
        return method(who, *(self._argument(service, name, one) for one in needed))

    def _argument(self, service, name, parameter):
        if parameter in self.ids:
            return self.ids[parameter]
        if parameter == "query":
            return self.queries[service]
        if parameter == "form":
            return StepForm(OrderAction.CANCEL) if name == "take_step" else self._forms[service]
        plain = {"version": 1, "code": "agent", "phone_id": "", "token": "", "parent_id": None,
                 "field": "phones", "note": "x", "valid": True, "path": "", "text": "", "most": 5}  # fmt: skip
        return plain[parameter]


@pytest.fixture
async def methods(admin_centre):
    """Two districts; in the western one an account, an elder, an order and a call."""
    admin = admin_centre.as_account("admin")
    make = admin_centre.organizations.create
    city = await make(admin, place("临江市", "city"))
    east, west = [await make(admin, place(side, "district", city)) for side in ("east", "west")]
    home = await make(admin, place("west home", "community", west))
    account_id = await admin_centre.user("westerner", "agent", "west", "1077")
    ids = {"account_id": account_id, "org_id": west, "elder_id": 0, "order_id": 0, "call_id": "west-call"}
    made = Methods(admin_centre, ids)
    form = ElderForm(texts={"name": "王桂兰", "gender": "f"}, org_id=home, phones=["13800001111"])
    ids["elder_id"] = await made.services["elders"].create(admin, form)
    admin_centre.database.writing(
        lambda session: session.add(ServiceItem(name="助浴", category="bathing", unit_price=100))
    )
    ids["order_id"] = await made.services["orders"].create(admin, OrderForm(ids["elder_id"], 1))
    record = call("west-call", elder_id=ids["elder_id"], direction=Direction.INBOUND)
    admin_centre.database.writing(lambda session: write_records(session, [record]))
    made.east = east
    return made


async def outcome(work):
    """What a method answers, awaited or not; the error if it fails."""
    try:
        result = work()
        return await result if inspect.isawaitable(result) else result
    except ServiceError as error:
        return error


async def test_a_fresh_role_without_functions_may_nothing(methods, admin_centre):
    nobody = replace(admin_centre.as_account("westerner"), permissions=frozenset(), scope=DataScope.ALL, org_ids=None)
    open_to_all = [
        f"{service}.{name}"
        for service, name, parameters in methods.names()
        if not isinstance(
            await outcome(lambda s=service, n=name, p=parameters: methods.call(nobody, s, n, p)), PermissionDeniedError
        )
    ]
    assert open_to_all == []


async def test_what_lies_outside_of_the_scope_is_not_there(methods, admin_centre):
    eastern = replace(
        admin_centre.as_account("admin"),
        account_id=9999,
        permissions=frozenset(Permission),
        scope=DataScope.BRANCH,
        org_id=methods.east,
        org_ids=frozenset({methods.east}),
    )
    asked, seen = 0, []
    for service, name, parameters in methods.names():
        if not set(parameters) & set(methods.ids):
            continue
        asked += 1
        result = await outcome(lambda s=service, n=name, p=parameters: methods.call(eastern, s, n, p))
        if not isinstance(result, NotFoundError | PermissionDeniedError) and result not in ((), []):
            seen.append((service, name, result))
    assert seen == []
    assert asked > 15
    form = OrderForm(methods.ids["elder_id"], 1)
    with pytest.raises((NotFoundError, FieldErrors)):
        await methods.services["orders"].create(eastern, form)


async def test_lists_and_exports_show_nothing_of_it_either(methods, admin_centre):
    eastern = replace(
        admin_centre.as_account("admin"), account_id=9999, permissions=frozenset(Permission),
        scope=DataScope.BRANCH, org_id=methods.east, org_ids=frozenset({methods.east}),
    )  # fmt: skip
    for service, query in methods.queries.items():
        found = await methods.services[service].search(eastern, query)
        assert (service, found.rows, found.total) == (service, (), 0)
    assert "".join(methods.services["log"].export(eastern, AuditQuery())).count("\n") == 1
    assert {node.id for node in methods.services["organizations"].tree(eastern)} == {methods.east}


async def test_the_administrator_gets_through_with_the_same_calls(methods, admin_centre):
    admin = admin_centre.as_account("admin")
    denied = []
    for service, name, parameters in methods.names():
        result = await outcome(lambda s=service, n=name, p=parameters: methods.call(admin, s, n, p))
        if isinstance(result, PermissionDeniedError):
            denied.append((service, name))
    # the call is no agent's of theirs to note
    assert denied in ([], [("calls", "note")])
