"""Many desk phones on one socket, for load: ``python -m tests.support.sip_crowd PBX_PORT ANSWER_MS``, tokens as JSON on stdin.

Each registers, rings when it is called, answers after ``ANSWER_MS`` and gives back what it hears. It never hangs up.
Signalling only as far as Asterisk needs it (RFC 3261); real phones are ``sip_phones``.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import socket
import sys
import uuid
from typing import Any

HOST = "127.0.0.1"
EXPIRES_S = 60
AGAIN_S = 0.5
_CHALLENGE = re.compile(r'(\w+)="?([^",]+)"?')
Address = tuple[str, int]


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


class Message:
    """A request or a response: its first line, and its headers by small name, repeated ones together."""

    def __init__(self, data: bytes) -> None:
        head = data.decode("utf-8", "replace").partition("\r\n\r\n")[0]
        self.first, *lines = head.split("\r\n")
        self.headers: dict[str, list[str]] = {}
        for line in lines:
            name, _, value = line.partition(":")
            self.headers.setdefault(name.strip().lower(), []).append(value.strip())

    def one(self, name: str) -> str:
        return self.headers.get(name, [""])[0]


class Echo(asyncio.DatagramProtocol):
    """Gives every packet of sound back."""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self._transport.sendto(data, addr)


class Crowd(asyncio.DatagramProtocol):
    """All the phones. ``complete``: the PBX has taken every one."""

    def __init__(self, tokens: dict[str, str], pbx: Address, answer_s: float, media_port: int) -> None:
        self._tokens, self._pbx, self._answer_s, self._media_port = tokens, pbx, answer_s, media_port
        self._registered: set[str] = set()
        self.complete = asyncio.Event()
        self._cancelled: dict[str, Message] = {}
        self._number = 0
        self._answers: dict[str, bytes] = {}
        self._due: dict[str, asyncio.TimerHandle] = {}

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self.port = transport.get_extra_info("sockname")[1]
        for place, device in enumerate(self._tokens):
            asyncio.get_running_loop().call_later(place * 0.004, self._register, device)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        message = Message(data)
        if message.first.startswith("SIP/2.0"):
            self._replied(message)
            return
        kind = message.first.partition(" ")[0]
        call = message.one("call-id")
        if kind == "INVITE":
            self._invited(message, call, addr)
        elif kind == "ACK":
            self._stop(call)
        elif kind == "CANCEL":
            self._send(message, "200 OK", addr)
            if (invite := self._cancelled.pop(call, None)) is not None:
                self._stop(call)
                self._answers[call] = self._send(invite, "487 Request Terminated", addr)
        else:
            if kind == "BYE":
                self._stop(call)
                self._answers.pop(call, None)
            self._send(message, "200 OK", addr)

    # ---- calls

    def _invited(self, message: Message, call: str, addr: Address) -> None:
        if call in self._answers:
            self._transport.sendto(self._answers[call], addr)
            return
        self._cancelled[call] = message
        self._answers[call] = self._send(message, "180 Ringing", addr)
        self._later(self._answer_s, call, lambda: self._answer(message, call, addr))

    def _answer(self, message: Message, call: str, addr: Address) -> None:
        self._cancelled.pop(call, None)
        body = (
            f"v=0\r\no=phone 1 1 IN IP4 {HOST}\r\ns=-\r\nc=IN IP4 {HOST}\r\nt=0 0\r\n"
            f"m=audio {self._media_port} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
        )
        self._answers[call] = self._send(message, "200 OK", addr, body)
        self._again(call, addr)

    def _again(self, call: str, addr: Address) -> None:
        """The answer is repeated until it is acknowledged."""

        def repeat() -> None:
            if call in self._answers:
                self._transport.sendto(self._answers[call], addr)
                self._again(call, addr)

        self._later(AGAIN_S, call, repeat)

    def _later(self, seconds: float, call: str, act: Any) -> None:
        self._stop(call)
        self._due[call] = asyncio.get_running_loop().call_later(seconds, act)

    def _stop(self, call: str) -> None:
        timer = self._due.pop(call, None)
        if timer is not None:
            timer.cancel()

    def _send(self, request: Message, status: str, addr: Address, body: str = "") -> bytes:
        to = request.one("to")
        tagged = to if ";tag=" in to else f"{to};tag=crowd"
        lines = [f"SIP/2.0 {status}", *(f"Via: {via}" for via in request.headers["via"])]
        lines += [f"From: {request.one('from')}", f"To: {tagged}", f"Call-ID: {request.one('call-id')}"]
        lines += [f"CSeq: {request.one('cseq')}", f"Contact: <sip:phone@{HOST}:{self.port}>"]
        lines += ["Content-Type: application/sdp"] if body else []
        lines += [f"Content-Length: {len(body)}", "", body]
        data = "\r\n".join(lines).encode()
        self._transport.sendto(data, addr)
        return data

    # ---- registrations

    def _register(self, device: str, authorization: str = "") -> None:
        self._number += 1
        uri = f"sip:{HOST}:{self._pbx[1]}"
        lines = [
            f"REGISTER {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {HOST}:{self.port};branch=z9hG4bK{uuid.uuid4().hex};rport",
            f"From: <sip:{device}@{HOST}>;tag={device}",
            f"To: <sip:{device}@{HOST}>",
            f"Call-ID: register-{device}",
            f"CSeq: {self._number} REGISTER",
            f"Contact: <sip:{device}@{HOST}:{self.port}>",
            f"Expires: {EXPIRES_S}",
            "Max-Forwards: 70",
            *([authorization] if authorization else []),
            "Content-Length: 0",
        ]
        self._transport.sendto(("\r\n".join(lines) + "\r\n\r\n").encode(), self._pbx)

    def _replied(self, message: Message) -> None:
        device = message.one("call-id").removeprefix("register-")
        if " 401 " in f"{message.first} ":
            self._register(device, self._authorization(device, message.one("www-authenticate")))
        elif " 200 " in f"{message.first} " and device in self._tokens:
            self._registered.add(device)
            if len(self._registered) == len(self._tokens):
                self.complete.set()
            asyncio.get_running_loop().call_later(EXPIRES_S / 2, self._register, device)
        else:
            asyncio.get_running_loop().call_later(1, self._register, device)

    def _authorization(self, device: str, challenge: str) -> str:
        asked = dict(_CHALLENGE.findall(challenge))
        uri = f"sip:{HOST}:{self._pbx[1]}"
        first = md5(f"{device}:{asked['realm']}:{self._tokens[device]}")
        second = md5(f"REGISTER:{uri}")
        qop = "qop" in asked
        middle = f"{asked['nonce']}:00000001:crowd:auth" if qop else asked["nonce"]
        extra = ', qop=auth, nc=00000001, cnonce="crowd"' if qop else ""
        opaque = f', opaque="{asked["opaque"]}"' if "opaque" in asked else ""
        return (
            f'Authorization: Digest username="{device}", realm="{asked["realm"]}", nonce="{asked["nonce"]}", uri="{uri}", '
            f'response="{md5(f"{first}:{middle}:{second}")}", algorithm=MD5{opaque}{extra}'
        )


async def main(pbx_port: int, answer_ms: int, tokens: dict[str, str]) -> None:
    """Register everybody, say ``ready``, and be phones for ever."""
    loop = asyncio.get_running_loop()
    echo, _ = await loop.create_datagram_endpoint(Echo, local_addr=(HOST, 0))
    media_port = echo.get_extra_info("sockname")[1]
    transport, crowd = await loop.create_datagram_endpoint(
        lambda: Crowd(tokens, (HOST, pbx_port), answer_ms / 1000, media_port), local_addr=(HOST, 0)
    )
    for one in (echo, transport):
        one.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    await crowd.complete.wait()
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), json.loads(sys.stdin.readline())))
