from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from telephony.types import AgentId, CallOutcome
from tests.integration.services.records import T0, call, step
from xktcc_app.domain.audit import AuditAction
from xktcc_app.domain.elder_form import Contact, ElderForm
from xktcc_app.domain.list_queries import CallQuery, ElderQuery, OrderQuery
from xktcc_app.domain.orders import OrderAction
from xktcc_app.domain.permissions import DataScope, Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.models.elder import Elder, ElderPhone
from xktcc_app.models.order import Provider, ServiceItem
from xktcc_app.models.organization import Organization
from xktcc_app.repositories import organizations
from xktcc_app.repositories.records import write_records
from xktcc_app.services.audit import AuditService
from xktcc_app.services.call_records import CallRecordService
from xktcc_app.services.elders import ElderService
from xktcc_app.services.errors import (
    ChangedMeanwhileError,
    DuplicateFoundError,
    FieldErrors,
    IllegalStepError,
    NotFoundError,
    PermissionDeniedError,
)
from xktcc_app.services.orders import OrderForm, OrderService, OrderSurroundings, StepForm
from xktcc_app.services.upkeep import bring_up_to_date, rebuild_all

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
CARD = "330102194405012222"


class Entries(list):
    def put(self, record):
        self.append(record)


class Office:
    """A small tree, three services and people who use them."""

    def __init__(self, database):
        self.database = database
        self.entries = Entries()
        self.now = NOW
        audit = AuditService(self.entries, lambda: self.now)
        self.elders = ElderService(database, audit, ZONE, lambda: self.now)
        self.orders = OrderService(OrderSurroundings(database, audit, lambda: self.now))
        self.calls = CallRecordService(database, audit, lambda: self.now)
        database.writing(self._fill)

    def _fill(self, session):
        city = Organization(name="临江市", kind="city")
        session.add(city)
        session.flush()
        self.north, self.south = (
            Organization(name=name, kind="community", parent_id=city.id) for name in ("城北", "城南")
        )
        session.add_all([self.north, self.south])
        session.add_all(
            [Provider(name="康宁"), ServiceItem(name="助浴（上门）", category="bathing", unit_price=12_000)]
        )
        organizations.renumber(session)
        self.city = city.id

    def who(self, scope=DataScope.ALL, org=None, agent=None, permissions=frozenset(Permission)):
        return Principal(
            *(1, "boss", "Boss", ("x",), frozenset(permissions), scope, org, None, "s", False),
            AgentId(agent) if agent else None,
        )

    def form(self, name="王桂兰", **changes):
        texts = {"name": name, "gender": "f", "community": "城北"} | changes.pop("texts", {})
        return ElderForm(**({"texts": texts, "org_id": self.north.id, "phones": ["13800001111"]} | changes))

    def actions(self):
        return [entry.action for entry in self.entries]


@pytest.fixture
def office(any_database):
    return Office(any_database)


async def names(office, who=None, **query):
    return [row.name for row in (await office.elders.search(who or office.who(), ElderQuery(**query))).rows]


