"""What an agent does for a caller: record, note and order of the own call, and of no other."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from telephony.bus import MemoryBus
from telephony.types import AgentId, CallId, Direction
from telephony.views import PartyView, Patch
from tests.integration.services.records import call
from tests.unit.services.seats import seat
from xktcc_app.domain.elders import PhoneKind
from xktcc_app.domain.permissions import STARTING_ROLES, DataScope
from xktcc_app.domain.principal import Principal
from xktcc_app.models.elder import Elder, ElderPhone
from xktcc_app.models.order import ServiceItem, ServiceOrder
from xktcc_app.repositories.records import write_records
from xktcc_app.services.call_form import CallForm, CallFormService
from xktcc_app.services.call_work import CallWorkService, CallWorkSurroundings
from xktcc_app.services.dialling import DialService
from xktcc_app.services.elders import ElderService
from xktcc_app.services.errors import (
    BadValueError,
    ChangedMeanwhileError,
    FieldErrors,
    NotFoundError,
    PermissionDeniedError,
)
from xktcc_app.services.orders import OrderService, OrderSurroundings
from xktcc_app.services.screen_pop import ScreenPopService

ZONE = ZoneInfo("Asia/Shanghai")
NUMBER = "13800001111"


def agent(number="1001", org=2):
    permissions = STARTING_ROLES["agent"].permissions
    return Principal(
        3, number, number, ("agent",), permissions, DataScope.OWN, org, frozenset({org}), "s", False, AgentId(number)
    )


AGENT = agent()


class Written:
    depth = 0


@pytest.fixture
def bus():
    made = MemoryBus()
    party = PartyView(CallId("c1"), Direction.INBOUND, NUMBER, "96000", None, sos=False)
    made.publish(Patch(seats=(replace(seat("1001", org=2), party=party), seat("1002", org=4))))
    return made


@pytest.fixture
def people(database):
    """Two elders with the caller's number, one of them only as contact; the call is in the records."""

    def fill(session):
        write_records(session, [call("c1", agent=AgentId("1001")), call("c2", agent=AgentId("1002"))])
        for number, name in (("E1", "王桂兰"), ("E2", "李德福"), ("E3", "张三")):
            session.add(
                Elder(number=number, name=name, gender="f", community="和平社区", address="1 号", numbers=NUMBER,
                      created_at=datetime(2026, 1, 1, tzinfo=UTC))
            )  # fmt: skip
        session.flush()
        ids = {elder.number: elder.id for elder in session.exec(select(Elder)).all()}
        session.add_all(
            [
                ElderPhone(elder_id=ids["E1"], number=NUMBER, kind=PhoneKind.CONTACT, owner="李建国", relation="儿子"),
                ElderPhone(elder_id=ids["E2"], number=NUMBER, kind=PhoneKind.PHONE, is_primary=True),
                ElderPhone(elder_id=ids["E3"], number="13900002222", kind=PhoneKind.PHONE, is_primary=True),
                ServiceItem(name="送餐上门", category="meals", unit_price=1800),
            ]
        )
        return ids

    return database.writing(fill)


@pytest.fixture
def form(database, bus, audit, people):
    return CallFormService(database, bus, Written(), audit)


@pytest.fixture
def elders(database, audit):
    return ElderService(database, audit, ZONE)


@pytest.fixture
def work(database, bus, audit, elders, people):
    orders = OrderService(OrderSurroundings(database, audit))
    return CallWorkService(CallWorkSurroundings(database, bus, orders, elders, ZONE))


async def test_everybody_with_the_number_comes_up_and_whose_it_is(database, bus, people):
    pop = await ScreenPopService(database, bus, ZONE).pop(AGENT)
    assert [(one["name"], one["kind"], one["owner"]) for one in pop["matches"]] == [
        ("李德福", "phone", ""),
        ("王桂兰", "contact", "李建国"),
    ]
    assert (pop["call"], pop["number"], pop["elder"]["name"]) == ("c1", "138****1111", "李德福")


async def test_another_of_them_is_chosen_but_nobody_else(database, bus, people):
    service = ScreenPopService(database, bus, ZONE)
    chosen = await service.pop(AGENT, people["E1"])
    assert chosen["elder"]["name"] == "王桂兰"
    assert chosen["elder"]["contacts"] == [{"index": 0, "name": "李建国", "relation": "儿子", "phone": "138****1111"}]
    with pytest.raises(NotFoundError):
        await service.pop(AGENT, people["E3"])


async def test_without_a_call_nothing_comes_up(database, bus, people):
    assert (await ScreenPopService(database, bus, ZONE).pop(agent("1002", 4)))["call"] == ""


async def test_a_note_is_kept_at_the_call(form, database):
    assert await form.load(AGENT, "c1") == CallForm()
    version = await form.save(AGENT, "c1", CallForm("午餐没到", "progress", True, 1))
    assert await form.load(AGENT, "c1") == CallForm("午餐没到", "progress", True, version)
    # the telephone system's own record of the call goes on without touching it
    database.writing(lambda session: write_records(session, [call("c1", agent=AgentId("1001"), talk_s=3.0)]))
    assert (await form.load(AGENT, "c1")).note == "午餐没到"


