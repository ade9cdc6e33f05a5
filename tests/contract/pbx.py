"""The PBX under contract: what every scenario may do to it, whichever it is."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import httpx

from deploy.asterisk.instance import kept_password, write_instance
from deploy.asterisk.plan import Plan, Trunk
from deploy.asterisk.process import ProcessError, running_pid, start, stop
from telephony.ari.client import AriClient, path
from telephony.ari.provisioning import Provisioning
from telephony.exchange.exchange import Settings
from telephony.exchange.server import ExchangeServer
from telephony.types import DeviceId
from tests.contract.sound import Sound, tones, voices
from tests.support.phone_process import PhoneProcess

T = TypeVar("T")
SEATS = ("1001", "1002", "1003", "1004")
CALLERS = ("13800001111", "13900002222")
PITCH_HZ = {"1001": 700, "1002": 1000, "1003": 1300, "1004": 1700, CALLERS[0]: 440, CALLERS[1]: 540}
ENDED = "DISCONNECTED"  # as pjsua2 says it


async def until(fact: Callable[[], T | None], within_s: float = 5, what: str | Callable[[], str] = "") -> T:
    """Poll a fact until it is true, and return it. ``what``: said when it does not become so."""
    deadline = asyncio.get_running_loop().time() + within_s
    while not (found := fact()):
        late = asyncio.get_running_loop().time() > deadline
        assert not late, f"not within {within_s} s: {what if isinstance(what, str) else what()}"
        await asyncio.sleep(0.01)
    return found


async def until_so(fact: Callable[[], Awaitable[bool]], within_s: float = 5, what: str = "") -> None:
    """Poll a fact that has to be asked for."""
    deadline = asyncio.get_running_loop().time() + within_s
    while not await fact():
        assert asyncio.get_running_loop().time() < deadline, f"not within {within_s} s: {what}"
        await asyncio.sleep(0.02)


class Caller(Protocol):
    """Somebody outside, in a call with us."""

    async def hang_up(self) -> None: ...

    async def is_gone(self) -> bool: ...


class Pbx(Protocol):
    """A PBX with seats ``SEATS``, all registered, and a trunk to outside numbers."""

    name: str
    url: str
    user: str
    password: str

    async def call(self, caller: str, to: str) -> Caller: ...

    async def pick_up(self, device: str) -> None: ...

    async def refuse(self, device: str) -> None: ...

    async def put_down(self, device: str) -> None: ...

    async def hold(self, device: str, *, on: bool) -> None: ...

    async def transfer(self, device: str, to: str) -> None:
        """Ask for a blind transfer at the phone itself."""
        ...

    async def dial(self, device: str, to: str) -> None:
        """A phone puts the call that it has on hold, if it has one, and dials."""
        ...

    async def join_calls(self, device: str) -> None:
        """Transfer, from one of the phone's two calls to the other."""
        ...

    async def put_down_first(self, device: str) -> None: ...

    async def put_down_second(self, device: str) -> None: ...

    async def swap(self, device: str) -> None:
        """From the second call back to the first, which was on hold."""
        ...

    async def digits(self) -> str:
        """Every key that was pressed for somebody outside in calls that are up, one call after the other."""
        ...

    async def rings(self, device: str) -> bool: ...

    async def unregister(self, device: str) -> None: ...

    async def register(self, device: str) -> None: ...

    async def set_number(self, number: str, behaviour: str, after_s: float = 0.3) -> None: ...

    async def drop_sockets(self, driver: Any) -> None: ...

    async def restart(self) -> None:
        """It ends with all its calls, and comes back."""
        ...

    async def started_again(self) -> bool:
        """Start it again if it has ended by itself; whether it had."""
        ...

    def listen(self, wav: bytes, parties: tuple[str, ...]) -> Sound: ...

    async def quiet(self) -> None:
        """Nobody is in a call, every phone is registered."""
        ...


@dataclass
class LabCaller:
    http: httpx.AsyncClient
    id: str

    async def hang_up(self) -> None:
        (await self.http.delete(f"/lab/calls/{self.id}")).raise_for_status()

    async def is_gone(self) -> bool:
        return (await self.http.get(f"/ari/channels/{self.id}")).status_code == 404


