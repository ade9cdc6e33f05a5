"""A carrier that wants to be registered with, as docs/asterisk.md says: its REGISTER, its password, its digest."""

import asyncio
import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.asterisk.instance import write_instance
from deploy.asterisk.options import default_home
from deploy.asterisk.plan import Trunk
from deploy.asterisk.process import start, stop
from tests.contract.pbx import AsteriskPbx
from tests.support.sip_crowd import Address, Message, md5

pytestmark = pytest.mark.asterisk
HOST, USER, PASSWORD = "127.0.0.2", "4008001234", "carrier-password-1"
CHALLENGE = 'Digest realm="carrier", nonce="n1", algorithm=MD5, qop="auth"'


class Carrier(asyncio.DatagramProtocol):
    """Asks for a password, and takes who has it. ``taken``: the Contact that was registered."""

    def __init__(self) -> None:
        self.taken: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Address) -> None:
        message = Message(data)
        kind = message.first.partition(" ")[0]
        signed = message.one("authorization")
        if kind == "REGISTER" and not self._right(signed, message.first.split(" ")[1]):
            self._reply(message, "401 Unauthorized", addr, f"WWW-Authenticate: {CHALLENGE}")
        elif kind in {"REGISTER", "OPTIONS"}:
            self._reply(message, "200 OK", addr, f"Contact: {message.one('contact')};expires=300")
            if kind == "REGISTER" and not self.taken.done():
                self.taken.set_result(message.one("contact"))

    @staticmethod
    def _right(signed: str, uri: str) -> bool:
        fields = dict(re.findall(r'(\w+)="?([^",]+)"?', signed))
        if fields.get("username") != USER:
            return False
        first, second = md5(f"{USER}:carrier:{PASSWORD}"), md5(f"REGISTER:{uri}")
        return fields["response"] == md5(f"{first}:n1:{fields['nc']}:{fields['cnonce']}:auth:{second}")

    def _reply(self, message: Message, status: str, addr: Address, *more: str) -> None:
        lines = [f"SIP/2.0 {status}", *(f"Via: {via}" for via in message.headers["via"])]
        lines += [f"From: {message.one('from')}", f"To: {message.one('to')};tag=carrier"]
        lines += [
            f"Call-ID: {message.one('call-id')}",
            f"CSeq: {message.one('cseq')}",
            *more,
            "Content-Length: 0",
            "",
            "",
        ]
        self._transport.sendto("\r\n".join(lines).encode(), addr)


def _told_to_everybody(instance: Path) -> str:
    """Its line in the list of processes, and its log."""
    pid = (instance / "pid").read_text().strip()
    return Path(f"/proc/{pid}/cmdline").read_text() + (instance / "log" / "messages").read_text()


@pytest.fixture
def home(asterisk: AsteriskPbx) -> Iterator[Path]:
    """A second instance's folder; the session's Asterisk has been fetched by then."""
    with tempfile.TemporaryDirectory(prefix="xktcc-pbx-trunk-") as folder:
        path = Path(folder)
        path.chmod(0o711)
        yield path


async def test_the_trunk_registers_with_the_carriers_password(home: Path) -> None:
    program = default_home() / "asterisk-22" / "bin" / "asterisk"
    loop = asyncio.get_running_loop()
    transport, carrier = await loop.create_datagram_endpoint(Carrier, local_addr=(HOST, 0))
    port = transport.get_extra_info("sockname")[1]
    trunk = Trunk(HOST, port, user=USER, password=PASSWORD, register=True)
    plan = replace(AsteriskPbx(home, program).plan, trunk=trunk)
    instance = home / "instance"
    try:
        write_instance(plan, instance, program.parent.parent / "root")
        await asyncio.to_thread(start, plan, instance, program)
        contact = await asyncio.wait_for(carrier.taken, 15)
        assert contact.startswith(f"<sip:{USER}@"), "calls for our number are to come to us"
        assert PASSWORD not in _told_to_everybody(instance)
    finally:
        await asyncio.to_thread(stop, instance)
        transport.close()
