"""The whole exchange, put together: the model, the parties at both ends, the sound. Knows nothing of HTTP."""

from dataclasses import dataclass
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from telephony.exchange.clock import Clock
from telephony.exchange.demo.habits import Habits
from telephony.exchange.demo.traffic import Traffic
from telephony.exchange.model.calls import Calls
from telephony.exchange.model.channels import ChannelKind
from telephony.exchange.model.dialling import Dialling
from telephony.exchange.model.endpoints import Quality
from telephony.exchange.model.hearing import Hearing
from telephony.exchange.model.listening import Listening
from telephony.exchange.model.mixing import Mixing
from telephony.exchange.model.playing import Playing
from telephony.exchange.model.recorder import Recorder, RecordingStore
from telephony.exchange.model.registrar import Registrar
from telephony.exchange.model.switch import Switch
from telephony.exchange.phones import Phones
from telephony.exchange.subscribers import Subscribers

FIRST_SEAT = 1001
SHANGHAI = ZoneInfo("Asia/Shanghai")
COME_BACK_WITHIN_S = (1.0, 6.0)


@dataclass(frozen=True)
class Settings:
    """How an exchange is set up.

    `people` are the phones left to hands; `quirks` is the probability of Asterisk's oddities; `recordings_bytes` is how
    much the stored recordings may take before the oldest go (0: no limit).
    """

    data_dir: Path
    port: int
    user: str
    password: str
    seats: int = 24
    calls_per_minute: float = 12.0
    traffic: bool = True
    people: tuple[str, ...] = ("1001", "1002", "1003")
    seed: int | None = None
    zone: ZoneInfo = SHANGHAI
    app: str = "xktcc"
    quirks: float = 0.05
    recordings_bytes: int = 0


class Exchange:
    """All parts by name."""

    def __init__(self, settings: Settings, clock: Clock, store: RecordingStore) -> None:
        self.settings = settings
        self.clock = clock
        rng = Random(settings.seed)  # noqa: S311 - behaviour of a demo, no secret
        self.switch = Switch(clock, rng, app=settings.app, quirks=settings.quirks)
        self.mixing = Mixing(self.switch)
        self.calls = Calls(self.switch, self.mixing)
        self.dialling = Dialling(self.switch, self.calls)
        self.hearing = Hearing(self.switch)
        self.recorder = Recorder(self.switch, self.hearing, store)
        self.playing = Playing(self.switch, self.hearing)
        self.listening = Listening(self.switch, self.calls, self.dialling)
        self.registrar = Registrar(self.switch)
        self.phones = Phones(self.switch, self.calls, self.dialling, self.registrar)
        self.subscribers = Subscribers(self.switch, self.calls, self.dialling)
        self.dialling.far_ends[ChannelKind.SEAT] = self.phones
        self.dialling.far_ends[ChannelKind.TRUNK] = self.subscribers
        self.traffic = Traffic(self.switch, self.subscribers, settings.calls_per_minute, settings.zone)
        self._add_phones(rng)

    def _add_phones(self, rng: Random) -> None:
        for number in range(FIRST_SEAT, FIRST_SEAT + self.settings.seats):
            phone_id = str(number)
            quality = Quality(rtt_ms=round(rng.uniform(4, 45), 2), loss=0.0, jitter_ms=round(rng.uniform(0.4, 6), 2))
            manual = not self.settings.traffic or phone_id in self.settings.people
            self.phones.add(phone_id, quality, manual=manual)

    def start(self) -> None:
        """Let the demo's people begin, if there are any."""
        if not self.settings.traffic:
            return
        habits = Habits(self.switch, self.calls, self.dialling, self.phones)
        self.subscribers.on_goodbye = habits.end_talk
        habits.start()
        self.traffic.start()

    def forget_all(self) -> None:
        """Lose every channel, bridge, recording and registration without a word, as a restart of Asterisk does."""
        self.phones.forget_registrations()
        self.switch.apps.clear()
        self.recorder.forget_all()
        self.playing.forget_all()
        channels = tuple(self.switch.channels.values())
        self.switch.channels.clear()
        self.switch.bridges.clear()
        for channel in channels:
            if channel.timer is not None:
                channel.timer.cancel()
            self.switch.tell_gone(channel, 0)
        self.switch.started = self.clock.now()

    def come_back(self) -> None:
        """Let the phones find their way back after a restart, each in its own time."""
        for phone in self.phones.all():
            delay = self.switch.rng.uniform(*COME_BACK_WITHIN_S)
            self.clock.call_later(delay, lambda phone=phone: self.phones.come_back(phone))
