"""Raw sockets against a served app: nothing comes back and nothing changes for who may not."""

import uuid

import httpx
import pytest
import reflex as rx
import websockets
from reflex_base.registry import RegistrationContext

from tests.support.browser_socket import HYDRATE, BrowserSocket
from tests.support.served_live import ServedLive
from tests.support.views import seat
from xktcc_app.live.client_vars import client_key
from xktcc_app.state.session import SessionState
from xktcc_app.state.toolbar import ToolbarState
from xktcc_app.state.wall import WallState

WALL = WallState.get_full_name()
TOOLBAR = ToolbarState.get_full_name()
GREET = f"{SessionState.get_full_name()}.require_login"
ARGUMENTS = {
    "agent_id": "1001",
    "action": "busy",
    "state": "busy",
    "reason": "",
    "form": {"number": "13800001111"},
    "value": True,
}
LEAVE = client_key("leave_for")
DEFAULTS = {
    state: {client_key(name): field.default_value() for name, field in state.get_fields().items()}
    for state in (WallState, ToolbarState, SessionState)
}
EVERY_HANDLER = sorted(RegistrationContext.get().event_handlers)


def payload_of(name: str) -> dict[str, object]:
    handler = RegistrationContext.get().event_handlers[name].handler
    known = handler.fn.__code__.co_varnames[1 : handler.fn.__code__.co_argcount]
    return {argument: ARGUMENTS.get(argument, {}) for argument in known}


@pytest.fixture(autouse=True)
def clean(served: ServedLive) -> None:
    served.seats.calls.clear()
    served.toolbar.calls.clear()
    served.publish(seat("1001"), seat("1002"))


STATES = (WallState, ToolbarState, SessionState)


def secrets_in(page: BrowserSocket, *states: type[rx.State]) -> list[str]:
    """What the socket learned beyond the declared defaults, which are in the public bundle."""
    return sorted(
        f"{state.get_name()}.{key}"
        for state in states or STATES
        for key, value in page.values.get(state.get_full_name(), {}).items()
        if key != LEAVE and value != DEFAULTS[state].get(key)
    )


async def settle(page: BrowserSocket) -> None:
    """Whatever the events before caused has come by now: a token's events run in order, and this one comes after them."""
    await page.call(HYDRATE)
    await page.until(page.is_hydrated, what="hydration")


@pytest.mark.parametrize("name", EVERY_HANDLER)
async def test_no_handler_runs_for_a_visitor(served: ServedLive, browse, name: str) -> None:
    visitor = await browse()
    await visitor.call(name, **payload_of(name))
    await settle(visitor)
    assert secrets_in(visitor) == []
    assert served.seats.calls == served.toolbar.calls == []
    assert not served.do(lambda: served.live.hub.watchers)


SUPERVISORS = [f"{WALL}.{handler}" for handler in ("load", "force", "dismiss")]


@pytest.mark.parametrize("name", SUPERVISORS)
async def test_an_agent_gets_nothing_of_a_supervisor(served: ServedLive, browse, name: str) -> None:
    agent = await browse(served.log_in("1001", "agent"))
    await agent.call(name, **payload_of(name))
    await settle(agent)
    assert secrets_in(agent, WallState) == []
    assert served.seats.calls == []


FRAMEWORK = [
    name
    for name in EVERY_HANDLER
    if name.endswith((".setvar", ".hydrate", ".set_is_hydrated", ".update_vars_internal"))
]


@pytest.mark.parametrize("name", FRAMEWORK)
async def test_the_frameworks_own_handlers_are_closed_even_to_an_administrator(
    served: ServedLive, browse, refusals, name: str
) -> None:
    admin = await browse(served.log_in("framework", "admin"))
    await settle(admin)
    seen = len(admin.deltas)
    await admin.call(name, var_name="error_code", value="forged", vars={})
    await admin.round_trip()
    assert [one for one in refusals if one[0] == "framework"] == [("framework", name)]
    assert len(admin.deltas) == seen


async def test_the_same_calls_work_for_those_who_may(served: ServedLive, browse) -> None:
    boss = await browse(served.log_in("boss", "admin"))
    await boss.call(f"{WALL}.force", agent_id="1001", action="busy")
    await boss.until(lambda: served.seats.calls == [("force", "boss", "1001", "busy")])
    agent = await browse(served.log_in("1002", "agent"))
    await agent.call(f"{TOOLBAR}.dial", form={"number": "13800001111"})
    await agent.until(lambda: served.toolbar.calls == [("dial", "1002", "13800001111")])


async def test_another_origin_is_refused_at_the_handshake(served: ServedLive, browse) -> None:
    with pytest.raises(websockets.InvalidStatus):
        await browse(served.log_in("boss", "admin"), origin="https://evil.example")


async def test_someone_elses_token_opens_nothing_while_they_are_there(served: ServedLive, browse) -> None:
    boss = await browse(served.log_in("boss", "admin"))
    await boss.call(GREET)
    await boss.call(f"{WALL}.load")
    await boss.until(lambda: boss.value(WallState, "loaded"))
    for cookie in ("", served.log_in("1001", "agent")):
        thief = await browse(cookie, token=boss.token)
        await settle(thief)
        assert secrets_in(thief) == []
        assert [kind for kind, _ in thief.other if kind == "new_token"]


