"""The demo's people, in hand-moved time."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from exchange_world import World

from telephony.exchange.demo.rhythm import share_of_peak
from telephony.exchange.demo.traffic import behaviour_of
from telephony.exchange.demo_numbers import demo_number, demo_sos_number
from telephony.exchange.model.dialling import Origination

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_demo_numbers_are_mobiles_fixed_and_distinct() -> None:
    numbers = [demo_number(i) for i in range(5000)]
    assert numbers[:2] == ["13000048271", "13100096542"]
    assert all(re.fullmatch(r"1[358]\d{9}", number) for number in numbers)
    assert len(set(numbers)) == 5000
    sos = [demo_sos_number(i) for i in range(10_000)]
    assert all(re.fullmatch(r"9500\d{4}", number) for number in sos)
    assert len(set(sos)) == 10_000


def test_the_day_peaks_in_the_morning_and_never_sleeps() -> None:
    day = [datetime(2026, 11, 23, tzinfo=SHANGHAI) + timedelta(minutes=m) for m in range(1440)]
    shares = [share_of_peak(moment, SHANGHAI) for moment in day]
    assert min(shares) == 0.25
    assert all(share_of_peak(datetime(2026, 11, 23, hour, tzinfo=SHANGHAI), SHANGHAI) == 1 for hour in (8, 9, 10))
    assert share_of_peak(datetime(2026, 11, 23, 0, 30, tzinfo=ZoneInfo("UTC")), SHANGHAI) == 1


def test_people_outside_mostly_answer() -> None:
    kinds = Counter(behaviour_of(demo_number(i)).kind for i in range(1000))
    assert kinds["answers"] > 700
    assert set(kinds) == {"answers", "no_answer", "busy", "rejects"}


class Driver:
    """The least of call centres: whoever calls gets the first idle seat."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.waiting: list[str] = []
        self.busy: dict[str, str] = {}
        self.pairs: dict[str, str] = {}
        world.exchange.switch.apps.register("xktcc", self.take, subscribe_all=True)

    def take(self, event: dict[str, Any]) -> None:
        self.world.events.append(event)
        exchange = self.world.exchange
        if event["type"] == "StasisStart":
            channel = exchange.switch.channels[event["channel"]["id"]]
            if event["args"][0] == "inbound":
                exchange.calls.answer(channel)
                self.waiting.append(channel.id)
            else:
                bridge = exchange.mixing.create("mixing", f"b-{channel.id}", "")
                exchange.mixing.add(bridge, [channel.id, self.pairs[channel.id]])
        elif event["type"] == "ChannelDestroyed":
            self.end(event["channel"]["id"], event["cause"])
        self.offer()

    def end(self, channel_id: str, cause: int) -> None:
        if channel_id in self.waiting:
            self.waiting.remove(channel_id)
        other = self.pairs.pop(channel_id, "")
        self.pairs.pop(other, None)
        self.busy = {seat: leg for seat, leg in self.busy.items() if leg != channel_id}
        channel = self.world.exchange.switch.channels.get(other)
        if channel is None:
            return
        if cause in (19, 21):
            self.waiting.insert(0, other)
        else:
            self.world.exchange.calls.hang_up(channel, 16)

    def offer(self) -> None:
        phones = self.world.exchange.phones.all()
        for phone in phones:
            if not self.waiting:
                return
            if phone.manual or phone.id in self.busy or not phone.endpoint.online:
                continue
            call = self.waiting.pop(0)
            leg = f"leg-{phone.id}-{len(self.world.events)}"
            self.busy[phone.id] = leg
            self.pairs |= {leg: call, call: leg}
            self.world.exchange.dialling.originate(
                Origination(f"PJSIP/{phone.id}", "xktcc", "agent", channel_id=leg, timeout_s=15)
            )


@pytest.mark.parametrize("seed", [1, 2])
def test_two_hours_of_demo_live_and_leak_nothing(make_world: Callable[..., World], seed: int) -> None:
    world = make_world(traffic=True, seats=20, calls_per_minute=12.0, seed=seed)
    driver = Driver(world)
    world.exchange.start()
    world.clock.advance(7200)
    inbound = [event for event in world.of("StasisStart") if event["args"][:1] == ["inbound"]]
    dialled = Counter(event["args"][1] for event in inbound)
    causes = Counter(event["cause"] for event in world.of("ChannelDestroyed"))
    # 04:48 to 06:48 local: about 0.35 of 12 a minute
    assert 300 < len(inbound) < 750
    assert dialled["96001"] > 0
    assert {16, 19, 21} <= set(causes)
    assert world.of("ChannelHold")
    assert world.of("PeerStatusChange")
    assert all(not driver.world.exchange.phones.to_json(phone)["talking"] for phone in world.exchange.phones.all()[:3])
    world.exchange.traffic.set_rate(0)
    world.clock.advance(1800)
    assert world.exchange.switch.channels == {}
    assert [bridge.channel_ids for bridge in world.exchange.switch.bridges.values() if bridge.channel_ids] == []


def test_the_same_seed_gives_the_same_day(make_world: Callable[..., World]) -> None:
    days = []
    for _ in range(2):
        world = make_world(traffic=True, seed=7)
        world.exchange.start()
        world.clock.advance(600)
        days.append([(e["timestamp"], e["channel"]["caller"]["number"]) for e in world.of("StasisStart")])
    assert days[0] == days[1] != []
