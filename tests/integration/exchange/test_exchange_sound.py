"""Sound: what recordings hold and what a listener hears, proved by the pitch of each voice."""

import asyncio
import io
import wave
from pathlib import Path

import numpy as np
import websockets
from exchange_lab import AriLab
from numpy.typing import NDArray

from telephony.exchange.audio.voices import pitch_hz

CUSTOMER, SEAT = "13800001111", "1001"
FRAME_BYTES = 640
TALK_S = 4.2  # a turn of each, and some more
PRESENT = 2.2


def strength(pcm: NDArray[np.int16], rate: int, number: str) -> float:
    """Return how much more sound there is at a voice's harmonics than half way between them: 1 when it is absent."""
    spectrum = np.abs(np.fft.rfft(pcm * np.hanning(len(pcm)))) + 1e-3
    frequencies = np.fft.rfftfreq(len(pcm), 1 / rate)
    pitch = pitch_hz(number)
    harmonics = np.arange(1, int(1500 / pitch)) * pitch

    def around(centres: NDArray[np.float64]) -> float:
        return float(sum(spectrum[np.abs(frequencies - centre) < 4].sum() for centre in centres))

    return around(harmonics) / around(harmonics + pitch / 2)


async def talk(lab: AriLab) -> str:
    call = await lab.inbound(CUSTOMER)
    await lab.pick_up(SEAT, "leg1")
    await lab.mix("b1", call, "leg1")
    return call


async def recorded(lab: AriLab, name: str) -> tuple[NDArray[np.int16], int]:
    reply = await lab.ask("GET", f"/recordings/stored/{name}/file")
    assert (reply.status_code, reply.headers["content-type"]) == (200, "audio/wav")
    with wave.open(io.BytesIO(reply.content)) as wav:
        return np.frombuffer(wav.readframes(wav.getnframes()), "<i2"), wav.getframerate()


async def test_a_snoop_recording_holds_both_voices_and_ends_with_the_call(lab: AriLab, tmp_path: Path) -> None:
    call = await talk(lab)
    await lab.ari("POST", f"/channels/{call}/snoop", spy="both", app="xktcc", appArgs="rec", snoopId="s1")
    await lab.wait("StasisStart", channel_id="s1")
    assert (await lab.ari("POST", "/channels/s1/record", name="r1", format="wav"))["state"] == "queued"
    await lab.wait("RecordingStarted")
    assert (tmp_path / "recordings" / "r1.wav").stat().st_size == 44
    await asyncio.sleep(TALK_S)  # the sound itself takes this long
    await lab.lab("DELETE", f"/calls/{call}", status=204)
    finished = await lab.wait("RecordingFinished")
    assert finished["recording"]["duration"] == 4
    await lab.wait("ChannelDestroyed", channel_id="s1")
    pcm, rate = await recorded(lab, "r1")
    assert abs(len(pcm) / rate - TALK_S) < 0.4
    assert strength(pcm, rate, CUSTOMER) > PRESENT
    assert strength(pcm, rate, SEAT) > PRESENT


async def test_a_bridge_recording_ends_when_the_bridge_empties(lab: AriLab) -> None:
    call = await talk(lab)
    await lab.ari("POST", "/bridges/b1/record", name="r2", format="wav")
    assert len([e for e in lab.events if e["type"] == "RecordingStarted"]) <= 2
    await lab.ari("POST", "/bridges/b1/removeChannel", channel=f"{call},leg1")
    assert (await lab.wait("RecordingFinished"))["recording"]["state"] == "done"
    assert (await lab.ari("GET", "/recordings/stored/r2"))["name"] == "r2"
    await lab.ari("DELETE", "/recordings/stored/r2")
    assert (await lab.ask("GET", "/recordings/stored/r2")).status_code == 404


async def test_a_live_recording_is_paused_stopped_and_discarded(lab: AriLab) -> None:
    await talk(lab)
    for name in ("r3", "r4"):
        await lab.ari("POST", "/bridges/b1/record", name=name, format="wav")
    await lab.ari("POST", "/recordings/live/r3/pause")
    assert (await lab.ari("GET", "/recordings/live/r3"))["state"] == "paused"
    await lab.ari("DELETE", "/recordings/live/r3/pause")
    again = await lab.ask("POST", "/bridges/b1/record", name="r3", format="wav")
    assert again.status_code == 409
    await lab.ari("POST", "/recordings/live/r3/stop")
    await lab.wait(lambda e: e["type"] == "RecordingFinished" and e["recording"]["name"] == "r3")
    await lab.ari("DELETE", "/recordings/live/r4")
    assert [entry["name"] for entry in await lab.ari("GET", "/recordings/stored")] == ["r3"]