async def test_someone_elses_token_opens_nothing_after_they_went(served: ServedLive, browse) -> None:
    boss = await browse(served.log_in("boss", "admin"))
    await boss.call(f"{WALL}.force", agent_id="1001", action="ready")
    await boss.until(lambda: boss.value(WallState, "busy_seat") == "")
    await boss.close()
    thief = await browse("", token=boss.token)
    await settle(thief)
    assert secrets_in(thief) == []


async def test_forged_routing_data_changes_nothing(served: ServedLive, browse) -> None:
    boss = await browse(served.log_in("boss", "admin"))
    await boss.call(GREET)
    await boss.until(lambda: boss.value(SessionState, "account"))
    sid = served.do(lambda: served.live.gate._namespace.token_to_sid[boss.token])
    thief = await browse()
    forged = thief.event(f"{WALL}.load")
    forged["router_data"] |= {"sid": sid, "token": boss.token, "headers": {"cookie": boss.cookie}, "ip": "127.0.0.1"}
    await thief.emit("event", forged | {"token": boss.token})
    await settle(thief)
    assert secrets_in(thief) == []


async def test_the_cookie_never_comes_back_to_the_page(served: ServedLive, browse) -> None:
    cookie = served.log_in("boss", "admin")
    boss = await browse(cookie)
    await boss.call(GREET)
    await boss.call(f"{WALL}.load")
    await settle(boss)
    secret = cookie.removeprefix("xktcc_session=")
    assert secret not in str(boss.values)
    assert secret not in str(
        served.do(lambda: [state.router_data for state in served.app.state_manager.states.values()])
    )


async def test_an_event_named_connect_does_not_reopen_the_socket(served: ServedLive, browse) -> None:
    boss = await browse(served.log_in("boss", "admin"))
    thief = await browse()
    headers = [["cookie", boss.cookie]]
    environ = {"QUERY_STRING": f"token={boss.token}", "asgi.scope": {"headers": headers}, "HTTP_COOKIE": boss.cookie}
    await thief.emit("connect", environ, {"event": thief.event(f"{WALL}.load")})
    await thief.emit("connect", environ)
    await thief.call(f"{WALL}.load")
    await settle(thief)
    assert secrets_in(thief) == []


async def test_an_event_named_disconnect_leaves_the_socket_where_it_is(served: ServedLive, browse) -> None:
    boss = await browse(served.log_in("boss", "admin"))
    await boss.emit("disconnect", "why")
    await boss.call(f"{WALL}.load")
    await boss.until(lambda: boss.value(WallState, "loaded"))


LOAD = f"{WALL}.load"
MALFORMED = [
    None, "text", 7, [], {}, {"name": 3}, {"name": None, "payload": {}}, {"name": LOAD, "payload": []},
    {"name": LOAD, "router_data": []}, {"name": LOAD, "router_data": {"pathname": 7}},
    {"name": LOAD, "router_data": {"asPath": {}}}, {"name": LOAD, "router_data": {"query": "x"}},
    {"name": LOAD, "router_data": {"query": {"a": [{}]}}, "payload": {"unknown": 1}},
]  # fmt: skip


@pytest.mark.parametrize("data", MALFORMED)
async def test_malformed_events_are_dropped(served: ServedLive, browse, data: object) -> None:
    boss = await browse(served.log_in("boss", "admin"))
    await boss.emit("event", data)
    await boss.call(f"{WALL}.load")
    await boss.until(lambda: boss.value(WallState, "loaded"), what="the socket still works")


async def test_an_expired_session_gets_nothing_more(served: ServedLive, browse) -> None:
    cookie = served.log_in("boss", "admin")
    boss = await browse(cookie)
    await boss.call(f"{WALL}.load")
    await boss.until(lambda: boss.value(WallState, "loaded"))
    served.do(lambda: served.sessions.known_sessions.pop(cookie.removeprefix("xktcc_session=")))
    await boss.call(f"{WALL}.force", agent_id="1001", action="busy")
    await boss.until(
        lambda: boss.value(SessionState, "leave_for") == "/login", within_s=6, what="being sent to the login page"
    )
    seen = len(boss.deltas)
    served.publish(seat("1001"))
    await boss.until(lambda: boss.closed, what="the socket's end")
    assert len(boss.deltas) == seen
    assert served.seats.calls == []


async def test_a_temporary_password_opens_only_the_change_of_it(served: ServedLive, browse) -> None:
    boss = await browse(served.log_in("boss", "admin", must_change_password=True), page="/seats")
    await boss.call(GREET)
    await boss.call(f"{WALL}.load")
    await boss.until(lambda: boss.value(SessionState, "leave_for") == "/password")
    await settle(boss)
    assert secrets_in(boss, WallState) == []


async def test_the_upload_route_is_not_there(served: ServedLive) -> None:
    async with httpx.AsyncClient(base_url=served.url) as client:
        answer = await client.post("/_upload", headers={"reflex-client-token": str(uuid.uuid4())})
    assert answer.status_code == httpx.codes.NOT_FOUND


async def test_a_token_of_strange_shape_is_refused(served: ServedLive, browse) -> None:
    page = await browse(token="x" * 500)
    await page.until(lambda: page.refused)


async def test_too_large_a_frame_ends_the_socket(served: ServedLive, browse) -> None:
    page = await browse()
    await page.emit("event", page.event(HYDRATE, vars={"x": "y" * 100_000}))
    await page.until(lambda: page.closed)
