import os
import wave
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from exchange_world import World

from telephony.exchange.audio.live import FRAME_BYTES, SILENT, LiveSound, MediaPort
from telephony.exchange.audio.render import render
from telephony.exchange.audio.store import FolderStore
from telephony.exchange.audio.timeline import SILENCE, Segment, Source, Timeline
from telephony.exchange.audio.voices import LOOP_SAMPLES, loop, pitch_hz
from telephony.exchange.errors import BadRequestError, UnknownError

START = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
VOICE, OTHER = frozenset({Source("voice", "1001")}), frozenset({Source("voice", "13800001111")})


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_a_timeline_keeps_what_changes_and_drops_what_lasts_no_time() -> None:
    timeline = Timeline(START, SILENCE)
    timeline.note(at(1), VOICE)
    timeline.note(at(2), VOICE)
    timeline.note(at(3), OTHER)
    timeline.note(at(3), SILENCE)
    assert timeline.finish(at(5)) == (
        Segment(at(0), at(1), SILENCE),
        Segment(at(1), at(3), VOICE),
        Segment(at(3), at(5), SILENCE),
    )


def test_a_sound_is_rendered_to_the_sample_and_silence_is_silent() -> None:
    pcm = np.frombuffer(render((Segment(at(0), at(1), SILENCE), Segment(at(1), at(31.5), VOICE))), "<i2")
    assert len(pcm) == 31.5 * 8000
    assert not pcm[:8000].any()
    assert pcm[8000:].any()
    first = np.frombuffer(render((Segment(at(0), at(12), VOICE),)), "<i2")
    second = np.frombuffer(render((Segment(at(12), at(24), VOICE),)), "<i2")
    whole = np.frombuffer(render((Segment(at(0), at(24), VOICE),)), "<i2")
    assert (np.concatenate([first, second]) == whole).all()


def test_voices_are_their_own_and_always_the_same() -> None:
    first = loop(Source("voice", "1001")).copy()
    loop.cache_clear()
    assert (loop(Source("voice", "1001")) == first).all()
    assert (loop(Source("voice", "1002")) != first).any()
    assert all(85 <= pitch_hz(f"138{n:08d}") <= 160 for n in range(50))
    assert all(170 <= pitch_hz(str(n)) <= 250 for n in range(1001, 1050))
    for source in (Source("music"), Source("sound", "sound:beep"), Source("media", "x")):
        assert len(loop(source)) == LOOP_SAMPLES


def test_a_stored_recording_is_whole_or_a_bare_header(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.open("calls/one")
    assert store.path("calls/one").stat().st_size == 44
    store.write("calls/one", (Segment(at(0), at(2), VOICE),), lambda: None)
    with wave.open(str(store.path("calls/one"))) as wav:
        assert (wav.getnchannels(), wav.getsampwidth(), wav.getframerate(), wav.getnframes()) == (1, 2, 8000, 16000)
    assert store.names() == ["calls/one"]
    store.delete("calls/one")
    for name in ("calls/one", "../secret"):
        with pytest.raises(UnknownError):
            store.path(name)


@pytest.mark.parametrize("name", ["", "/etc/x", "../x", "a/../../x"])
def test_a_recording_does_not_leave_its_folder(world: World, name: str) -> None:
    with pytest.raises(BadRequestError):
        world.exchange.recorder.start(name, "bridge:b1", if_exists="fail", limit_s=0)


def test_a_recording_follows_mute_pause_and_its_limit(world: World) -> None:
    call = world.exchange.subscribers.call("13800001111", "96000")
    world.exchange.calls.answer(call)
    recorder = world.exchange.recorder
    recording = recorder.start("r1", f"channel:{call.id}", if_exists="fail", limit_s=8)
    world.clock.advance(3)
    recorder.pause(recording, on=True)
    world.clock.advance(1)
    recorder.pause(recording, on=False)
    recorder.mute(recording, on=True)
    world.clock.advance(1)
    recorder.mute(recording, on=False)
    world.clock.advance(3)
    assert recording.state == "done"
    assert recording.duration_s == 8
    with wave.open(str(recorder.store.path("r1"))) as wav:
        pcm = np.frombuffer(wav.readframes(64_000), "<i2")
    assert pcm[:24_000].any()
    assert not pcm[24_000:40_000].any()
    assert pcm[40_000:].any()


def test_a_media_port_frames_what_comes_in_any_size() -> None:
    port = MediaPort("m", lambda: SILENCE, lambda _frame: None)
    port.receive(b"\1\0" * 100)
    assert port.waiting_frames == 0
    port.receive(b"\1\0" * 540)
    assert port.waiting_frames == 2
    port.step()
    assert len(port.now_sending.tobytes()) == FRAME_BYTES
    port.flush()
    port.step()
    assert port.now_sending is SILENT


def test_nothing_is_known_of_a_media_channel_that_sent_nothing() -> None:
    assert not LiveSound().sent("m", START, 800).any()


def test_a_recording_is_appended_to_what_there_is(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    for append in (False, True):
        store.open("r", append=append)
        store.write("r", (Segment(at(0), at(1), VOICE),), lambda: None, append=append)
    with wave.open(str(store.path("r"))) as wav:
        assert wav.getnframes() == 16000


def test_the_oldest_recordings_go_when_the_folder_is_full(tmp_path: Path) -> None:
    store = FolderStore(tmp_path, limit_bytes=40_000)
    store.open("runs")
    for number in range(4):
        store.write(f"r{number}", (Segment(at(0), at(1), VOICE),), lambda: None)
        os.utime(store.path(f"r{number}"), (number, number))
    assert store.names() == ["r2", "r3", "runs"]
