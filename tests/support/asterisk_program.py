"""The whole program at a real Asterisk of its own, with a phone for every seat."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from deploy.asterisk.install import install
from deploy.asterisk.options import default_home
from deploy.asterisk.process import ProcessError
from telephony.ari.client import AriClient
from telephony.ari.provisioning import Provisioning
from telephony.types import DeviceId
from tests.contract.pbx import AsteriskPbx
from tests.support.program import Program, wait_for
from tests.support.quiet_centre import FIRST, quiet_program
from xktcc_app.config import Settings
from xktcc_app.first_start import token_cipher
from xktcc_app.repositories.accounts import stored_phones
from xktcc_app.services.database import Database


@dataclass
class AtAsterisk:
    """``program`` is not started yet; ``tokens``: the secret of each seat's phone; ``folder``: for the load's own files."""

    pbx: AsteriskPbx
    program: Program
    tokens: dict[str, str]
    folder: Path

    def ask(self, method: str, resource: str) -> Any:
        """A request of ARI, beside the program."""
        auth = (self.pbx.user, self.pbx.password)
        answer = httpx.request(method, f"{self.pbx.url}/ari/{resource}", auth=auth, timeout=10, trust_env=False)
        return answer.json() if answer.is_success and answer.content else None

    def callers(self) -> dict[str, bool]:
        """The channels of whoever called from outside, and whether each is in a mixing bridge."""
        mixed = {
            one
            for bridge in self.ask("GET", "bridges")
            if bridge["bridge_type"] == "mixing"
            for one in bridge["channels"]
        }
        channels = self.ask("GET", "channels")
        return {one["id"]: one["id"] in mixed for one in channels if ",inbound," in one["dialplan"]["app_data"]}

    def give_phones(self) -> None:
        """Give the PBX every seat's phone, without the program."""

        async def give() -> None:
            async with AriClient(self.pbx.url, self.pbx.user, self.pbx.password) as client:
                provisioning = Provisioning(client)
                for device, token in self.tokens.items():
                    await provisioning.provide(DeviceId(device), token)

        asyncio.run(give())

    def await_phones(self) -> None:
        """Wait until the program has given the PBX every seat's phone."""
        wait_for(lambda: self.tokens.keys() <= self._known(), 60, "every phone is known to the PBX")

    def _known(self) -> set[str]:
        return {one["resource"] for one in self.ask("GET", "endpoints/PJSIP") or []}


@contextlib.contextmanager
def at_asterisk(folder: Path, seats: int, **settings: str) -> Iterator[AtAsterisk]:
    """A running Asterisk, and a program that is to be started with it."""
    home = Path(tempfile.mkdtemp(prefix="xktcc-load-"))
    home.chmod(0o711)  # Asterisk runs as another user
    pbx = _started(home)
    try:
        program = quiet_program(
            folder,
            seats,
            XKTCC_ARI_URL=pbx.url,
            XKTCC_ARI_USER=pbx.user,
            XKTCC_ARI_PASSWORD=pbx.password,
            **settings,
        )
        yield AtAsterisk(pbx, program, _tokens(program.data_dir, seats), home)
    finally:
        pbx.stop()
        shutil.rmtree(home, ignore_errors=True)


def _started(home: Path) -> AsteriskPbx:
    program = install(default_home() / "asterisk-22")
    deadline = time.monotonic() + 60
    while True:
        pbx = AsteriskPbx(home, program, rtp_ports=1200)
        try:
            pbx.start()
        except ProcessError:  # a port was taken meanwhile
            if time.monotonic() > deadline:
                raise
        else:
            return pbx


def _tokens(data_dir: Path, seats: int) -> dict[str, str]:
    settings = Settings(data_dir=data_dir)
    database, cipher = Database(settings.effective_database_url), token_cipher(settings)
    try:
        phones = database.reading(stored_phones)
        tokens = {str(phone.device): cipher.decrypt(phone.token) for phone in phones}
    finally:
        database.close()
    return {device: tokens[device] for device in (str(FIRST + place) for place in range(seats))}
