"""Real SIP phones and a carrier, by pjsua2, as a process of its own: ``python -m tests.support.sip_phones FOLDER PBX CARRIER``.

Commands come as JSON lines on stdin, each is answered by one line. A process, because pjsua2 must be used and freed on one
thread only, and ends the whole program when it is not.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import math
import select
import struct
import sys
import time
import wave
from pathlib import Path
from typing import Any

import pjsua2 as pj

RATE = 8000
SEATS_AT, CARRIER_AT = "127.0.0.1", "127.0.0.2"
_CODES = {"busy": 486, "rejects": 603, "unreachable": 503, "unknown": 404}
_ENDED = "DISCONNECTED"
_INCARNATIONS = itertools.count(1)


def write_tone(path: Path, pitch_hz: int, seconds: int = 60, *, burst_ms: int = 1000) -> Path:
    """Write a pure tone, 8 kHz mono; with ``burst_ms``, only so much at the beginning of every second."""
    sounds = RATE * burst_ms // 1000
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        step = 2 * math.pi * pitch_hz / RATE
        samples = (int(12000 * math.sin(step * i)) if i < sounds else 0 for i in range(RATE))
        out.writeframes(b"".join(struct.pack("<h", sample) for sample in samples) * seconds)
    return path


class SipCall(pj.Call):
    """A call at one of our phones."""

    def __init__(self, phone: SipPhone, call_id: int = pj.PJSUA_INVALID_ID) -> None:
        super().__init__(phone, call_id)
        self.phone = phone
        self.number = len(phone.calls)
        self.state = "NULL"
        self.code = 0
        self.headers = self.remote = self.digits = ""
        self.answer_at = 0.0
        self._player: Any = None
        self._sound: Any = None
        self._recorder: Any = None

    def onCallState(self, prm: Any) -> None:  # noqa: N802 - pjsua2's name
        info = self.getInfo()
        self.state, self.code = info.stateText, info.lastStatusCode
        if self.state == _ENDED:
            self._player = self._recorder = self._sound = None

    def onCallMediaState(self, prm: Any) -> None:  # noqa: N802 - pjsua2's name
        info = self.getInfo()  # kept, because its media are freed with it
        for media in info.media:
            active = media.status in {pj.PJSUA_CALL_MEDIA_ACTIVE, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD}
            if media.type == pj.PJMEDIA_TYPE_AUDIO and active:
                self._sound = self.getAudioMedia(media.index)
                if self._player is None:
                    self._player = pj.AudioMediaPlayer()
                    self._player.createPlayer(str(self.phone.tone))
                self._player.startTransmit(self._sound)

    def onDtmfDigit(self, prm: Any) -> None:  # noqa: N802 - pjsua2's name
        self.digits += prm.digit

    def pick_up(self, code: int = 200) -> None:
        answer = pj.CallOpParam()
        answer.statusCode = code
        self.answer(answer)

    def put_down(self) -> None:
        if self.state != _ENDED:
            self.hangup(pj.CallOpParam())

    def hold(self, *, on: bool) -> None:
        if on:
            self.setHold(pj.CallOpParam())
            return
        resume = pj.CallOpParam(True)
        resume.opt.flag = pj.PJSUA_CALL_UNHOLD
        self.reinvite(resume)

    def refer(self, to: str) -> None:
        """Press transfer and key in a number."""
        self.xfer(to, pj.CallOpParam())

    def refer_to(self, other: int) -> None:
        """Press transfer to another call of the same phone."""
        self.xferReplaces(self.phone.calls[other], pj.CallOpParam())

    def press(self, digits: str) -> None:
        self.dialDtmf(digits)

    def record(self, path: str) -> None:
        """Write what is received from now on to a WAV file."""
        self._recorder = pj.AudioMediaRecorder()
        self._recorder.createRecorder(path)
        self._sound.startTransmit(self._recorder)

    def stop_recording(self) -> None:
        """Finish the file."""
        self._sound.stopTransmit(self._recorder)
        self._recorder = None

    def spoken(self) -> tuple[float, int]:
        """Now (monotonic seconds), and the sample of the phone's own sound that is said next."""
        return time.monotonic(), self._player.getPos()

    def as_json(self) -> dict[str, Any]:
        names = ("state", "code", "remote", "digits", "headers")
        return {name: getattr(self, name) for name in names}


class SipPhone(pj.Account):
    """A seat's phone, which registers with ``token``; without one, somebody behind the trunk.

    ``obeys``: it goes off hook by itself when it is asked to.
    """

    def __init__(self, rig: Rig, user: str, tone: Path, token: str | None) -> None:
        super().__init__()
        self.rig, self.user, self.tone, self.outside = rig, user, tone, token is None
        self.calls: list[SipCall] = []
        self.registered = self.obeys = False
        host = CARRIER_AT if token is None else SEATS_AT
        settings = pj.AccountConfig()
        settings.idUri = f"sip:{user}@{host}"
        settings.sipConfig.transportId = rig.transports[host]
        # a phone that was taken away takes its address back, perhaps later than the next one of its name has given its own
        settings.sipConfig.contactUriParams = f";phone={next(_INCARNATIONS)}"
        settings.mediaConfig.transportConfig.boundAddress = host
        settings.mediaConfig.transportConfig.port = 0
        if token is not None:
            settings.regConfig.registrarUri = f"sip:{SEATS_AT}:{rig.pbx_port}"
            settings.regConfig.timeoutSec = 60
            settings.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", user, 0, token))
        self.create(settings)

    def onRegState(self, prm: Any) -> None:  # noqa: N802 - pjsua2's name
        self.registered = prm.code == 200 and prm.expiration > 0

    def onIncomingCall(self, prm: Any) -> None:  # noqa: N802 - pjsua2's name
        call = SipCall(self, prm.callId)
        info = call.getInfo()
        call.headers, call.remote = prm.rdata.wholeMsg, info.remoteUri
        self.calls.append(call)
        if self.outside:
            self._behave(call, info.localUri)
        elif self.obeys and "answer-after=0" in call.headers:
            call.pick_up()
        else:
            call.pick_up(180)

    def _behave(self, call: SipCall, called: str) -> None:
        number = called.partition("sip:")[2].partition("@")[0]
        behaviour, after_s = self.rig.numbers.get(number, ("answers", 0.3))
        if behaviour in _CODES:
            call.pick_up(_CODES[behaviour])
            return
        call.pick_up(180)
        if behaviour == "answers":
            call.answer_at = time.monotonic() + after_s

    def as_json(self) -> dict[str, Any]:
        return {"registered": self.registered, "calls": [call.as_json() for call in self.calls]}


