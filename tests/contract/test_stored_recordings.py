"""What the archive asks of a PBX: its stored recordings by name, their files whole, and letting them go."""

import asyncio
from pathlib import Path

import pytest

from telephony.ari.client import AriClient
from telephony.ari.stored import AriStoredRecordings
from telephony.errors import NoSuchCallError
from tests.contract.centre import Centre
from tests.contract.pbx import CALLERS, Pbx
from xktcc_app.domain.recordings import HEAD_BYTES, Expectation, FileState, judge


async def test_a_recording_is_fetched_whole_over_ari_and_then_forgotten(
    centre: Centre, pbx: Pbx, tmp_path: Path
) -> None:
    await centre.ready("1001")
    caller = await centre.answered(CALLERS[0], "1001")
    call = await centre.first_call()
    await asyncio.sleep(2)  # sound takes its time
    await caller.hang_up()
    await centre.over(call)
    whole = await centre.recording(call)
    async with AriClient(pbx.url, pbx.user, pbx.password) as client:
        stored = AriStoredRecordings(client, tmp_path / "not-the-pbx-folder")
        (name,) = [name for name in await stored.names() if stored.call_of(name) == call]
        file = tmp_path / "fetched.wav"
        await stored.fetch(name, file)
        assert file.read_bytes() == whole
        verdict = judge(whole[:HEAD_BYTES], len(whole), Expectation(None, complete=True))
        assert verdict.state is FileState.GOOD
        assert verdict.length_s == pytest.approx(2, abs=1)
        await stored.delete(name)
        assert name not in await stored.names()
        await stored.delete(name)
        with pytest.raises(NoSuchCallError):
            await stored.fetch(name, file)