async def listen(lab: AriLab, spied: str, seconds: float, say: bytes = b"", **snoop: str) -> NDArray[np.int16]:
    """Listen to a channel as a supervisor does, and return what was heard after the first moment."""
    await lab.ari("POST", f"/channels/{spied}/snoop", app="xktcc", appArgs="listen", snoopId=f"s-{spied}", **snoop)
    await lab.wait("StasisStart", channel_id=f"s-{spied}")
    media = await lab.ari(
        "POST", "/channels/externalMedia", app="xktcc", channelId=f"m-{spied}", external_host="INCOMING", format="slin16",
        encapsulation="none", transport="websocket", connection_type="server",
    )  # fmt: skip
    value = await lab.ari("GET", f"/channels/m-{spied}/variable", variable="MEDIA_WEBSOCKET_CONNECTION_ID")
    assert media["channelvars"]["MEDIA_WEBSOCKET_CONNECTION_ID"] == value["value"]
    frames: list[bytes] = []
    async with websockets.connect(f"ws://127.0.0.1:{lab.port}/media/{value['value']}", subprotocols=["media"]) as ws:
        assert str(await ws.recv()).startswith("MEDIA_START connection_id:")
        await lab.wait("StasisStart", channel_id=f"m-{spied}")
        await lab.mix(f"lb-{spied}", f"s-{spied}", f"m-{spied}")
        if say:
            await ws.send(say)
        while len(frames) < seconds * 50:
            message = await asyncio.wait_for(ws.recv(), 1)
            assert isinstance(message, bytes)
            assert len(message) == FRAME_BYTES
            frames.append(message)
    await lab.wait("ChannelDestroyed", channel_id=f"m-{spied}")
    return np.frombuffer(b"".join(frames), "<i2")


async def test_a_supervisor_hears_both_parties_live(lab: AriLab) -> None:
    await talk(lab)
    pcm = await listen(lab, "leg1", TALK_S, spy="both")
    assert strength(pcm, 16000, CUSTOMER) > PRESENT
    assert strength(pcm, 16000, SEAT) > PRESENT


async def test_one_way_listening_separates_the_voices(lab: AriLab) -> None:
    call = await talk(lab)
    agent, customer = await asyncio.gather(listen(lab, "leg1", TALK_S, spy="in"), listen(lab, call, TALK_S, spy="in"))
    assert strength(agent, 16000, SEAT) > PRESENT > strength(agent, 16000, CUSTOMER)
    assert strength(customer, 16000, CUSTOMER) > PRESENT > strength(customer, 16000, SEAT)


async def test_a_whisper_reaches_the_agent_only(lab: AriLab) -> None:
    call = await talk(lab)
    t = np.arange(16000) / 16000
    tone = (12000 * np.sin(2 * np.pi * 1700 * t)).astype("<i2").tobytes()

    def tone_in(pcm: NDArray[np.int16]) -> float:
        spectrum = np.abs(np.fft.rfft(pcm * np.hanning(len(pcm)))) / len(pcm)
        return float(spectrum[np.abs(np.fft.rfftfreq(len(pcm), 1 / 16000) - 1700) < 8].max())

    coaching = asyncio.create_task(listen(lab, "leg1", 1.5, tone, spy="both", whisper="out"))

    async def agent_hears_supervisor() -> bool:
        channels = (await lab.lab("GET", "/state"))["channels"]
        assert "media:m-leg1" not in channels[call]["hears"]
        return "media:m-leg1" in channels["leg1"]["hears"]

    await lab.until(agent_hears_supervisor)
    assert tone_in(await listen(lab, call, 0.5, spy="out")) < 100
    assert tone_in(await coaching) < 100


async def test_a_barge_is_heard_and_recorded(lab: AriLab) -> None:
    await talk(lab)
    await lab.ari("POST", "/bridges/b1/record", name="r5", format="wav")
    media = await lab.ari(
        "POST", "/channels/externalMedia", app="xktcc", channelId="m1", external_host="INCOMING", format="slin16",
        encapsulation="none", transport="websocket", connection_type="server",
    )  # fmt: skip
    connection_id = media["channelvars"]["MEDIA_WEBSOCKET_CONNECTION_ID"]
    async with websockets.connect(f"ws://127.0.0.1:{lab.port}/media/{connection_id}", subprotocols=["media"]) as ws:
        await lab.wait("StasisStart", channel_id="m1")
        await lab.ari("POST", "/bridges/b1/addChannel", channel="m1")
        t = np.arange(16000) / 16000
        await ws.send((12000 * np.sin(2 * np.pi * 1700 * t)).astype("<i2").tobytes())
        for _ in range(75):
            await asyncio.wait_for(ws.recv(), 1)
    await lab.ari("POST", "/recordings/live/r5/stop")
    await lab.wait("RecordingFinished")
    pcm, rate = await recorded(lab, "r5")
    spectrum = np.abs(np.fft.rfft(pcm * np.hanning(len(pcm)))) / len(pcm)
    assert spectrum[np.abs(np.fft.rfftfreq(len(pcm), 1 / rate) - 1700) < 8].max() > 300
