from dataclasses import replace
from unittest.mock import AsyncMock

import pytest

from telephony.bus import MemoryBus
from telephony.errors import IllegalTransitionError
from telephony.listening import FRAME_BYTES, ListenMode, Party
from telephony.types import AgentId, CallId, Direction, SeatState
from telephony.views import PartyView, Patch
from tests.unit.services.seats import AT, seat
from tests.unit.services.test_seats_and_toolbar import AGENT, SUPERVISOR
from xktcc_app.domain.audit import AuditAction
from xktcc_app.domain.permissions import Permission
from xktcc_app.services.audit import AuditService
from xktcc_app.services.errors import (
    NothingToHearError,
    OutOfScopeError,
    OwnCallError,
    PermissionDeniedError,
    TooManyListenersError,
)
from xktcc_app.services.listen_line import AHEAD_FRAMES, UNSEEN_FRAMES, WAITING_FRAMES, Downlink, Uplink
from xktcc_app.services.listening import ListeningService

PARTY = PartyView(CallId("c1"), Direction.INBOUND, "13800001111", "96000", None, sos=False)
OTHER = replace(SUPERVISOR, account_id=2, account="other", session_id="s2")


@pytest.fixture
def bus():
    bus = MemoryBus()
    talking = seat("1001", SeatState.TALKING, party=PARTY)
    bus.publish(Patch(seats=(talking, seat("1002"), seat("1003", SeatState.TALKING, org=9, party=PARTY))))
    return bus


@pytest.fixture
def entries():
    return []


@pytest.fixture
def service(bus, entries):
    class Sink:
        def put(self, record):
            entries.append(record)

    return ListeningService(AsyncMock(), bus, AuditService(Sink(), lambda: AT), 1, lambda: AT)


def hear(party, pcm):
    pass


@pytest.mark.parametrize(
    ("who", "agent", "error"),
    [
        (AGENT, "1001", PermissionDeniedError),
        (SUPERVISOR, "1002", NothingToHearError),
        (SUPERVISOR, "1003", OutOfScopeError),
        (replace(SUPERVISOR, agent=AgentId("1001")), "1001", OwnCallError),
    ],
)
async def test_the_refused_are_kept(service, entries, who, agent, error):
    with pytest.raises(error):
        await service.open(who, AgentId(agent), hear)
    assert [(entry.action, entry.outcome) for entry in entries] == [(AuditAction.LISTEN_STARTED, error.code)]
    assert service.all == ()


async def test_every_deed_is_kept_with_its_call(service, entries):
    listen = await service.open(SUPERVISOR, AgentId("1001"), hear)
    await service.switch(listen, SUPERVISOR, ListenMode.WHISPER)
    await service.close(listen, "closed")
    await service.close(listen, "closed")
    actions = [AuditAction.LISTEN_STARTED, AuditAction.LISTEN_SWITCHED, AuditAction.LISTEN_ENDED]
    assert [entry.action for entry in entries] == actions
    assert {entry.detail["call"] for entry in entries} == {"c1"}
    listen.ear.close.assert_awaited_once()


async def test_a_voice_that_the_pbx_took_away_is_given_back_when_it_is_asked_for_again(service):
    listen = await service.open(SUPERVISOR, AgentId("1001"), hear)
    await service.switch(listen, SUPERVISOR, ListenMode.BARGE)
    listen.ear.mode = ListenMode.BARGE
    await service.switch(listen, SUPERVISOR, ListenMode.BARGE)
    listen.ear.switch.assert_awaited_once_with(ListenMode.BARGE)
    listen.ear.mode = ListenMode.LISTEN
    await service.switch(listen, SUPERVISOR, ListenMode.BARGE)
    assert listen.ear.switch.await_count == 2


async def test_only_so_many_listen_and_an_account_only_once(service):
    first = await service.open(SUPERVISOR, AgentId("1001"), hear)
    with pytest.raises(TooManyListenersError):
        await service.open(OTHER, AgentId("1001"), hear)
    await service.open(SUPERVISOR, AgentId("1001"), hear)
    assert first.told_to_end.result() == "replaced"


async def test_who_finds_no_place_keeps_the_call_that_is_listened_to(service, bus):
    other_call = replace(PARTY, call=CallId("c2"))
    bus.publish(Patch(seats=(seat("1002", SeatState.TALKING, party=other_call),)))
    await service.open(OTHER, AgentId("1001"), hear)
    mine = await service.open(SUPERVISOR, AgentId("1002"), hear)
    with pytest.raises(TooManyListenersError):
        await service.open(SUPERVISOR, AgentId("1001"), hear)
    assert not mine.told_to_end.done()


