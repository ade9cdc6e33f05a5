"""Phones and the figures of their lines."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Any

import pytest
from ari_scene import OTHER_SEAT, SEAT, START

from telephony import events as cti
from telephony.ari.calls import Leg
from telephony.ari.devices import DeviceBook
from telephony.ari.messages import ContactStatusChange, Endpoint, PeerStatusChange
from telephony.ari.names import Role
from telephony.ari.quality import Counters, QualityPoller, counters, quality
from telephony.errors import NoSuchCallError
from telephony.types import CallId, DeviceId, Quality

TRUNK = DeviceId("trunk")


@pytest.fixture
def phones() -> DeviceBook:
    ticks = count(1)
    book = DeviceBook(TRUNK, lambda: float(next(ticks)))
    book.reset([Endpoint(SEAT, online=True), Endpoint(OTHER_SEAT, online=False), Endpoint(TRUNK, online=True)], 0.0)
    return book


def test_the_trunk_is_no_phone(phones: DeviceBook) -> None:
    shown = phones.reset([Endpoint(SEAT, online=True), Endpoint(TRUNK, online=True)], 0.0)
    assert [entry.device for entry in shown] == [SEAT]
    assert phones.apply(PeerStatusChange(START, TRUNK, online=False)) == []
    assert phones.apply(ContactStatusChange(START, TRUNK, online=True, rtt_ms=3.0)) == []


def test_coming_and_going_is_told_once(phones: DeviceBook) -> None:
    assert phones.apply(PeerStatusChange(START, SEAT, online=True)) == []
    gone = [
        phones.apply(PeerStatusChange(START, SEAT, online=False)),
        phones.apply(ContactStatusChange(START, SEAT, False, None)),
    ]
    assert gone == [[cti.DeviceOutOfService(START, SEAT)], []]
    assert not phones.in_service(SEAT)
    assert phones.apply(ContactStatusChange(START, OTHER_SEAT, True, None)) == [cti.DeviceInService(START, OTHER_SEAT)]


def test_what_was_told_after_the_pbx_was_asked_is_newer_than_its_reply(phones: DeviceBook) -> None:
    phones.apply(PeerStatusChange(START, SEAT, online=False))
    asked_before, held = 0.5, [Endpoint(SEAT, online=True), Endpoint(OTHER_SEAT, online=True)]
    shown = {entry.device: entry.in_service for entry in phones.reset(held, asked_before)}
    assert shown == {SEAT: False, OTHER_SEAT: True}
    asked_after = 1.5
    assert [entry.in_service for entry in phones.reset(held, asked_after)] == [True, True]


def test_a_qualify_is_a_figure(phones: DeviceBook) -> None:
    phones.measured(SEAT, START, Quality(20.0, 4.0, 0.1), in_call=True)
    told = phones.apply(ContactStatusChange(START, SEAT, online=True, rtt_ms=12.5))
    assert told == [cti.MediaQuality(START, SEAT, Quality(12.5, 4.0, 0.1), in_call=False)]
    assert phones.reset([Endpoint(SEAT, online=True)], 0.0)[0].quality.rtt_ms == 12.5


RAW = {
    "rxcount": 950,
    "rxploss": 50,
    "txcount": 1000,
    "txploss": 10,
    "rxjitter": 0.002,
    "txjitter": 0.0075,
    "rtt": 0.0305,
}


def test_figures_since_the_last_time() -> None:
    before = Counters(received=450, lost_in=50, sent=500, lost_out=0)
    figures = quality(RAW, before, counters(RAW))
    assert figures == Quality(rtt_ms=pytest.approx(30.5), jitter_ms=7.5, loss=0.02)


def test_loss_on_the_way_here() -> None:
    assert quality(RAW, Counters(), counters(RAW)).loss == 0.05


@pytest.mark.parametrize("raw", [{}, {"rxcount": "many", "rtt": None, "rxjitter": -1}, {"rtt": 0.0}])
def test_what_is_not_known_is_none(raw: dict[str, Any]) -> None:
    assert quality(raw, Counters(), counters(raw)) == Quality()


def test_counters_that_went_back_are_no_loss() -> None:
    assert quality(RAW, Counters(lost_in=90, received=900), counters(RAW)).loss == 0.01


async def test_a_gone_channel_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telephony.ari.quality._PERIOD_S", 0.01)

    class Pbx:
        async def rtp_statistics(self, channel: str, _deadline_s: float) -> Any:
            if channel == "gone":
                raise NoSuchCallError("gone")
            return RAW if channel == "here" else None

    legs = [Leg(name, CallId("c1"), Role.SEAT, SEAT) for name in ("gone", "silent", "here")]
    told: asyncio.Queue[tuple[Leg, Quality]] = asyncio.Queue()
    rounds = iter([[], legs, legs])
    poller = QualityPoller(Pbx(), lambda: next(rounds, []), lambda leg, figures: told.put_nowait((leg, figures)))  # type: ignore[arg-type]
    task = asyncio.create_task(poller.run())
    try:
        async with asyncio.timeout(2):
            first, second = await told.get(), await told.get()
    finally:
        task.cancel()
    assert (first[0].channel, first[1].loss) == ("here", 0.05)
    assert second[1].loss is None  # nothing was sent since
