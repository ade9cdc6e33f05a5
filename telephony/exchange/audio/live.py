"""Sound in real time, for the media sockets only: mixed every 20 ms while at least one is connected."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np

from telephony.exchange.audio.timeline import Source, Sources
from telephony.exchange.audio.voices import LOOP_SAMPLES, RATE, Pcm, loop
from telephony.exchange.audio.wav import RATE as STORED_RATE

FRAME_S = 0.02
FRAME_SAMPLES = int(RATE * FRAME_S)
FRAME_BYTES = FRAME_SAMPLES * 2
QUEUE_FRAMES = 1000  # as chan_websocket: what is sent faster than real time waits
KEEP_LOG = timedelta(hours=1)
SILENT: Pcm = np.zeros(FRAME_SAMPLES, np.int16)


class MediaPort:
    """One connected media socket: what it sent and has not been heard yet, and what it is to hear."""

    def __init__(self, channel_id: str, heard: Callable[[], Sources], send: Callable[[bytes], None]) -> None:
        self.channel_id = channel_id
        self.heard = heard
        self.send = send
        self.now_sending: Pcm = SILENT
        self._queue: deque[Pcm] = deque(maxlen=QUEUE_FRAMES)
        self._rest = b""

    @property
    def waiting_frames(self) -> int:
        """Return how many frames wait to be heard."""
        return len(self._queue)

    def receive(self, content: bytes) -> None:
        """Take PCM16LE of any length."""
        content = self._rest + content
        whole = len(content) - len(content) % FRAME_BYTES
        for start in range(0, whole, FRAME_BYTES):
            self._queue.append(np.frombuffer(content, "<i2", FRAME_SAMPLES, start))
        self._rest = content[whole:]

    def flush(self) -> None:
        """Throw away what waits."""
        self._queue.clear()
        self._rest = b""

    def step(self) -> None:
        """Move on by a frame."""
        self.now_sending = self._queue.popleft() if self._queue else SILENT


class LiveSound:
    """The connected media sockets, their clockwork, and the log of what they sent (recordings ask for it later)."""

    def __init__(self) -> None:
        self._ports: dict[str, MediaPort] = {}
        self._logs: dict[str, list[tuple[datetime, Pcm]]] = {}
        self._task: asyncio.Task[None] | None = None

    def connect(self, port: MediaPort) -> None:
        """Let a media socket take part."""
        self._drop_old_logs()
        self._ports[port.channel_id] = port
        self._logs.setdefault(port.channel_id, [])
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    def disconnect(self, port: MediaPort) -> None:
        """Let a media socket leave; the clockwork stops with the last one."""
        if self._ports.get(port.channel_id) is port:
            del self._ports[port.channel_id]

    def sent(self, channel_id: str, start: datetime, samples: int) -> Pcm:
        """Return what a media channel sent from `start` on, at 8 kHz; silence where it sent nothing."""
        out = np.zeros(samples, np.int16)
        for moment, pcm in tuple(self._logs.get(channel_id, ())):
            at = round((moment - start).total_seconds() * STORED_RATE)
            first, stop = max(at, 0), min(at + len(pcm), samples)
            if first < stop:
                out[first:stop] = pcm[first - at : stop - at]
        return out

    async def _run(self) -> None:
        started = time.monotonic()
        offset = int(time.time() * RATE)
        tick = 0
        while self._ports:
            self._step((offset + tick * FRAME_SAMPLES) % LOOP_SAMPLES)
            tick += 1
            await asyncio.sleep(max(0.0, started + tick * FRAME_S - time.monotonic()))

    def _step(self, offset: int) -> None:
        now = datetime.now(UTC)
        for port in self._ports.values():
            port.step()
            if port.now_sending is not SILENT:
                self._logs[port.channel_id].append((now, port.now_sending[::2]))
        for port in tuple(self._ports.values()):
            port.send(self._mix(port.heard(), offset))

    def _mix(self, sources: Sources, offset: int) -> bytes:
        if not sources:
            return SILENT.tobytes()
        mixed = np.zeros(FRAME_SAMPLES, np.int32)
        for source in sources:
            mixed += self._frame(source, offset)
        return np.clip(mixed, -32768, 32767).astype("<i2").tobytes()

    def _frame(self, source: Source, offset: int) -> Pcm:
        if source.kind == "media":
            port = self._ports.get(source.key)
            return port.now_sending if port else SILENT
        # LOOP_SAMPLES is a whole number of frames, but the offset need not be at the start of one
        return np.take(loop(source), range(offset, offset + FRAME_SAMPLES), mode="wrap")

    def _drop_old_logs(self) -> None:
        oldest = datetime.now(UTC) - KEEP_LOG
        for channel_id, entries in tuple(self._logs.items()):
            if channel_id not in self._ports and (not entries or entries[-1][0] < oldest):
                del self._logs[channel_id]