async def test_a_record_is_made_found_changed_and_archived(office):
    boss = office.who()
    key = await office.elders.create(
        boss,
        office.form(
            id_card=CARD,
            types=["lives_alone"],
            sos_number="95001234",
            contacts=[Contact("王芳", "女儿", "13900002222")],
        ),
    )
    for query in (
        {"name": "桂"},
        {"name": "wgl"},
        {"name": "guilan"},
        {"phone": "0111"},
        {"phone": "5001"},
        {"gender": "f"},
    ):
        assert await names(office, **query) == ["王桂兰"], query
    assert await names(office, types=("very_old",)) == []
    detail = await office.elders.detail(boss, key)
    assert (detail.birth_date.isoformat(), detail.age, detail.version) == ("1944-05-01", 82, 1)
    assert (detail.phones, detail.id_card, detail.sos_number) == (("138****1111",), "330102********2222", "95****34")
    assert detail.contacts == (Contact("王芳", "女儿", "139****2222"),)
    # what was left as it was shown stays what it is
    shown = office.form(
        "王桂英", id_card=detail.id_card, phones=[*detail.phones, "13700003333"], contacts=list(detail.contacts)
    )
    assert await office.elders.update(boss, key, 1, shown) == 2
    assert await office.elders.unmask(boss, key, "phones") == ("13800001111", "13700003333")
    assert await office.elders.unmask(boss, key, "id_card") == (CARD,)
    assert await office.elders.unmask(boss, key, "contacts") == ("13900002222",)
    assert (await names(office, name="兰"), await names(office, name="英"), await names(office, phone="1370")) == (
        [],
        ["王桂英"],
        ["王桂英"],
    )
    history = await office.elders.history(boss, key)
    assert [entry.action for entry in history] == ["update", "create"]
    assert history[0].changes["name"] == ["王桂兰", "王桂英"]
    assert history[0].changes["phones"] == [["138****1111"], ["138****1111", "137****3333"]]
    assert history[0].changes["sos_number"] == ["95****34", ""]
    await office.elders.archive(boss, key, 2)
    assert await names(office) == []
    assert await names(office, archived=True) == ["王桂英"]
    await office.elders.archive(boss, key, 3, archived=False)
    assert await names(office) == ["王桂英"]
    assert AuditAction.UNMASKED in office.actions()
    assert not any(digits in repr(office.entries) for digits in ("13800001111", CARD))


async def test_two_people_change_one_record(office):
    boss = office.who()
    key = await office.elders.create(boss, office.form())
    await office.elders.update(boss, key, 1, office.form("王桂花"))
    with pytest.raises(ChangedMeanwhileError) as told:
        await office.elders.update(boss, key, 1, office.form("王桂香"))
    assert told.value.version == 2
    assert await names(office) == ["王桂花"]


async def test_duplicates_are_noticed_and_may_be_meant(office):
    boss = office.who()
    first = await office.elders.create(boss, office.form(id_card=CARD))
    for form in (office.form("李四", phones=["+86 138 0000 1111"]), office.form("李四", phones=[], id_card=CARD)):
        with pytest.raises(DuplicateFoundError) as told:
            await office.elders.create(boss, form)
        assert told.value.ids == (first,)
    await office.elders.create(boss, office.form("李四"), accept_duplicates=True)
    assert await names(office, phone="13800001111") == ["李四", "王桂兰"]


async def test_faults_are_told_by_field(office):
    form = ElderForm(texts={"name": " ", "gender": "x"}, id_card="123", phones=["12"], birth_date="2090-01-01")
    with pytest.raises(FieldErrors) as told:
        await office.elders.create(office.who(), form)
    assert told.value.faults == {
        "name": "required",
        "gender": "not_allowed",
        "id_card": "id_card_form",
        "phones": "phone",
        "birth_date": "future_date",
    }


async def test_permission_and_scope(office):
    key = await office.elders.create(office.who(), office.form())
    south = office.who(DataScope.BRANCH, office.south.id)
    assert await names(office, south) == []
    with pytest.raises(NotFoundError):
        await office.elders.detail(south, key)
    with pytest.raises(NotFoundError):
        await office.elders.unmask(south, key, "phones")
    with pytest.raises(FieldErrors) as told:
        await office.elders.create(south, office.form("赵六", phones=[]))
    assert told.value.faults == {"org_id": "out_of_scope"}
    nobody = office.who(permissions=())
    for refused in (
        office.elders.search(nobody, ElderQuery()),
        office.elders.detail(nobody, key),
        office.elders.history(nobody, key),
        office.elders.unmask(nobody, key, "phones"),
        office.elders.create(nobody, office.form()),
        office.elders.update(nobody, key, 1, office.form()),
        office.elders.archive(nobody, key, 1),
        office.orders.search(nobody, OrderQuery()),
        office.orders.create(nobody, OrderForm(key, 1)),
        office.orders.take_step(nobody, 1, 1, StepForm(OrderAction.CANCEL)),
        office.calls.search(nobody, CallQuery()),
        office.calls.unmask(nobody, "c1"),
    ):
        with pytest.raises(PermissionDeniedError):
            await refused


