"""What ``live`` takes for granted of Reflex and Socket.IO. When one of these fails, read ``xktcc_app/live`` before going on."""

import inspect
import json
from pathlib import Path

import pytest
import reflex_base
from engineio.async_socket import AsyncSocket
from reflex.app import EventNamespace
from reflex.istate.manager.memory import StateManagerMemory
from reflex.state import StateUpdate
from reflex_base.constants import Reflex, RouteVar
from reflex_base.registry import RegistrationContext
from reflex_base.utils import format as reflex_format
from socketio.packet import EVENT, Packet

from xktcc_app.components.browser import needs, picked
from xktcc_app.components.wall_vars import wall_seat
from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.requirements import Access, UndeclaredError
from xktcc_app.live.access import AccessList
from xktcc_app.live.client_vars import client_key, keyed, seat_key, var_keys
from xktcc_app.live.wire import Wire
from xktcc_app.state.registry import ACCESS
from xktcc_app.state.session import SessionState
from xktcc_app.state.wall import WallState

DELTA = {"reflex___state____state.x": {"a_rx_state_": 1, "b_rx_state_": "王"}}
SCRIPT = (Path(reflex_base.__file__).parent / ".templates/web/utils/state.js").read_text()


def test_it_is_the_release_that_was_read() -> None:
    assert Reflex.VERSION == "0.10.1"


def test_a_packet_is_what_reflex_itself_would_send() -> None:
    class Json:
        dumps = staticmethod(reflex_format.json_dumps)
        loads = staticmethod(json.loads)

    theirs = Packet(EVENT, namespace="/_event", data=["event", StateUpdate(delta=DELTA)])
    theirs.json = Json
    wire = Wire.__new__(Wire)
    wire._head = '2/_event,["event",'
    assert json.loads(wire.packet(DELTA).data.removeprefix("2/_event,")) == json.loads(
        theirs.encode().removeprefix("2/_event,")
    )


def test_the_browser_merges_keys_that_it_did_not_know() -> None:
    assert "const own = Object.hasOwn(state, key);" in SCRIPT
    assert "out ??= { ...state };" in SCRIPT
    assert 'socket.current.on("new_token"' in SCRIPT


def test_keys_are_made_as_reflex_makes_them() -> None:
    assert client_key("loaded") in WallState(_reflex_internal_init=True).dict()[WallState.get_full_name()]
    assert keyed({"a": 1}) == {client_key("a"): 1}
    assert client_key("perms") in var_keys(SessionState)
    assert client_key("is_hydrated") not in var_keys(SessionState)


def test_a_seat_is_read_beside_the_walls_own_vars() -> None:
    assert seat_key("1001") == "seat_1001_rx_state_"
    [hook] = needs(wall_seat("1001")).hooks
    assert hook == f'const seat_here = useVar("{WallState.get_full_name()}", ("seat_" + "1001" + "_rx_state_"))'


def test_a_picked_var_subscribes_to_nothing_else() -> None:
    picked_alone = needs(picked(WallState.alerts))
    assert picked_alone.hooks == (
        f'const xktcc_app___state___wall____wall_state__alerts = useVar("{WallState.get_full_name()}", "{client_key("alerts")}")',
    )


def test_the_browser_has_the_store_that_picked_vars_are_read_from() -> None:
    templates = Path(reflex_base.__file__).parent / ".templates"
    [registry] = templates.rglob("context-registry.js")
    assert "export const StateStoreContext" in registry.read_text()
    assert "export const app" in registry.read_text()
    generated = (Path(reflex_base.__file__).parent / "compiler" / "templates.py").read_text()
    for part in ("getSnapshot: (substateName)", "subscribe: (substateName, listener)"):
        assert part in generated


@pytest.mark.parametrize(
    "name", ["on_connect", "on_disconnect", "on_event", "on_client_error", "emit_update", "_build_static_router_data"]
)
def test_the_namespace_has_what_the_gate_takes_over(name: str) -> None:
    assert callable(getattr(EventNamespace, name))


def test_the_rest_of_what_is_reached_into() -> None:
    assert list(inspect.signature(StateManagerMemory._purge_token).parameters) == ["self", "token"]
    assert "self.queue.put(pkt)" in inspect.getsource(AsyncSocket.send)
    # what speed_up does without
    waits = inspect.getsource(AsyncSocket.poll)
    assert "asyncio.wait_for(" in waits
    assert waits.count("self.queue.task_done()") == 2
    writer = inspect.getsource(AsyncSocket._websocket_handler)
    assert "packets = await self.poll()" in writer
    assert "self.server.ping_interval + self.server.ping_timeout" in writer, (
        "the reading side gives a silent browser up"
    )
    assert (RouteVar.SESSION_ID, RouteVar.HEADERS) == ("sid", "headers")
    assert "router_data.update(static_router_data)" in inspect.getsource(EventNamespace.on_event)


def test_every_handler_of_the_program_is_declared() -> None:
    declared = AccessList.of(ACCESS).requirements
    assert set(declared) >= set(RegistrationContext.get().event_handlers)


def test_an_undeclared_handler_keeps_the_program_from_starting() -> None:
    forgotten = {state: handlers for state, handlers in ACCESS.items() if state is not WallState}
    with pytest.raises(UndeclaredError, match=r"wall_state\.force"):
        AccessList.of(forgotten)


def test_a_declaration_of_nothing_is_an_error_too() -> None:
    with pytest.raises(UndeclaredError, match="do not exist"):
        AccessList.of({**ACCESS, SessionState: {**ACCESS[SessionState], "gone": Access.PUBLIC}})


def test_what_is_not_on_the_list_is_refused() -> None:
    assert not AccessList({}).allows("whatever", None, chained=True)
    inside = AccessList({"step": Access.INTERNAL, "force": Permission.SEATS_VIEW})
    assert inside.allows("step", None, chained=True)
    assert not inside.allows("step", None, chained=False)
    assert not inside.allows("force", None, chained=True)