class ExchangePbx:
    """The embedded exchange, acted upon through ``/lab``."""

    name = "exchange"
    user, password = "tester", "tester-secret"

    def __init__(self, folder: Path) -> None:
        self._server = ExchangeServer(
            Settings(folder, 0, self.user, self.password, seats=len(SEATS), traffic=False, people=SEATS, seed=1)
        )
        self.url = ""
        self._http = httpx.AsyncClient()

    async def start(self) -> None:
        await self._server.start()
        self.url = f"http://127.0.0.1:{self._server.port}"
        await self._http.aclose()
        self._http = httpx.AsyncClient(base_url=self.url, auth=(self.user, self.password), timeout=5)

    async def stop(self) -> None:
        await self._http.aclose()
        await self._server.stop()

    async def quiet(self) -> None:
        await until_so(self._put_everything_down, 12, "nobody in a call")

    async def _put_everything_down(self) -> bool:
        try:
            phones = (await self._lab("GET", "state"))["phones"]
        except httpx.TransportError:  # it is being restarted
            return False
        busy = [(device, act) for device, phone in phones.items() for act in _to_put_down(phone)]
        for device, act in busy:
            with contextlib.suppress(httpx.HTTPStatusError):  # it has ended meanwhile
                await self._lab("POST", f"phones/{device}/{act}")
        return not busy

    async def _lab(self, method: str, path: str, **body: Any) -> Any:
        reply = await self._http.request(method, f"/lab/{path}", json=body or None)
        reply.raise_for_status()
        return reply.json() if reply.content else None

    async def call(self, caller: str, to: str) -> LabCaller:
        made = await self._lab("POST", "calls", **{"from": caller, "to": to, "patience_s": 600, "talk_s": 600})
        return LabCaller(self._http, made["id"])

    async def pick_up(self, device: str) -> None:
        await self._lab("POST", f"phones/{device}/answer")

    async def refuse(self, device: str) -> None:
        await self._lab("POST", f"phones/{device}/reject")

    async def put_down(self, device: str) -> None:
        await self._lab("POST", f"phones/{device}/hangup")

    async def hold(self, device: str, *, on: bool) -> None:
        await self._lab("POST", f"phones/{device}/{'hold' if on else 'unhold'}")

    async def transfer(self, device: str, to: str) -> None:
        await self._lab("POST", f"phones/{device}/transfer", to=to)

    async def dial(self, device: str, to: str) -> None:
        await self._lab("POST", f"phones/{device}/dial", to=to)

    async def join_calls(self, device: str) -> None:
        await self._lab("POST", f"phones/{device}/join")

    async def put_down_first(self, device: str) -> None:
        await self.put_down(device)

    async def put_down_second(self, device: str) -> None:
        await self._lab("POST", f"phones/{device}/hangup-second")

    async def swap(self, device: str) -> None:
        await self._lab("POST", f"phones/{device}/swap")

    async def digits(self) -> str:
        state = await self._lab("GET", "state")
        return "".join(leg["digits"] for leg in state["channels"].values())

    async def rings(self, device: str) -> bool:
        states = await self._http.get(f"/ari/deviceStates/PJSIP%2F{device}")
        return states.json()["state"] == "RINGING"

    async def unregister(self, device: str) -> None:
        await self._lab("POST", f"phones/{device}/unregister")

    async def register(self, device: str) -> None:
        await self._lab("POST", f"phones/{device}/register")

    async def set_number(self, number: str, behaviour: str, after_s: float = 0.3) -> None:
        await self._lab("PUT", f"numbers/{number}", behaviour=behaviour, after_s=after_s)

    async def drop_sockets(self, driver: Any) -> None:
        await self._lab("POST", "drop-sockets")

    async def restart(self) -> None:
        await self._lab("POST", "restart")

    async def started_again(self) -> bool:
        return False  # it runs in this process

    def listen(self, wav: bytes, parties: tuple[str, ...]) -> Sound:
        return voices(wav, parties)


def _to_put_down(phone: dict[str, Any]) -> list[str]:
    acts = (("ringing", "reject"), ("dialling", "hangup-second"), ("talking", "hangup"))
    return [act for what, act in acts if phone[what]]


class PhonePair:
    """The seats' phones in one process, everybody outside in another."""

    def __init__(self, folder: Path, pbx_port: int, carrier_port: int) -> None:
        (folder / "outside").mkdir(exist_ok=True)
        self._seats = PhoneProcess(folder, pbx_port, 0)
        self._outside = PhoneProcess(folder / "outside", pbx_port, carrier_port)

    async def do(self, command: str, /, **how: Any) -> Any:
        """As ``PhoneProcess.do``, by whoever is meant."""
        if command in {"state", "forget"}:
            both = await asyncio.gather(self._seats.do(command), self._outside.do(command))
            return {**both[0], **both[1]} if command == "state" else None
        ours = how.get("user") in SEATS
        return await (self._seats if ours else self._outside).do(command, **how)

    def close(self) -> None:
        self._seats.close()
        self._outside.close()