async def test_an_order_from_dispatch_to_settlement(office):
    boss = office.who()
    elder = await office.elders.create(boss, office.form())
    items, providers = await office.orders.choices()
    form = OrderForm(elder, items[0].id, quantity=2, subsidy=4_000, payment="voucher")
    key = await office.orders.create(boss, form)
    row = (await office.orders.search(boss, OrderQuery(service="助浴", status="to_dispatch", elder="桂"))).rows[0]
    assert (row.id, row.amount, row.subsidy, row.self_paid, row.phone) == (key, 24_000, 4_000, 20_000, "138****1111")
    office.now += timedelta(minutes=31)
    assert (await office.orders.detail(boss, key)).row.overdue == "dispatch"
    with pytest.raises(FieldErrors):
        await office.orders.take_step(boss, key, 1, StepForm(OrderAction.DISPATCH))
    with pytest.raises(IllegalStepError):
        await office.orders.take_step(boss, key, 1, StepForm(OrderAction.FINISH))
    dispatch = StepForm(OrderAction.DISPATCH, provider_id=providers[0].id)
    version = await office.orders.take_step(boss, key, 1, dispatch)
    with pytest.raises(ChangedMeanwhileError):
        await office.orders.take_step(boss, key, 1, StepForm(OrderAction.ACCEPT))
    for move in (
        StepForm(OrderAction.REFUSE, remark="没有人手"),
        dispatch,
        StepForm(OrderAction.ACCEPT, worker="张工"),
        StepForm(OrderAction.START),
        StepForm(OrderAction.FINISH),
        StepForm(OrderAction.RATE, stars=5),
        StepForm(OrderAction.SETTLE),
    ):
        version = await office.orders.take_step(boss, key, version, move)
    detail = await office.orders.detail(boss, key)
    assert (detail.row.status, detail.actions, detail.stars, detail.worker) == ("settled", (), 5, "张工")
    assert [line.action for line in detail.timeline] == [
        *("create", "dispatch", "refuse", "dispatch", "accept", "start", "finish", "rate", "settle")
    ]
    assert (await office.orders.search(boss, OrderQuery(status="settled"))).total == 1
    assert (await office.orders.search(boss, OrderQuery(status="to_dispatch"))).total == 0
    assert (await office.orders.of_elder(boss, elder)).total == 1
    in_call = await office.orders.create(boss, OrderForm(elder, items[0].id, call_id="c9"))
    assert [row.id for row in await office.orders.of_call(boss, "c9")] == [in_call]
    assert await office.orders.of_call(office.who(DataScope.BRANCH, office.south.id), "c9") == ()


async def test_a_wrong_order_is_refused_by_field(office):
    boss = office.who()
    elder = await office.elders.create(boss, office.form())
    for changes, fault in (
        ({"item_id": 99}, "item_id"),
        ({"quantity": 0}, "quantity"),
        ({"subsidy": 12_001}, "subsidy"),
        ({"payment": "x"}, "payment"),
        ({"provider_id": 99}, "provider_id"),
    ):
        values = {"elder_id": elder, "item_id": 1} | changes
        with pytest.raises(FieldErrors) as told:
            await office.orders.create(boss, OrderForm(**values))
        assert set(told.value.faults) == {fault}
    with pytest.raises(NotFoundError):
        await office.orders.create(boss, OrderForm(99, 1))