class Rig:
    """One SIP stack with a socket for the seats and one for the carrier."""

    def __init__(self, folder: Path, pbx_port: int, carrier_port: int) -> None:
        self.folder, self.pbx_port = folder, pbx_port
        self.transports: dict[str, int] = {}
        self.numbers: dict[str, tuple[str, float]] = {}
        self.phones: dict[str, SipPhone] = {}
        self.endpoint = pj.Endpoint()
        self.endpoint.libCreate()
        settings = pj.EpConfig()
        settings.logConfig.level = settings.logConfig.consoleLevel = 0
        settings.uaConfig.threadCnt = 0
        settings.uaConfig.mainThreadOnly = False
        settings.uaConfig.maxCalls = 32
        settings.medConfig.clockRate = settings.medConfig.sndClockRate = RATE
        settings.medConfig.noVad = True
        settings.medConfig.ecTailLen = 0
        self.endpoint.libInit(settings)
        self.endpoint.audDevManager().setNullDev()
        for address, port in ((SEATS_AT, 0), (CARRIER_AT, carrier_port)):
            transport = pj.TransportConfig()
            transport.boundAddress, transport.port = address, port
            self.transports[address] = self.endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
        self.endpoint.libStart()
        for codec in self.endpoint.codecEnum2():
            self.endpoint.codecSetPriority(codec.codecId, 255 if codec.codecId.startswith("PCMA") else 0)

    def run(self) -> None:
        """Serve until stdin ends."""
        while True:
            self.endpoint.libHandleEvents(5)
            self._answer_due()
            if select.select([sys.stdin], [], [], 0)[0]:
                line = sys.stdin.readline()
                if not line:
                    return
                sys.stdout.write(json.dumps(self._reply(json.loads(line))) + "\n")
                sys.stdout.flush()

    def _reply(self, command: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"result": getattr(self, f"do_{command.pop('do')}")(**command)}
        except pj.Error as error:
            return {"error": error.reason}
        except (IndexError, KeyError, AttributeError, TypeError, ValueError) as error:
            return {"error": f"{type(error).__name__}: {error}"}

    def _answer_due(self) -> None:
        now = time.monotonic()
        for phone in self.phones.values():
            for call in phone.calls:
                if call.answer_at and call.answer_at <= now:
                    call.answer_at = 0.0
                    with contextlib.suppress(pj.Error):  # the caller gave up
                        call.pick_up()

    def do_phone(self, user: str, pitch_hz: int, token: str | None, burst_ms: int = 1000) -> None:
        tone = self.folder / f"{pitch_hz}-{burst_ms}.wav"
        if not tone.exists():
            write_tone(tone, pitch_hz, burst_ms=burst_ms)
        self.phones[user] = SipPhone(self, user, tone, token)

    def do_leave(self, user: str) -> None:
        """Take a phone away; pjsua2 can hold eight at a time."""
        if user in self.phones:
            self.phones.pop(user).shutdown()

    def do_state(self) -> dict[str, Any]:
        return {user: phone.as_json() for user, phone in self.phones.items()}

    def do_dial(self, user: str, to: str) -> int:
        phone = self.phones[user]
        call = SipCall(phone)
        call.makeCall(f"sip:{to}@{SEATS_AT}:{self.pbx_port}", pj.CallOpParam(True))
        phone.calls.append(call)
        return call.number

    def do_obey(self, user: str, on: bool) -> None:
        """Whether a phone goes off hook by itself when it is asked to."""
        self.phones[user].obeys = on

    def do_number(self, number: str, behaviour: str, after_s: float) -> None:
        self.numbers[number] = (behaviour, after_s)

    def do_register(self, user: str, on: bool) -> None:
        self.phones[user].setRegistration(on)

    def do_call(self, user: str, call: int, what: str, **how: Any) -> Any:
        """Do ``what`` with a call of a phone; -1: its newest that is not over, -2: the one before that."""
        calls = self.phones[user].calls
        living = [one for one in calls if one.state != _ENDED] if call < 0 else calls
        return getattr((living or calls)[call], what)(**how)

    def do_join(self, user: str) -> None:
        """Ask for the two calls of a phone to be joined without it."""
        first, second = [one for one in self.phones[user].calls if one.state != _ENDED]
        first.refer_to(second.number)

    def do_forget(self) -> None:
        """Hang everything up and forget how numbers behave."""
        self.numbers.clear()
        for phone in self.phones.values():
            for call in phone.calls:
                with contextlib.suppress(pj.Error):  # it is ending already
                    call.put_down()


if __name__ == "__main__":
    Rig(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])).run()