@dataclass
class SipCaller:
    phones: PhoneProcess | PhonePair
    user: str
    number: int

    async def hang_up(self) -> None:
        await self.phones.do("call", user=self.user, call=self.number, what="put_down")

    async def is_gone(self) -> bool:
        state = await self.phones.do("state")
        return state[self.user]["calls"][self.number]["state"] == ENDED


SILENCE_S = 5
"""So soon the scenarios have somebody without sound given up, so that they can wait for it."""


def token_of(device: str) -> str:
    return f"token-of-{device}"


class AsteriskPbx:
    """Asterisk 22 with pjsua2 phones. ``home`` must be open to other users (Asterisk runs as one that may do nothing else)."""

    name = "asterisk"
    user = "xktcc"

    def __init__(
        self, home: Path, program: Path, *, crowded: bool = False, rtp_ports: int = 200, rtp_timeout_s: int = 30
    ) -> None:
        """``crowded``: the people outside have a process of phones of their own, because one can have four calls at a time.

        ``rtp_timeout_s``: after so many seconds without sound somebody is given up. On a busy machine phones stammer.
        """
        self._crowded = crowded
        self._home, self._program = home / "instance", program
        self.password = kept_password(self._home)
        http_port, sip_port, carrier_port = free_ports(3)
        trunk = Trunk("127.0.0.2", carrier_port)
        self.plan = Plan(
            trunk=trunk,
            overflow="13600000000",
            ari_password=self.password,
            http_port=http_port,
            sip_port=sip_port,
            rtp_first=28200,
            rtp_ports=rtp_ports,
            rtp_timeout_s=rtp_timeout_s,
        )
        self.url = self.plan.ari_url
        self._phones: PhoneProcess | PhonePair | None = None

    def start(self) -> None:
        write_instance(self.plan, self._home, self.program_folder / "root")
        start(self.plan, self._home, self._program)

    def stop(self) -> None:
        if self._phones is not None:
            self._phones.close()
        stop(self._home)

    @property
    def phones(self) -> PhoneProcess | PhonePair:
        assert self._phones is not None
        return self._phones

    @property
    def program_folder(self) -> Path:
        """Where Asterisk and all that it needs are unpacked."""
        return self._program.parent.parent

    @property
    def pid(self) -> int | None:
        """Asterisk's process; ``None`` when it does not run."""
        return running_pid(self._home)

    async def connect_phones(self, folder: Path) -> None:
        async with AriClient(self.url, self.user, self.password) as client:
            provisioning = Provisioning(client, rtp_timeout_s=self.plan.rtp_timeout_s)
            for device in SEATS:
                await provisioning.provide(DeviceId(device), token_of(device))
        if self._crowded:
            self._phones = PhonePair(folder, self.plan.sip_port, self.plan.trunk.port)
        else:
            self._phones = PhoneProcess(folder, self.plan.sip_port, self.plan.trunk.port)
        for user, pitch in PITCH_HZ.items():
            await self.phones.do("phone", user=user, pitch_hz=pitch, token=token_of(user) if user in SEATS else None)
        await self.quiet()
        async with AriClient(self.url, self.user, self.password) as client:
            await until_so(
                lambda: _online(client, self.plan.trunk.name), 12, "Asterisk has seen that the carrier is there"
            )

    async def state(self) -> dict[str, Any]:
        return await self.phones.do("state")

    async def quiet(self) -> None:
        await self.phones.do("forget")
        await until_so(self._is_quiet, 12, "every phone registered and nobody in a call")

    async def _is_quiet(self) -> bool:
        state = await self.state()
        calls = [call for phone in state.values() for call in phone["calls"] if call["state"] != ENDED]
        lost = [device for device in SEATS if not state[device]["registered"]]
        for device in lost:
            with contextlib.suppress(RuntimeError):  # it is at it already
                await self.phones.do("register", user=device, on=True)
        return not calls and not lost

    async def sees_every_phone(self) -> bool:
        """Whether Asterisk knows where each phone is; one that thinks so alone registers anew."""
        async with AriClient(self.url, self.user, self.password) as client:
            away = [device for device in SEATS if not await _online(client, device)]
        for device in away:
            await self.phones.do("register", user=device, on=True)
        return not away

    async def call(self, caller: str, to: str) -> SipCaller:
        return SipCaller(self.phones, caller, await self.phones.do("dial", user=caller, to=to))

    async def _act(self, device: str, what: str, **how: Any) -> None:
        await self.phones.do("call", user=device, call=-1, what=what, **how)

    async def pick_up(self, device: str) -> None:
        await self._act(device, "pick_up")

    async def refuse(self, device: str) -> None:
        await self._act(device, "pick_up", code=603)

    async def put_down(self, device: str) -> None:
        await self._act(device, "put_down")

    async def hold(self, device: str, *, on: bool) -> None:
        if not on:  # the first call, after a second one
            await until_so(lambda: self._has_no_second_call(device), what=f"{device} has one call")
        await self._act(device, "hold", on=on)

    async def _has_no_second_call(self, device: str) -> bool:
        return sum(call["state"] != ENDED for call in (await self.state())[device]["calls"]) <= 1

    async def transfer(self, device: str, to: str) -> None:
        await self._act(device, "refer", to=f"sip:{to}@127.0.0.1:{self.plan.sip_port}")

    async def dial(self, device: str, to: str) -> None:
        if await self._is_talking(device):
            await self.hold(device, on=True)
        await self.phones.do("dial", user=device, to=to)

    async def _is_talking(self, device: str) -> bool:
        return any(call["state"] == "CONFIRMED" for call in (await self.state())[device]["calls"])

    async def join_calls(self, device: str) -> None:
        await self.phones.do("join", user=device)

    async def put_down_second(self, device: str) -> None:
        await self._act(device, "put_down")

    async def put_down_first(self, device: str) -> None:
        await self.phones.do("call", user=device, call=-2, what="put_down")

    async def swap(self, device: str) -> None:
        await self._act(device, "hold", on=True)
        await self.phones.do("call", user=device, call=-2, what="hold", on=False)

    async def digits(self) -> str:
        state = await self.state()
        calls = [call for caller in CALLERS for call in state[caller]["calls"]]
        return "".join(call["digits"] for call in calls if call["state"] != ENDED)

    async def rings(self, device: str) -> bool:
        state = await self.state()
        return any(call["state"] in {"EARLY", "INCOMING"} for call in state[device]["calls"])

    async def unregister(self, device: str) -> None:
        await self.phones.do("register", user=device, on=False)

    async def register(self, device: str) -> None:
        await self.phones.do("register", user=device, on=True)

    async def set_number(self, number: str, behaviour: str, after_s: float = 0.3) -> None:
        await self.phones.do("number", number=number, behaviour=behaviour, after_s=after_s)

    async def drop_sockets(self, driver: Any) -> None:
        driver._socket.drop()

    async def restart(self) -> None:
        await asyncio.to_thread(stop, self._home)
        await until_so(self._started, 15, "Asterisk is up again")

    async def started_again(self) -> bool:
        if self.pid is not None:
            return False
        await until_so(self._started, 15, "Asterisk is up again")
        return True

    async def _started(self) -> bool:
        """Try to start it; the kernel gives its port back a moment after its end."""
        try:
            await asyncio.to_thread(start, self.plan, self._home, self._program)
        except ProcessError:
            return False
        return True

    async def shown_outside(self) -> list[str]:
        """What the calls that reached the carrier showed of the caller, oldest first."""
        state = await self.state()
        return [call["remote"] for caller in CALLERS for call in state[caller]["calls"] if call["headers"]]

    def listen(self, wav: bytes, parties: tuple[str, ...]) -> Sound:
        outside = {PITCH_HZ[caller] for caller in CALLERS}
        pitches = {party: {PITCH_HZ[party]} if party in SEATS else outside for party in parties}
        return tones(wav, pitches)


async def _online(client: AriClient, endpoint: str) -> bool:
    return (await client.request("GET", path("endpoints", "PJSIP", endpoint)))["state"] == "online"


def free_ports(count: int) -> list[int]:
    """Ports from this suite's own range that nothing listens on, TCP nor UDP."""
    found: list[int] = []
    first = os.getpid() % 40  # so that two runs side by side seldom look at the same ones
    for port in (28010 + (first + step) % 90 for step in range(90)):
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            try:
                tcp.bind(("", port))  # at every address: the carrier has one of its own
                udp.bind(("", port))
            except OSError:
                continue
        found.append(port)
        if len(found) == count:
            return found
    raise AssertionError("no free ports")
