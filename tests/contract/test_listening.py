"""Listening, whisper and barge: who hears whom, and that nothing is left behind."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise

import httpx
import numpy as np
import pytest

from telephony import events as cti
from telephony.ari.client import AriClient
from telephony.errors import TelephonyError
from telephony.exchange.audio.voices import pitch_hz
from telephony.listening import FRAME_BYTES, FRAME_S, RATE, EarEnd, ListenMode, Party
from telephony.types import AgentId, CallId, SeatState
from tests.contract.centre import Centre
from tests.contract.pbx import CALLERS, PITCH_HZ, Pbx, until, until_so

CALLER = CALLERS[0]
NUMBER = "13700003333"
MOST_GAP_S = 0.15  # what the page gathers at most against jitter
TALK_S = 4.2  # on the exchange people take turns: a turn of each


class Heard:
    """What an ear gave."""

    def __init__(self) -> None:
        self.frames: dict[Party, list[bytes]] = {party: [] for party in Party}

    def __call__(self, party: Party, pcm: bytes) -> None:
        self.frames[party].append(pcm)

    def clear(self) -> None:
        for frames in self.frames.values():
            frames.clear()

    def has(self, party: Party, who: str, pbx: Pbx) -> bool:
        """Whether ``who`` is heard at that side: by their tone, or by the harmonics of their voice."""
        pcm = np.frombuffer(b"".join(self.frames[party]), "<i2").astype(float)
        assert len(pcm) > RATE / 2, "hardly any sound came"
        spectrum = np.abs(np.fft.rfft(pcm * np.hanning(len(pcm)))) / len(pcm)
        hz = np.fft.rfftfreq(len(pcm), 1 / RATE)
        if pbx.name == "asterisk":
            return bool(spectrum[np.abs(hz - PITCH_HZ[who]) < 4].max() > 100)
        pitch = pitch_hz(who)
        harmonics = np.arange(1, int(1500 / pitch)) * pitch

        def around(places: np.ndarray) -> float:
            return float(sum(spectrum[np.abs(hz - place) < 4].sum() for place in places))

        return around(harmonics) > 2 * around(harmonics + pitch / 2)


async def _talk(centre: Centre) -> tuple[CallId, object]:
    await centre.ready("1001")
    caller = await centre.answered(CALLER, "1001")
    return await centre.first_call(), caller


async def _nothing_left(pbx: Pbx, within_s: float = 3) -> None:
    async def clean() -> bool:
        async with AriClient(pbx.url, pbx.user, pbx.password) as client:
            held = [*await client.request("GET", "channels"), *await client.request("GET", "bridges")]
        return not [one["id"] for one in held if one["id"].startswith("xkl-")]

    await until_so(clean, within_s, "no channel or bridge of an ear at the PBX")


async def test_each_party_is_heard_by_itself(centre: Centre, pbx: Pbx) -> None:
    call, _caller = await _talk(centre)
    heard = Heard()
    ear = await centre.driver.listen(call, heard)
    await asyncio.sleep(TALK_S)
    assert heard.has(Party.CUSTOMER, CALLER, pbx)
    assert heard.has(Party.AGENT, "1001", pbx)
    assert not heard.has(Party.AGENT, CALLER, pbx)
    await ear.close()
    await _nothing_left(pbx)
    assert centre.bus.seats()[AgentId("1001")].state is SeatState.TALKING, "the call goes on"


async def test_it_ends_with_the_call_and_leaves_nothing(centre: Centre, pbx: Pbx) -> None:
    call, caller = await _talk(centre)
    ear = await centre.driver.listen(call, Heard())
    await ear.switch(ListenMode.BARGE)
    await caller.hang_up()
    assert await asyncio.wait_for(ear.ended(), 3) is EarEnd.CALL_OVER
    await ear.close()
    await _nothing_left(pbx)


async def test_it_follows_hold_and_a_transfer(centre: Centre, pbx: Pbx) -> None:
    call, _caller = await _talk(centre)
    heard = Heard()
    ear = await centre.driver.listen(call, heard)
    await centre.desk.hold(AgentId("1001"))
    await centre.desk.retrieve(AgentId("1001"))
    await centre.ready("1002")
    await centre.desk.transfer(AgentId("1001"), AgentId("1002"))
    await centre.picks_up("1002")
    await asyncio.sleep(0.5)  # what was said before still lies in the buffers of line and phone
    heard.clear()
    await asyncio.sleep(TALK_S)
    assert heard.has(Party.CUSTOMER, CALLER, pbx)
    assert heard.has(Party.AGENT, "1002", pbx)
    await ear.close()
    await _nothing_left(pbx)


async def test_what_a_killed_program_left_is_cleared_by_the_next(centre: Centre, pbx: Pbx) -> None:
    call, _caller = await _talk(centre)
    ear = await centre.driver.listen(call, Heard())
    centre.driver._ears._open.clear()  # as one who was killed: nobody knows of it any more
    await pbx.drop_sockets(centre.driver)
    await _nothing_left(pbx, 6)
    assert await asyncio.wait_for(ear.ended(), 3) is not EarEnd.CLOSED
    await ear.close()
    assert call in centre.desk.world.calls


async def test_nobody_to_be_heard_is_refused(centre: Centre, pbx: Pbx) -> None:
    with pytest.raises(TelephonyError):
        await centre.driver.listen(CallId("none"), Heard())
    await _nothing_left(pbx)


async def test_a_whisper_is_for_the_agent_a_barge_for_both_and_the_call_goes_on(centre: Centre, pbx: Pbx) -> None:
    call, _caller = await _talk(centre)
    ear = await centre.driver.listen(call, Heard())
    assert await _hearers(pbx, call) in (None, set())
    for mode, hearers in ((ListenMode.WHISPER, {"agent"}), (ListenMode.BARGE, {"agent", "customer"})):
        await ear.switch(mode)
        for _ in range(10):
            ear.speak(bytes(FRAME_BYTES))
        assert await _hearers(pbx, call) in (None, hearers)
    await ear.switch(ListenMode.LISTEN)
    assert await _hearers(pbx, call) in (None, set())
    assert centre.bus.seats()[AgentId("1001")].state is SeatState.TALKING
    await ear.close()
    await _nothing_left(pbx)
    await asyncio.sleep(0.3)  # long enough for a hang-up to be told
    assert centre.bus.seats()[AgentId("1001")].state is SeatState.TALKING


async def _hearers(pbx: Pbx, call: CallId) -> set[str] | None:
    """Who hears an ear's mouth now; ``None`` where the PBX can't be asked that."""
    if pbx.name != "exchange":
        return None
    async with httpx.AsyncClient() as client:
        channels = (await client.get(f"{pbx.url}/lab/state")).json()["channels"]
    mouths = {f"media:{ident}" for ident, leg in channels.items() if leg["kind"] == "media"}
    found = {
        ident for ident, leg in channels.items() if leg["kind"] in {"seat", "trunk"} and mouths & set(leg["hears"])
    }
    return {"customer" if ident == call else "agent" for ident in found}


async def test_switching_leaves_no_gap_in_what_is_heard(centre: Centre) -> None:
    call, _caller = await _talk(centre)
    moments: dict[Party, list[float]] = {party: [] for party in Party}
    ear = await centre.driver.listen(call, lambda party, _pcm: moments[party].append(time.monotonic()))
    await until(lambda: min(map(len, moments.values())) > 20, what="sound of both")
    begun = time.monotonic()
    for mode in (ListenMode.WHISPER, ListenMode.BARGE, ListenMode.WHISPER, ListenMode.LISTEN):
        await ear.switch(mode)
    took = time.monotonic() - begun
    await asyncio.sleep(0.2)  # what came with the last switch
    for party, heard in moments.items():
        within = [moment for moment in heard if begun - 0.1 < moment < begun + took + 0.1]
        assert max(later - earlier for earlier, later in pairwise(within)) < MOST_GAP_S, party
        assert len(within) * FRAME_S > 0.9 * took, f"{party.name}: frames are missing"
    await ear.close()


async def test_an_outgoing_call_is_heard_and_one_that_rings_is_not(centre: Centre, pbx: Pbx) -> None:
    await pbx.set_number(NUMBER, "answers", 1.0)
    await centre.ready("1001")
    await centre.desk.dial(AgentId("1001"), NUMBER)
    call = (await centre.told(cti.ServiceInitiated, device="1001")).call
    await centre.phone_rings("1001")
    with pytest.raises(TelephonyError):
        await centre.driver.listen(call, Heard())
    await pbx.pick_up("1001")
    await centre.told(cti.Established, call=call, device="1001")
    heard = Heard()
    ear = await centre.driver.listen(call, heard)
    await asyncio.sleep(TALK_S)
    assert heard.has(Party.AGENT, "1001", pbx)
    assert min(map(len, heard.frames.values())) > 100
    await ear.close()
    await _nothing_left(pbx)
