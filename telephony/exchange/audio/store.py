"""The recordings' folder."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial
from pathlib import Path

from telephony.exchange.audio import wav
from telephony.exchange.audio.render import LiveSound, no_live_sound, render
from telephony.exchange.audio.timeline import Segment
from telephony.exchange.errors import UnknownError


class FolderStore:
    """Keeps recordings as `<name>.wav` under one folder; renders in `executor`, or at once when there is none.

    With `limit_bytes`, the oldest finished recordings go when all together are larger.
    """

    def __init__(
        self,
        folder: Path,
        executor: Executor | None = None,
        live_sound: LiveSound = no_live_sound,
        limit_bytes: int = 0,
    ) -> None:
        self._limit_bytes = limit_bytes
        self._folder = folder
        self._executor = executor
        self._live_sound = live_sound
        self._tasks: set[asyncio.Task[None]] = set()
        folder.mkdir(parents=True, exist_ok=True)

    def open(self, name: str, *, append: bool = False) -> None:
        """Begin the file with a header and no sound, unless there is one to append to."""
        path = self._file(name)
        if append and path.is_file():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(wav.header(0))

    def write(
        self, name: str, segments: tuple[Segment, ...], done: Callable[[], None], *, append: bool = False
    ) -> None:
        """Render and write the file, then call `done` (on the event loop)."""
        job = partial(self._render, name, segments, append)
        if self._executor is None:
            job()
            done()
            return
        task = asyncio.get_running_loop().create_task(self._render_aside(self._executor, job, done))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _render_aside(self, executor: Executor, job: Callable[[], None], done: Callable[[], None]) -> None:
        await asyncio.get_running_loop().run_in_executor(executor, job)
        done()

    def delete(self, name: str) -> None:
        """Remove the file."""
        self.path(name).unlink()

    def path(self, name: str) -> Path:
        """Return the file, or raise UnknownError."""
        path = self._file(name)
        if ".." in Path(name).parts or not path.is_file():
            raise UnknownError("Recording not found")
        return path

    def exists(self, name: str) -> bool:
        """Tell whether there is a file of this name, finished or not."""
        return self._file(name).is_file()

    def names(self) -> list[str]:
        """Return the names of all recordings, sorted."""
        return sorted(str(path.relative_to(self._folder).with_suffix("")) for path in self._folder.rglob("*.wav"))

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.wav"

    def _render(self, name: str, segments: tuple[Segment, ...], append: bool) -> None:
        path = self._file(name)
        before = wav.read(path) if append else b""
        wav.write(path, before + render(segments, self._live_sound))
        self._drop_oldest()

    def _drop_oldest(self) -> None:
        """Keep the folder within its limit: a demo that runs for weeks must not fill the disk."""
        if not self._limit_bytes:
            return
        files = [(file.stat().st_mtime, file.stat().st_size, file) for file in self._folder.rglob("*.wav")]
        excess = sum(size for _, size, _ in files) - self._limit_bytes
        for _, size, file in sorted(files):
            if excess <= 0:
                return
            if size > wav.HEADER_BYTES:  # a bare header belongs to a recording that runs
                file.unlink(missing_ok=True)
                excess -= size