async def test_a_voice_that_the_pbx_took_is_known_and_kept(service, entries):
    listen = await service.open(SUPERVISOR, AgentId("1001"), hear)
    await service.switch(listen, SUPERVISOR, ListenMode.BARGE)
    listen.ear.mode = ListenMode.BARGE
    assert not service.voice_lost(listen)
    listen.ear.mode = ListenMode.LISTEN
    assert service.voice_lost(listen)
    assert listen.mode is ListenMode.LISTEN
    assert (entries[-1].action, entries[-1].outcome) == (AuditAction.LISTEN_SWITCHED, "voice_lost")


async def test_an_ear_that_opens_while_the_program_stops_is_closed(service):
    ear = AsyncMock()

    async def slowly(_call, _hear):
        await service.shut()
        return ear

    service._port.listen.side_effect = slowly
    with pytest.raises(NothingToHearError):
        await service.open(SUPERVISOR, AgentId("1001"), hear)
    ear.close.assert_awaited_once()


async def test_what_the_pbx_refuses_takes_no_place(service):
    service._port.listen.side_effect = IllegalTransitionError("nobody talks")
    with pytest.raises(IllegalTransitionError):
        await service.open(SUPERVISOR, AgentId("1001"), hear)
    assert service.all == ()


async def test_rights_are_asked_again_while_it_is_on(service, bus):
    listen = await service.open(SUPERVISOR, AgentId("1001"), hear)
    assert service.still(listen, SUPERVISOR) == ""
    without = replace(SUPERVISOR, permissions=SUPERVISOR.permissions - {Permission.SEATS_LISTEN})
    assert service.still(listen, without) == "permission_denied"
    assert service.still(listen, None) == "not_logged_in"
    handed_on = seat("1003", SeatState.TALKING, org=9, party=PARTY)
    bus.publish(Patch(seats=(seat("1001"), handed_on)))
    assert listen.agent == "1003"
    assert service.still(listen, SUPERVISOR) == "out_of_scope"


async def test_a_call_whose_last_seat_in_scope_leaves_a_conference_is_out_of_scope(service, bus):
    """The seat that stays had the call before: no news of it comes with the other one's leaving."""
    listen = await service.open(SUPERVISOR, AgentId("1001"), hear)
    assert service.still(listen, SUPERVISOR) == "", "1003, out of scope, has the call as well"
    bus.publish(Patch(seats=(seat("1001"),)))
    assert (listen.agent, listen.org_id) == ("1003", 9)
    assert service.still(listen, SUPERVISOR) == "out_of_scope"


async def test_a_listen_goes_on_at_the_seat_in_scope_that_has_the_call(service, bus):
    listen = await service.open(SUPERVISOR, AgentId("1001"), hear)
    bus.publish(Patch(seats=(seat("1001"), seat("1002", SeatState.TALKING, party=PARTY))))
    assert listen.agent == "1002"
    assert service.still(listen, SUPERVISOR) == ""


async def test_between_two_seats_the_last_one_counts(service, bus):
    listen = await service.open(SUPERVISOR, AgentId("1001"), hear)
    bus.publish(Patch(seats=(seat("1001"), seat("1003", org=9))))
    assert (listen.agent, service.still(listen, SUPERVISOR)) == ("1001", "")


async def test_a_seat_that_moves_to_another_branch_in_mid_call_is_out_of_scope(service, bus):
    bus.publish(Patch(seats=(seat("1003", org=9),)))
    listen = await service.open(SUPERVISOR, AgentId("1001"), hear)
    bus.publish(Patch(seats=(seat("1001", SeatState.TALKING, org=9, party=PARTY),)))
    assert service.still(listen, SUPERVISOR) == "out_of_scope"


async def test_nobody_is_admitted_once_the_program_stops(service):
    await service.shut()
    with pytest.raises(NothingToHearError):
        await service.open(SUPERVISOR, AgentId("1001"), hear)
    assert service.all == ()


async def test_a_slow_browser_loses_the_oldest_and_delays_nobody():
    down = Downlink()
    for number in range(WAITING_FRAMES + 5):
        down.hear(Party.AGENT, bytes([number]))
    assert down.dropped == 5
    assert await down.next() == bytes([Party.AGENT, 5])
    for _ in range(UNSEEN_FRAMES - 1):
        down.hear(Party.AGENT, b"x")
        await down.next()
    assert down._sent - down._seen == UNSEEN_FRAMES
    down.seen(UNSEEN_FRAMES + 1)  # more than was sent proves nothing
    assert down._seen == 0


def test_a_microphone_speaks_in_real_time():
    up = Uplink(lambda: 0.0)
    frame = bytes(FRAME_BYTES)
    assert sum(up.admits(frame) for _ in range(100)) == AHEAD_FRAMES + 1
    assert not up.admits(b"")
