"""The agent's desk: from the PBX's ringing event to the caller's card, and to the whole record, on the screen of a real Chromium.

The whole program with its exchange; the peer is the same program before the city of a million elders is put in.
``python -m bench.desk --elders 20000``, or ``BENCH_ELDERS``, makes a smaller one.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import random
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, sync_playwright
from websockets.sync.client import connect

from bench.measures import percentile, show
from telephony.ari.names import Role, parse_channel_id
from tests.support.chromium import MISSING, chromium
from tests.support.program import DEMO_PASSWORD, Program
from tests.support.quiet_centre import quiet_program
from xktcc_app.generator.populate import Sizes, populate
from xktcc_app.services.database import Database

ME, SEATS = "1001", 8
CALLS, WARM = 40, 3
ELDERS = int(os.environ.get("BENCH_ELDERS", "1000000"))
USER, PASSWORD = "bench", "bench-secret"
PATIENCE_MS = 10_000
# A card counts when the frame that shows it is over: when a message posted from that frame's callback arrives.
_WATCH = """
() => {
  const fresh = [], channel = new MessageChannel(), now = () => performance.timeOrigin + performance.now();
  window.seen = { card: {}, record: {} };
  let asked = false;
  channel.port1.onmessage = () => { const at = now(); for (const [kind, call] of fresh.splice(0)) window.seen[kind][call] ??= at; };
  const frame = () => { asked = false; channel.port2.postMessage(0); };
  const look = () => {
    const bar = document.querySelector('[data-testid="call-toolbar"]'), call = bar?.dataset.call;
    if (bar?.dataset.state !== "alerting" || !call) return;
    if (!(call in window.seen.card) && /\\d 岁/.test(bar.querySelector(".p1")?.textContent)) fresh.push(["card", call]);
    const loaded = document.querySelector("[data-pop-loaded]")?.dataset.popLoaded === call;
    if (loaded && !(call in window.seen.record) && document.querySelector(".pp-n h2")?.textContent && document.querySelector(".pp-calls"))
      fresh.push(["record", call]);
    if (fresh.length && !asked) { asked = true; requestAnimationFrame(frame); }
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
}
"""


@dataclass
class Bell:
    """Listens beside the program at the exchange's event socket. ``rang``: when a phone began to ring, by call, in ms of the epoch."""

    rang: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def listening(self, program: Program) -> Iterator[None]:
        """While inside."""
        secret = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        address = f"ws://127.0.0.1:{program.exchange_port}/ari/events?app=bench&subscribeAll=true"
        with connect(address, additional_headers={"Authorization": f"Basic {secret}"}, max_size=None) as socket:
            thread = threading.Thread(target=lambda: [self._hear(text) for text in socket])
            thread.start()
            try:
                yield
            finally:
                socket.close()
                thread.join(5)

    def _hear(self, text: str | bytes) -> None:
        at, event = time.time() * 1000, json.loads(text)
        ringing = event.get("dialstatus") == "RINGING" or event.get("channel", {}).get("state") == "Ringing"
        channel = parse_channel_id((event.get("peer") or event.get("channel") or {}).get("id", ""))
        if ringing and channel is not None and channel.role is Role.SEAT:
            self.rang.setdefault(channel.call, at)


def _numbers(program: Program, count: int) -> list[str]:
    """Own telephones of ``count`` elders from all over the table."""
    with closing(sqlite3.connect(program.data_dir / "xktcc.db")) as connection:
        (last,) = connection.execute("SELECT max(id) FROM elder").fetchone()
        chosen = random.Random(7)
        sql = "SELECT number FROM elder_phone WHERE elder_id >= ? AND kind = 'phone' ORDER BY elder_id LIMIT 1"
        return [connection.execute(sql, (chosen.randrange(1, last),)).fetchone()[0] for _ in range(count)]


def _desk(browser: Browser, program: Program) -> Page:
    form = {"account": ME, "password": DEMO_PASSWORD}
    secret = httpx.post(f"{program.url}/login", data=form, timeout=20).cookies["xktcc_session"]
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    context.add_cookies([{"name": "xktcc_session", "value": secret, "url": program.url}])
    page = context.new_page()
    page.goto(f"{program.url}/desk")
    bar = page.get_by_test_id("call-toolbar")
    bar.get_by_role("button", name="签入").or_(bar.get_by_role("button", name="空闲", exact=True)).first.click()
    bar.get_by_role("button", name="空闲", exact=True).click()
    page.evaluate(_WATCH)
    return page


def measure(browser: Browser, program: Program) -> tuple[list[float], list[float]]:
    """Latencies in ms until the card and until the record."""
    bell, page = Bell(), _desk(browser, program)
    calls = []
    with bell.listening(program):
        for number in _numbers(program, WARM + CALLS):
            page.wait_for_selector('[data-testid="call-toolbar"][data-state="ready"]')
            call = program.lab("POST", "/calls", **{"from": number, "to": ME}).json()["id"]
            page.wait_for_function("call => call in window.seen.record", arg=call, timeout=PATIENCE_MS)
            calls.append(call)
            program.lab("DELETE", f"/calls/{call}")
    seen = page.evaluate("window.seen")
    page.context.close()
    card, record = ([seen[kind][call] - bell.rang[call] for call in calls[WARM:]] for kind in ("card", "record"))
    return card, record


def _fill(program: Program, elders: int) -> None:
    """A city, with as many orders and calls as let every elder's last ones be looked for in large tables."""
    database = Database(f"sqlite:///{program.data_dir / 'xktcc.db'}")
    sizes = Sizes(elders, elders // 5, elders // 5, communities=min(max(elders // 2000, 20), 500))
    populate(database, sizes, 1, datetime.now(UTC))
    database.close()


def run(elders: int = ELDERS) -> None:
    """Measure and print."""
    browser_program = chromium()
    if browser_program is None:
        sys.exit(MISSING)
    with tempfile.TemporaryDirectory() as directory, sync_playwright() as playwright:
        program = quiet_program(Path(directory), SEATS, XKTCC_ARI_USER=USER, XKTCC_ARI_PASSWORD=PASSWORD)
        browser = playwright.chromium.launch(executable_path=browser_program, args=["--no-sandbox"])
        figures = []
        for fill in (0, elders):
            if fill:
                _fill(program, fill)
            with program.running():
                figures.append(measure(browser, program))
        browser.close()
    small, large = figures
    for name, ours, theirs in zip(("card", "record"), large, small, strict=True):
        for share in (50, 95):
            value, peer = percentile(ours, share), percentile(theirs, share)
            show(f"ringing_to_{name}_p{share}, {elders} elders", value, "ms", "the demo's few elders", peer)


def main() -> None:
    """As told by the arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--elders", type=int, default=ELDERS)
    run(parser.parse_args().elders)


if __name__ == "__main__":
    main()
