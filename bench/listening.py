"""Listening to a call on a real Asterisk: how soon it is heard, how late, at what price. ``python -m bench.listening``.

A caller's phone says a short burst every second. Its moment is known by the sample that the phone says next; the page notes when a
burst is played, the light listeners when it arrives. ``BENCH_LISTEN_SECONDS``: how long the page listens (60; 600 for ten minutes).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright

from bench.measures import child, cpu_seconds, percentile, show
from deploy.asterisk.install import InstallError, install
from deploy.asterisk.options import default_home
from tests.contract.pbx import CALLERS, AsteriskPbx, until_so
from tests.e2e.centre import Centre
from tests.support.chromium import MISSING, chromium
from tests.support.seat_phones import follow_the_program

SECONDS = float(os.environ.get("BENCH_LISTEN_SECONDS", "60"))
LISTENERS = int(os.environ.get("BENCH_LISTENERS", "20"))
CLICKS = 9
PRICE_S = 8.0
SEAT, CALLER = "1004", CALLERS[0]
BURST_MS, RATE = 40, 8000
FRAMES_S = 100  # fifty of each party
_DETECTOR = """
async () => {
  const code = `registerProcessor("bursts", class extends AudioWorkletProcessor {
    constructor() { super(); this.calm = 0; }
    process([input]) {
      const sound = input[0] ?? [];
      for (let i = 0; i < sound.length; i += 1) {
        if (Math.abs(sound[i]) < 0.05) { this.calm += 1; continue; }
        if (this.calm > 0.3 * sampleRate) this.port.postMessage(currentTime + i / sampleRate);
        this.calm = 0;
      }
      return true;
    }
  })`;
  const { gains } = globalThis.xktccListening.sound;
  const context = gains[0].context;
  await context.audioWorklet.addModule(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
  const node = new AudioWorkletNode(context, "bursts", { numberOfOutputs: 0 });
  globalThis.bursts = [];
  // The moment at which the loudspeaker gets it, in milliseconds of the wall clock.
  node.port.onmessage = ({ data }) => {
    const out = context.getOutputTimestamp();
    const past = out.performanceTime > 0
      ? out.performanceTime + (data - out.contextTime) * 1000
      : performance.now() + (data - context.currentTime + (context.outputLatency || context.baseLatency)) * 1000;
    globalThis.bursts.push(performance.timeOrigin + past);
  };
  gains[0].connect(node);
}
"""


@contextlib.asynccontextmanager
async def _surroundings(program: Path) -> AsyncIterator[tuple[AsteriskPbx, Centre]]:
    with tempfile.TemporaryDirectory() as directory:
        home = Path(directory)
        home.chmod(0o711)  # noqa: ASYNC240 -- once, and Asterisk runs as another user
        pbx = AsteriskPbx(home, program)
        pbx.start()
        centre: Centre | None = None
        try:
            await pbx.connect_phones(home)
            (home / "centre").mkdir()
            centre = await asyncio.to_thread(
                Centre.opened,
                home / "centre",
                XKTCC_ARI_URL=pbx.url,
                XKTCC_ARI_USER=pbx.user,
                XKTCC_ARI_PASSWORD=pbx.password,
                XKTCC_MAX_LISTENERS="50",
            )
            await follow_the_program(pbx, centre.program.data_dir)
            yield pbx, centre
        finally:
            if centre is not None:
                centre.program.stop()
            pbx.stop()


async def _talk(pbx: AsteriskPbx) -> None:
    """Have the caller speak with the seat."""
    await pbx.phones.do("leave", user=CALLER)
    await pbx.phones.do("phone", user=CALLER, pitch_hz=1000, token=None, burst_ms=BURST_MS)
    await pbx.call(CALLER, SEAT)

    async def rings() -> bool:
        return await pbx.rings(SEAT)

    await until_so(rings, 20, "the seat rings")
    await pbx.pick_up(SEAT)
    await asyncio.sleep(1)  # the sound flows


class _Mouth:
    """When the caller's phone says what. Its clock is none of this machine's: in ten minutes they are 0.2 s apart."""

    def __init__(self, pbx: AsteriskPbx) -> None:
        self._pbx = pbx
        self._looks: list[tuple[float, float]] = []

    async def look(self) -> None:
        """Note now at which moment (monotonic) the first sample was said, by what is said at present."""
        moments = []
        for _ in range(200):
            now, said = await self._pbx.phones.do("call", user=CALLER, call=-1, what="spoken")
            moments.append(now - said / RATE)
            await asyncio.sleep(0.003)
        self._looks.append(
            (time.monotonic(), min(moments))
        )  # right after a frame was taken; later looks only see it late

    def latencies(self, moments: Sequence[float]) -> list[float]:
        """Milliseconds from mouth to ear, between the last two looks: a burst begins with every second of the caller's sound.

        The phone counts from its sound's last beginning, which is a whole number of seconds: what is left is the clocks' drift.
        """
        (one, first), (other, last) = self._looks[-2:]
        begun_anew = round(last - first)
        slope = (last - first - begun_anew) / (other - one)
        return [(moment - first - (moment - one) * slope) % 1.0 * 1000 for moment in moments]


async def _page(centre: Centre, page: Page, mouth: _Mouth) -> None:
    await page.goto(f"{centre.url}/seats")
    seat = page.get_by_test_id(f"seat-{SEAT}")
    panel = page.get_by_test_id("listen-panel")
    firsts: list[float] = []
    for place in range(CLICKS):
        await seat.hover()
        await seat.locator('[data-act="listen"]').click()
        await page.wait_for_function("globalThis.xktccListening?.firstSoundMs > 0")
        firsts.append(await page.evaluate("globalThis.xktccListening.firstSoundMs"))
        if place < CLICKS - 1:
            await page.keyboard.press("Escape")
            await panel.wait_for(state="hidden")
    show("listen_first_sound_first", firsts[0], "ms")
    show("listen_first_sound_p50", percentile(firsts, 50), "ms")
    show("listen_first_sound_max", max(firsts), "ms")
    await page.evaluate(_DETECTOR)
    await mouth.look()
    before = await page.evaluate("globalThis.xktccListening.sound.stats()")
    await asyncio.sleep(SECONDS)
    after = await page.evaluate("globalThis.xktccListening.sound.stats()")
    ahead = time.time() - time.monotonic()
    heard = [moment / 1000 - ahead for moment in await page.evaluate("globalThis.bursts")]
    await mouth.look()
    late = mouth.latencies(heard)
    show("listen_mouth_to_ear_p50", percentile(late, 50), "ms")
    show("listen_mouth_to_ear_p95", percentile(late, 95), "ms")
    show("listen_bursts_heard", len(heard) / SECONDS * 100, "%")
    show(f"listen_underruns_{SECONDS:.0f}_s", sum(after["underruns"]) - sum(before["underruns"]), "")
    await page.keyboard.press("Escape")


def _supervisors(centre: Centre) -> list[str]:
    """Cookies of as many supervisors as there are to be listeners."""
    names = [f"boss{place:02d}" for place in range(LISTENERS)]
    with closing(sqlite3.connect(centre.program.data_dir / "xktcc.db", timeout=10)) as connection, connection:
        fields = [row[1] for row in connection.execute("PRAGMA table_info(account)") if row[1] not in {"id", "account"}]
        same = ", ".join(fields)
        for name in names:
            connection.execute(
                f"INSERT INTO account (account, {same}) SELECT ?, {same} FROM account WHERE account = 'supervisor'",  # noqa: S608 -- names of columns
                (name,),
            )
        connection.execute(
            "INSERT INTO account_role (account_id, role_id) SELECT new.id, old.role_id FROM account new, account_role old"
            " JOIN account sample ON sample.id = old.account_id WHERE sample.account = 'supervisor' AND new.account LIKE 'boss%'"
        )
    return [centre.log_in(name) for name in names]


async def _price(processes: dict[str, int]) -> dict[str, float]:
    """Percent of a core that each process uses."""
    begun, used = time.monotonic(), {name: cpu_seconds(pid) for name, pid in processes.items()}
    await asyncio.sleep(PRICE_S)
    took = time.monotonic() - begun
    return {name: (cpu_seconds(pid) - used[name]) / took * 100 for name, pid in processes.items()}


async def _many(pbx: AsteriskPbx, centre: Centre, mouth: _Mouth) -> None:
    assert centre.program.process
    assert pbx.pid
    processes = {"app": centre.program.process.pid, "pbx": pbx.pid}
    alone = await _price(processes)
    cookies = await asyncio.to_thread(_supervisors, centre)
    with child("bench.ears", centre.url, SEAT, *cookies) as ears:
        assert await asyncio.to_thread(ears.line) == "ready"
        await asyncio.sleep(1)
        await asyncio.to_thread(ears.ask)
        since = time.monotonic()
        busy = await _price(processes)
        told: dict[str, Any] = await asyncio.to_thread(ears.ask)
        took = time.monotonic() - since
        await mouth.look()
    for name in processes:
        show(f"listen_cpu_{name}_a_listener", (busy[name] - alone[name]) / LISTENERS, "% of a core")
    late = mouth.latencies(told["bursts"])
    show(f"listen_{LISTENERS}_delivered", told["frames"] / (LISTENERS * FRAMES_S * took) * 100, "%")
    show(f"listen_{LISTENERS}_mouth_to_socket_p50", percentile(late, 50), "ms")
    show(f"listen_{LISTENERS}_mouth_to_socket_p95", percentile(late, 95), "ms")
    show(f"listen_{LISTENERS}_longest_gap", max(told["gaps"]), "ms")


async def _measure(program: Path, browser_path: str) -> None:
    async with _surroundings(program) as (pbx, centre), async_playwright() as playwright:
        await _talk(pbx)
        mouth = _Mouth(pbx)
        browser = await playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        context = await browser.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True)
        await context.add_cookies([{"name": "xktcc_session", "value": centre.log_in("supervisor"), "url": centre.url}])
        try:
            await _page(centre, await context.new_page(), mouth)
        finally:
            await browser.close()
        await _many(pbx, centre, mouth)


def run() -> None:
    """Measure and print."""
    browser = chromium()
    if browser is None:
        sys.exit(MISSING)
    try:
        program = install(default_home() / "asterisk-22")
    except InstallError as error:
        print(f"listening is not measured: {error}", file=sys.stderr)
        return
    asyncio.run(_measure(program, browser))


if __name__ == "__main__":
    run()
