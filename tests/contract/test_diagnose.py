"""What is wrong with a PBX is named before the start."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from telephony.ari.client import AriClient
from telephony.ari.diagnose import MODULES, WANTED_MODULES, Fault, Finding, diagnose
from tests.contract.centre import Centre
from tests.contract.pbx import AsteriskPbx, Pbx
from xktcc_app.config import ConfigError, Settings
from xktcc_app.pbx_check import PbxWatch, check_before_start

ALL = [{"name": f"{name.partition('|')[0]}.so", "status": "Running"} for name in (*MODULES, *WANTED_MODULES)]
HEALTHY: dict[str, Any] = {
    "GET /ari/asterisk/info": {"system": {"version": "22.10.1"}},
    "GET /ari/asterisk/modules": ALL,
    "GET /ari/endpoints/PJSIP/trunk": {"state": "online"},
}


@contextmanager
def served(replies: dict[str, Any]) -> Iterator[str]:
    """A PBX that knows these replies (a number: only that status) and 404 for all else."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            reply = replies.get(f"{self.command} {self.path.partition('?')[0]}", 404)
            body = b"" if isinstance(reply, int) else json.dumps(reply).encode()
            self.send_response(reply if isinstance(reply, int) else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_DELETE = answer  # noqa: N815 - the names that the server calls

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@asynccontextmanager
async def scripted(replies: dict[str, Any]) -> AsyncIterator[AriClient]:
    with served(replies) as url:
        async with AriClient(url, "u", "p") as client:
            yield client


async def findings(replies: dict[str, Any]) -> list[Finding]:
    async with scripted(replies) as client:
        return await diagnose(client, app="xktcc", trunk="trunk")


async def test_a_healthy_pbx_has_no_findings() -> None:
    assert await findings(HEALTHY) == []


@pytest.mark.parametrize(
    ("change", "fault", "fatal"),
    [
        ({"GET /ari/asterisk/info": 401}, Fault.WRONG_PASSWORD, True),
        ({"GET /ari/asterisk/info": 404}, Fault.NOT_ARI, True),
        ({"GET /ari/asterisk/info": {"hello": 1}}, Fault.NOT_ARI, True),
        ({"GET /ari/asterisk/info": {"system": {"version": "20.5.0"}}}, Fault.TOO_OLD, True),
        ({"GET /ari/asterisk/info": {"system": {"version": "unknown"}}}, Fault.TOO_OLD, True),
        ({"GET /ari/asterisk/modules": ALL[1:]}, Fault.MODULES_MISSING, True),
        ({"GET /ari/asterisk/modules": ALL[:-1]}, Fault.MODULES_WANTED, False),
        ({"GET /ari/asterisk/modules": 500}, Fault.NOT_ARI, True),
        ({"GET /ari/asterisk/modules": [{"module": "app_stasis"}, "format_wav"]}, Fault.NOT_ARI, True),
        ({"GET /ari/asterisk/modules": {"app_stasis": "Running"}}, Fault.NOT_ARI, True),
        ({"GET /ari/endpoints/PJSIP/trunk": ["offline"]}, Fault.NOT_ARI, True),
        ({"DELETE /ari/channels/xktcc-look-nobody": 403}, Fault.READ_ONLY_USER, True),
        ({"GET /ari/endpoints/PJSIP/trunk": 404}, Fault.TRUNK_MISSING, False),
        ({"GET /ari/endpoints/PJSIP/trunk": {"state": "offline"}}, Fault.TRUNK_DOWN, False),
        ({"GET /ari/applications/xktcc": {"name": "xktcc"}}, Fault.APP_TAKEN, True),
    ],
)
async def test_each_fault_is_named_with_a_remedy(change: dict[str, Any], fault: Fault, fatal: bool) -> None:
    found = await findings(HEALTHY | change)
    assert [finding.fault for finding in found] == [fault]
    assert (found[0].fatal, found[0].remedy) == (fatal, f"pbx.remedy.{fault}")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"GET /ari/asterisk/info": 401}, "XKTCC_ARI_PASSWORD"),
        ({"GET /ari/asterisk/info": {"hello": 1}}, "http.conf"),
        ({"GET /ari/asterisk/info": {"system": {"version": "20.5.0"}}}, "22 or newer is needed (20.5.0)"),
        ({"GET /ari/asterisk/modules": ALL[1:]}, "load them in modules.conf (app_stasis)"),
        ({"DELETE /ari/channels/xktcc-look-nobody": 403}, "read_only=no"),
    ],
)
def test_what_waiting_would_not_mend_refuses_the_start(change: dict[str, Any], words: str, tmp_path: Path) -> None:
    with served(HEALTHY | change) as url, pytest.raises(ConfigError) as refusal:
        check_before_start(settings_of(url, tmp_path), lambda _: None)
    assert words in str(refusal.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"GET /ari/endpoints/PJSIP/trunk": 404}, "see pjsip.conf (trunk)"),
        ({"GET /ari/endpoints/PJSIP/trunk": {"state": "offline"}}, "the trunk is down"),
        ({"GET /ari/asterisk/modules": ALL[:-1]}, "res_srtp"),
    ],
)
async def test_what_can_be_borne_is_said_at_the_start_and_afterwards(
    change: dict[str, Any], words: str, tmp_path: Path
) -> None:
    said: list[str] = []
    with served(HEALTHY | change) as url:
        settings = settings_of(url, tmp_path)
        await asyncio.to_thread(check_before_start, settings, said.append)
        watch = PbxWatch(settings)
        await watch.look()
    assert words in "".join(said)
    assert words in "".join(watch.remedies())


async def test_a_pbx_that_is_away_is_waited_for(tmp_path: Path) -> None:
    said: list[str] = []
    settings = settings_of("http://127.0.0.1:9", tmp_path)
    await asyncio.to_thread(check_before_start, settings, said.append)
    assert "check XKTCC_ARI_URL" in "".join(said)


def settings_of(url: str, folder: Path) -> Settings:
    return Settings(data_dir=folder, ari_url=url, ari_user="u", ari_password="p")


async def test_certified_versions_count_by_their_number() -> None:
    assert await findings(HEALTHY | {"GET /ari/asterisk/info": {"system": {"version": "certified/22.8-cert1"}}}) == []


async def test_nobody_there_is_named() -> None:
    async with AriClient("http://127.0.0.1:9", "u", "p") as client:
        assert await diagnose(client, app="xktcc", trunk="trunk") == [Finding(Fault.UNREACHABLE)]


async def test_an_application_in_use_is_found_on_either_pbx(centre: Centre, pbx: Pbx) -> None:
    async with AriClient(pbx.url, pbx.user, pbx.password) as client:
        assert await diagnose(client, app="xktcc", trunk="trunk") == [Finding(Fault.APP_TAKEN, "xktcc")]
        assert await diagnose(client, app="another", trunk="trunk") == []


@pytest.mark.asterisk
async def test_our_own_asterisk_is_healthy(real: AsteriskPbx, ari: AriClient) -> None:
    assert await diagnose(ari, app="not-in-use", trunk="trunk") == []
    assert await diagnose(ari, app="not-in-use", trunk="nowhere") == [Finding(Fault.TRUNK_MISSING, "nowhere")]
