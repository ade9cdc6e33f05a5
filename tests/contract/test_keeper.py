"""An Asterisk that crashes is started again, and one that is stopped stays so: ``make asterisk`` as it is used."""

import asyncio
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.asterisk.instance import kept_password
from deploy.asterisk.keeper import end_keeper, keeper_pid
from deploy.asterisk.process import running_pid, stop
from telephony.ari.client import AriClient
from telephony.errors import TelephonyError
from tests.contract.pbx import AsteriskPbx, free_ports, until, until_so

pytestmark = pytest.mark.asterisk


class Private:
    """A private instance in ``home``, as the command makes it."""

    def __init__(self, home: Path) -> None:
        self.home, self.instance = home, home / "instance"
        self.http_port, self.sip_port, _ = free_ports(3)

    async def do(self, what: str) -> str:
        ports = (f"--http-port={self.http_port}", f"--sip-port={self.sip_port}", "--rtp-first=28600")
        command = (sys.executable, "-m", "deploy.asterisk", what, f"--home={self.home}", *ports)
        running = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        said, _ = await running.communicate()
        assert running.returncode == 0
        return said.decode()

    async def serves(self) -> bool:
        async with AriClient(f"http://127.0.0.1:{self.http_port}", "xktcc", kept_password(self.instance)) as client:
            try:
                await client.request("GET", "asterisk/ping")
            except TelephonyError:
                return False
        return True

    def log(self) -> str:
        return (self.instance / "log" / "keeper.log").read_text()


def _home(programs: Path) -> Path:
    home = Path(tempfile.mkdtemp(prefix="xktcc-kept-"))
    home.chmod(0o711)  # Asterisk runs as another user
    (home / "asterisk-22").symlink_to(programs)
    return home


@pytest.fixture
async def private(asterisk: AsteriskPbx) -> AsyncIterator[Private]:
    home = _home(asterisk.program_folder)
    private = Private(home)
    try:
        yield private
    finally:
        end_keeper(private.instance)
        stop(private.instance)
        shutil.rmtree(home)


async def test_one_that_crashes_is_started_again_until_it_is_stopped(private: Private) -> None:
    assert "keeper.log" in await private.do("start")
    first, keeper = running_pid(private.instance), keeper_pid(private.instance)
    assert first is not None
    assert keeper is not None

    os.kill(first, signal.SIGSEGV)
    again = await until(lambda: pid if (pid := running_pid(private.instance)) != first else None, 30, private.log)
    await until_so(private.serves, 30, "it serves again")
    await until(lambda: f"process {again}" in private.log(), 10, private.log)
    assert keeper_pid(private.instance) == keeper

    # what is begun anew has one keeper, and another Asterisk
    assert "the earlier one is stopped" in await private.do("start")
    assert keeper_pid(private.instance) not in {None, keeper}
    assert running_pid(private.instance) not in {None, again}
    told = private.log()

    assert "stopped" in await private.do("stop")
    assert keeper_pid(private.instance) is None
    assert running_pid(private.instance) is None
    assert private.log() == told, "a stop is no crash"
    assert "it does not run" in await private.do("stop")
