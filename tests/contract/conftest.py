"""Every scenario runs on both PBXs: the embedded exchange, and a real Asterisk 22 with real phones."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from deploy.asterisk.install import InstallError, install
from deploy.asterisk.options import default_home
from deploy.asterisk.process import ProcessError, stop
from telephony.ari.client import AriClient
from tests.contract.centre import Centre
from tests.contract.pbx import SILENCE_S, AsteriskPbx, ExchangePbx, Pbx

_HOME = "xktcc-pbx-"


def _without(reason: str) -> None:
    """Asterisk can't be had: say so, and fail where its absence would go unseen."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"the real PBX is missing: {reason}")
    pytest.skip(f"the real PBX is missing: {reason}")


def _run(work: Coroutine[None, None, None]) -> None:
    """Do ``work`` on a loop of its own, because the first scenario's is running already."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


def _sweep() -> None:
    """End what a run left behind that was killed: its process id stands in the folder."""
    for home in Path(tempfile.gettempdir()).glob(f"{_HOME}*"):
        runner = home / "runner"
        if runner.exists() and not Path("/proc", runner.read_text()).exists():
            stop(home / "instance")
            shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def asterisk() -> Iterator[AsteriskPbx]:
    """One Asterisk for all scenarios, fetched when it is missing, with its phones registered."""
    try:
        import pjsua2  # noqa: F401 - only to see whether it is there
    except ImportError as error:
        _without(f"pjsua2 can't be loaded ({error})")
    try:
        program = install(default_home() / "asterisk-22")
    except InstallError as error:
        _without(str(error))
    _sweep()
    home = Path(tempfile.mkdtemp(prefix=_HOME))
    (home / "runner").write_text(str(os.getpid()))
    home.chmod(0o711)  # Asterisk runs as another user
    pbx = AsteriskPbx(home, program, rtp_timeout_s=SILENCE_S)
    try:
        try:
            pbx.start()
        except ProcessError as error:  # said even when the second try goes well: it must not become a habit
            warnings.warn(f"Asterisk had to be started twice: {error}", stacklevel=1)
            pbx = AsteriskPbx(home, program, rtp_timeout_s=SILENCE_S)
            pbx.start()
        _run(pbx.connect_phones(home))
        yield pbx
    finally:
        pbx.stop()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(params=["exchange", pytest.param("asterisk", marks=pytest.mark.asterisk)])
async def pbx(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Pbx]:
    """The PBX under contract, with nobody in a call."""
    if request.param == "asterisk":
        real: AsteriskPbx = request.getfixturevalue("asterisk")
        await real.quiet()
        yield real
        await real.quiet()
        return
    embedded = ExchangePbx(tmp_path)
    await embedded.start()
    yield embedded
    await embedded.stop()


@pytest.fixture
async def real(asterisk: AsteriskPbx) -> AsyncIterator[AsteriskPbx]:
    """Asterisk alone, for what only a real PBX has."""
    await asterisk.quiet()
    yield asterisk
    await asterisk.quiet()


@pytest.fixture
async def ari(real: AsteriskPbx) -> AsyncIterator[AriClient]:
    """Asterisk's REST interface."""
    async with AriClient(real.url, real.user, real.password) as client:
        yield client


@pytest.fixture
async def centre(pbx: Pbx) -> AsyncIterator[Centre]:
    """The program at ``pbx``. After the scenario nothing may be left at the PBX that the program does not know of."""
    running = Centre(pbx)
    await running.open()
    yield running
    for call in [*running.desk.world.calls]:
        await running.driver.clear_call(call)
    await running.agrees()
    await running.close()