async def test_saving_what_stands_there_changes_nothing(form):
    version = await form.save(AGENT, "c1", CallForm("a", "", None, 1))
    assert await form.save(AGENT, "c1", CallForm("a", "", None, version)) == version


async def test_words_written_meanwhile_are_not_overwritten(form):
    await form.save(AGENT, "c1", CallForm("first", "", None, 1))
    with pytest.raises(ChangedMeanwhileError) as told:
        await form.save(AGENT, "c1", CallForm("second", "", None, 1))
    assert told.value.version == 2
    assert (await form.load(AGENT, "c1")).note == "first"


@pytest.mark.parametrize(
    ("given", "field"), [(CallForm(note="字" * 2001), "note"), (CallForm(category="gossip"), "category")]
)
async def test_what_a_call_form_does_not_take(form, given, field):
    with pytest.raises(FieldErrors) as told:
        await form.save(AGENT, "c1", given)
    assert list(told.value.faults) == [field]


async def test_other_agents_calls_are_out_of_reach(form):
    with pytest.raises(NotFoundError):
        await form.load(AGENT, "c2")
    with pytest.raises(NotFoundError):
        await form.save(agent("1003"), "c1", CallForm("x"))
    with pytest.raises(PermissionDeniedError):
        await form.load(replace(AGENT, permissions=frozenset()), "c1")


async def test_an_order_belongs_to_the_call(work, database, people):
    database.writing(lambda session: setattr(session.get(Elder, people["E2"]), "org_id", None))
    whole = replace(AGENT, scope=DataScope.ALL, org_ids=None)
    ident = await work.dispatch(whole, people["E2"], {"item": "sc", "subsidy": "8"})
    order = database.reading(lambda session: session.get(ServiceOrder, ident))
    assert (order.call_id, order.source, order.amount, order.self_paid) == ("c1", "inbound", 1800, 1000)
    assert [one["id"] for one in await work.orders_of_call(whole)] == [ident]
    with pytest.raises(FieldErrors) as told:
        await work.dispatch(whole, people["E2"], {"item": "sc"})
    assert told.value.faults == {"again": "again"}
    assert await work.dispatch(whole, people["E2"], {"item": "sc", "again": "1"}) != ident


async def test_an_orders_faults_bear_the_forms_names(work, people):
    whole = replace(AGENT, scope=DataScope.ALL, org_ids=None)
    with pytest.raises(FieldErrors) as told:
        await work.dispatch(whole, people["E2"], {"item": "sc", "provider": "99"})
    assert told.value.faults == {"provider": "not_allowed"}


async def test_a_new_record_gets_the_calls_own_number(work, database):
    whole = replace(AGENT, scope=DataScope.ALL, org_ids=None, org_id=None)
    bus = work._around.bus
    party = PartyView(CallId("c1"), Direction.INBOUND, "13700003333", "96000", None, sos=False)
    bus.publish(Patch(seats=(replace(seat("1001", org=2), party=party),)))
    with pytest.raises(FieldErrors):
        await work.new_elder(whole, {"name": "", "gender": "f"})
    ident = await work.new_elder(whole, {"name": "赵四", "gender": "m", "phone": "13999999999"})
    numbers = database.reading(
        lambda session: session.exec(select(ElderPhone.number).where(ElderPhone.elder_id == ident)).all()
    )
    assert numbers == ["13700003333"]


class Toolbar:
    def __init__(self):
        self.dialled = []

    async def dial(self, _who, number):
        self.dialled.append(number)


async def test_a_number_is_dialled_by_where_it_stands(database, bus, people):
    toolbar = Toolbar()
    service = DialService(database, bus, toolbar)
    await service.dial(AGENT, "contact", str(people["E1"]))
    whole = replace(AGENT, scope=DataScope.ALL, org_ids=None)
    await service.dial(whole, "phone", str(people["E3"]))
    assert toolbar.dialled == [NUMBER, "13900002222"]
    for line, ident in (("phone", str(people["E3"])), ("contact", str(people["E2"])), ("call", "c2"), ("order", "1")):
        with pytest.raises(NotFoundError):
            await service.dial(AGENT, line, ident)
    with pytest.raises(BadValueError):
        await service.dial(AGENT, "anything", "1")
    assert len(toolbar.dialled) == 2


@pytest.mark.parametrize("line", ["phone", "order", "provider", "call"])
@pytest.mark.parametrize("ident", ["9" * 19, "9" * 10_000, "1\x00", "\ud800"])
async def test_what_can_be_no_records_id_is_named_so(any_database, bus, line, ident):
    service = DialService(any_database, bus, Toolbar())
    with pytest.raises(BadValueError if line != "call" or ident != "9" * 19 else NotFoundError):
        await service.dial(AGENT, line, ident)


@pytest.mark.parametrize("ident", ["", "-1", "x", "１x"])
async def test_only_digits_are_a_key(database, bus, ident):
    with pytest.raises(BadValueError):
        await DialService(database, bus, Toolbar()).dial(AGENT, "phone", ident)
