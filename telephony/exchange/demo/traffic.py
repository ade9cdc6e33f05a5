"""The demo's callers: elders by a daily rhythm, now and then an SOS button or someone unknown."""

import zlib
from zoneinfo import ZoneInfo

from telephony.exchange.clock import Timer
from telephony.exchange.demo.rhythm import share_of_peak
from telephony.exchange.demo_numbers import HOTLINE, SOS_LINE, demo_number, demo_sos_number
from telephony.exchange.model.switch import Switch
from telephony.exchange.subscribers import Behaviour, Subscribers

PEOPLE, SOS_DEVICES, STRANGERS_FROM = 400, 60, 1_000_000
SOS_SHARE, STRANGER_SHARE = 0.04, 0.06
PATIENCE_MEAN_S, PATIENCE_MIN_S = 90.0, 5.0
TALK_MEDIAN_LOG, TALK_SIGMA, TALK_MIN_S, TALK_MAX_S = 3.9, 0.6, 5.0, 600.0
LOOK_AGAIN_S = 60.0


class Traffic:
    """Places calls from a Poisson process; the rate can be changed while it runs."""

    def __init__(self, switch: Switch, subscribers: Subscribers, calls_per_minute: float, zone: ZoneInfo) -> None:
        self._switch = switch
        self._subscribers = subscribers
        self._rng = switch.rng
        self._zone = zone
        self._timer: Timer | None = None
        self.calls_per_minute = calls_per_minute

    def start(self) -> None:
        """Begin to place calls, and let the people outside behave like people."""
        self._subscribers.default_behaviour = behaviour_of
        self._subscribers.default_talk_s = self._talk_s
        self._schedule()

    def set_rate(self, calls_per_minute: float) -> None:
        """Change the rate of the busiest hour; 0 stops the callers."""
        self.calls_per_minute = calls_per_minute
        self._schedule()

    def stop(self) -> None:
        """Place no more calls."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _schedule(self) -> None:
        self.stop()
        rate = self.calls_per_minute / 60 * share_of_peak(self._switch.clock.now(), self._zone)
        gap = self._rng.expovariate(rate) if rate > 0 else LOOK_AGAIN_S + 1
        # the process has no memory, so looking again after a minute only takes note of the hour
        action = self._place if gap <= LOOK_AGAIN_S else self._schedule
        self._timer = self._switch.clock.call_later(min(gap, LOOK_AGAIN_S), action)

    def _place(self) -> None:
        caller, dialled = self._who()
        patience = max(PATIENCE_MIN_S, self._rng.expovariate(1 / PATIENCE_MEAN_S))
        self._subscribers.call(caller, dialled, talk_s=self._talk_s(), patience_s=patience)
        self._schedule()

    def _who(self) -> tuple[str, str]:
        chance = self._rng.random()
        if chance < SOS_SHARE:
            return demo_sos_number(self._rng.randrange(SOS_DEVICES)), SOS_LINE
        if chance < SOS_SHARE + STRANGER_SHARE:
            return demo_number(STRANGERS_FROM + self._rng.randrange(1000)), HOTLINE
        return demo_number(self._rng.randrange(PEOPLE)), HOTLINE

    def _talk_s(self) -> float:
        return min(TALK_MAX_S, max(TALK_MIN_S, self._rng.lognormvariate(TALK_MEDIAN_LOG, TALK_SIGMA)))


def behaviour_of(number: str) -> Behaviour:
    """Return what the owner of a number usually does when called: 78 of 100 answer, each after their own time."""
    share = zlib.crc32(f"behaviour {number}".encode()) % 100
    after_s = 2 + zlib.crc32(f"after {number}".encode()) % 80 / 10
    if share < 78:
        return Behaviour("answers", after_s)
    if share < 90:
        return Behaviour("no_answer", after_s)
    if share < 95:
        return Behaviour("busy", 1.0)
    return Behaviour("rejects", after_s)