async def test_calls_as_they_are_written_are_found_and_noted(office):
    boss = office.who()
    elder = await office.elders.create(boss, office.form())
    begun = call("c1", elder_id=elder)
    office.database.writing(lambda session: write_records(session, [begun, step("c1")]))
    assert [row.status for row in (await office.calls.search(boss, CallQuery(name="桂", number="0111"))).rows] == [
        "open"
    ]
    ended = call(
        *("c1",),
        elder_id=elder,
        agent=AgentId("1001"),
        answered_at=T0 + timedelta(seconds=3),
        ended_at=T0 + timedelta(seconds=8),
        outcome=CallOutcome.ANSWERED,
        talk_s=5.0,
        valid=False,
    )
    for _ in range(2):
        office.database.writing(lambda session: write_records(session, [ended, call("c2", caller="13900000000")]))
    assert (await office.calls.search(boss, CallQuery(status="open"))).total == 1
    assert (await office.calls.search(boss, CallQuery(status="answered", valid="0"))).total == 1
    agent = office.who(DataScope.OWN, office.north.id, "1001", {Permission.CALLS_VIEW, Permission.ELDERS_VIEW})
    other = office.who(DataScope.OWN, office.north.id, "1002", {Permission.CALLS_VIEW})
    rows = (await office.calls.search(agent, CallQuery())).rows
    assert [(row.id, row.number, row.editable) for row in rows] == [("c1", "138****1111", True)]
    assert (await office.calls.search(other, CallQuery())).total == 0
    with pytest.raises(NotFoundError):
        await office.calls.note(other, "c1", 1, "x", None)
    assert await office.calls.note(agent, "c1", 1, "要人助浴", True) == 2
    with pytest.raises(ChangedMeanwhileError):
        await office.calls.note(agent, "c1", 1, "x", None)
    assert (await office.calls.search(boss, CallQuery(valid="1"))).total == 1
    office.database.writing(lambda session: write_records(session, [ended]))
    detail = await office.calls.detail(agent, "c1")
    assert (detail.note, detail.row.valid, detail.row.corrected, detail.timeline[0].kind) == (
        "要人助浴",
        True,
        True,
        "queued",
    )
    assert office.actions().count(AuditAction.CALL_CORRECTED) == 1
    # the agent may open the record of whom the call was with, in whatever organization
    far = office.who(DataScope.OWN, office.south.id, "1001", {Permission.CALLS_VIEW, Permission.ELDERS_VIEW})
    assert (await office.elders.detail(far, elder)).id == elder
    assert (await office.calls.of_elder(far, elder)).total == 1


async def test_records_that_came_by_another_way_are_found_after_the_upkeep(office):
    def fill(session):
        elder = Elder(number="L9", name="陈阿婆", gender="f", community="", address="", created_at=NOW)
        session.add(elder)
        session.flush()
        session.add(ElderPhone(elder_id=elder.id, number="13512345678", kind="phone"))

    office.database.writing(fill)
    assert await names(office, name="陈") == []
    bring_up_to_date(office.database)
    assert await names(office, name="陈", phone="34567") == ["陈阿婆"]
    await office.elders.create(office.who(), office.form())
    before = await names(office)
    rebuild_all(office.database)
    assert await names(office) == before == ["王桂兰", "陈阿婆"]


async def test_a_call_centre_sees_those_whom_it_serves(office):
    def add(session):
        centre = Organization(name="呼叫中心", kind="call_centre", parent_id=office.city)
        session.add(centre)
        session.flush()
        group = Organization(name="一组", kind="call_centre", parent_id=centre.id)
        session.add(group)
        organizations.renumber(session)
        return group

    group = office.database.writing(add)
    await office.elders.create(office.who(), office.form())
    for scope in (DataScope.BRANCH, DataScope.OWN):
        assert await names(office, office.who(scope, group.id, "1001")) == ["王桂兰"]
    key = await office.elders.create(office.who(DataScope.OWN, group.id, "1001"), office.form("李四", phones=[]))
    assert key


ODD = ("100%好", "甲_乙", "欧'布", '引"号', "笑😀脸", "反\\斜", "全１２角", "a b c", "甲*(乙)", "n:王")


async def test_odd_names_are_found_by_their_odd_signs_only(office):
    for at, name in enumerate(ODD):
        await office.elders.create(office.who(), office.form(name, phones=[f"1380000{at:04d}"]))
    for part, found in (
        ("%", ["100%好"]),
        ("_", ["甲_乙"]),
        ("'", ["欧'布"]),
        ('"', ['引"号']),
        ("😀", ["笑😀脸"]),
        ("\\", ["反\\斜"]),
        ("１２", ["全１２角"]),
        ("12", ["全１２角"]),
        ("bc", ["a b c"]),
        ("*(", ["甲*(乙)"]),
        ("n:", ["n:王"]),
        ("%%", []),
        ("100_", []),
        ("笑_脸", []),
    ):
        assert await names(office, name=part) == found, part
    assert await names(office, phone="１３８０００００００４") == ["笑😀脸"]
    assert await names(office, phone="138%") == []
