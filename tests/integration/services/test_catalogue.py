"""Providers and service items: who may, what is refused, and that nobody overwrites another unawares."""

import pytest

from tests.integration.services.test_record_services import Office
from xktcc_app.domain.audit import AuditAction
from xktcc_app.domain.list_queries import CatalogueQuery
from xktcc_app.domain.paging import Page, Sort
from xktcc_app.domain.permissions import Permission
from xktcc_app.services.audit import AuditService
from xktcc_app.services.catalogue import CatalogueService
from xktcc_app.services.errors import ChangedMeanwhileError, FieldErrors, NotFoundError, PermissionDeniedError

MEAL = {"name": "午餐配送", "category": "meals", "unit": "份", "unit_price": "18.5"}


@pytest.fixture
def office(database):
    return Office(database)


@pytest.fixture
def catalogue(office):
    return CatalogueService(office.database, AuditService(office.entries))


async def test_an_item_is_made_found_and_changed(office, catalogue):
    boss = office.who()
    key = await catalogue.save(boss, "item", 0, MEAL, {})
    assert await catalogue.fields(boss, "item", key) == MEAL | {"unit_price": "18.50"}
    found = await catalogue.items(boss, CatalogueQuery(name="餐配", category="meals", active="1"))
    assert [(row.id, row.unit_price) for row in found.rows] == [(key, 1850)]
    read = await catalogue.fields(boss, "item", key)
    assert await catalogue.save(boss, "item", key, read | {"unit_price": "20"}, read) == key
    assert [entry.action for entry in office.entries] == [AuditAction.CATALOGUE_CHANGED] * 2


async def test_who_changes_what_another_has_changed_is_told(office, catalogue):
    boss = office.who()
    key = await catalogue.save(boss, "item", 0, MEAL, {})
    read = await catalogue.fields(boss, "item", key)
    await catalogue.save(boss, "item", key, read | {"unit": "盒"}, read)
    with pytest.raises(ChangedMeanwhileError):
        await catalogue.save(boss, "item", key, read | {"unit": "袋"}, read)
    assert (await catalogue.fields(boss, "item", key))["unit"] == "盒"


async def test_what_is_wrong_is_told_at_the_field(office, catalogue):
    boss = office.who()
    await catalogue.save(boss, "provider", 0, {"name": "甲", "phone": "0531-88880417"}, {})
    wrong = [
        (
            "item",
            {"name": "", "category": "", "unit": "x" * 21, "unit_price": "-1"},
            {"name", "category", "unit", "unit_price"},
        ),
        ("item", MEAL | {"category": "nonsense", "unit_price": "1000001"}, {"category", "unit_price"}),
        ("provider", {"name": "甲", "phone": "12"}, {"name", "phone"}),
        ("provider", {"name": "x" * 101}, {"name"}),
    ]
    for kind, fields, faulty in wrong:
        with pytest.raises(FieldErrors) as refused:
            await catalogue.save(boss, kind, 0, fields, {})
        assert set(refused.value.faults) == faulty


async def test_what_is_out_of_use_is_offered_no_more(office, catalogue):
    boss = office.who()
    key = await catalogue.save(boss, "provider", 0, {"name": "甲"}, {})
    await catalogue.set_active(boss, "provider", key, active=False)
    assert key not in {one.id for one in (await office.orders.choices())[1]}
    assert [row.id for row in (await catalogue.providers(boss, CatalogueQuery(name="甲", active="0"))).rows] == [key]
    await catalogue.set_active(boss, "provider", key, active=True)
    assert key in {one.id for one in (await office.orders.choices())[1]}


async def test_lists_are_sorted_and_paged_and_wildcards_mean_themselves(office, catalogue):
    boss = office.who()
    for at in range(25):
        await catalogue.save(boss, "provider", 0, {"name": f"页{at:02d}"}, {})
    found = await catalogue.providers(boss, CatalogueQuery(name="页"), Sort("name"), Page(2, 20))
    assert ([row.name for row in found.rows], found.total) == ([f"页{at:02d}" for at in (4, 3, 2, 1, 0)], 25)
    assert (await catalogue.providers(boss, CatalogueQuery(name="%"))).total == 0
    assert (await catalogue.providers(boss, CatalogueQuery(name="_"))).total == 0


async def test_who_may_not_is_refused_everything(office, catalogue):
    nobody = office.who(permissions=frozenset(Permission) - {Permission.CATALOGUE_MANAGE})
    for attempt in (
        catalogue.providers(nobody, CatalogueQuery()),
        catalogue.items(nobody, CatalogueQuery()),
        catalogue.fields(nobody, "item", 1),
        catalogue.save(nobody, "item", 0, MEAL, {}),
        catalogue.set_active(nobody, "item", 1, active=False),
    ):
        with pytest.raises(PermissionDeniedError):
            await attempt


async def test_what_is_not_there_is_not_found(office, catalogue):
    boss = office.who()
    for attempt in (
        catalogue.fields(boss, "item", 999_999),
        catalogue.fields(boss, "nonsense", 1),
        catalogue.set_active(boss, "provider", 999_999, active=True),
        catalogue.save(boss, "provider", 999_999, {"name": "甲"}, {}),
        catalogue.save(boss, "nonsense", 0, {"name": "甲"}, {}),
    ):
        with pytest.raises(NotFoundError):
            await attempt
