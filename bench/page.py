"""What the person at the wall gets: from an event at the ARI socket to the pixel, and how soon the log-in page can be used.

A real Chromium in front of the whole program with 500 seats and 200 events a second. The frame rate and the longest task are
those of the same seconds. The peer is the floor: the very same elements and style sheets in a bare page whose few lines of script
write what a bare socket brings. ``python -m bench.page`` measures these alone.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from bench.measures import await_port, child, percentile, show
from bench.source import ROUND, number_of
from bench.wall import RATE, SEATS, SECONDS, log_in, program_at
from tests.support.chromium import MISSING, chromium
from tests.support.program import Program, free_port

LOADS = 7
WARM_S = 3
CALM_S = 2
SCREEN: Any = {"width": 1440, "height": 900}
PEER = "the same elements in a bare page, changed by a bare socket"
# An event is known by its round trip, which stands in the tip of the seat's network sign. The frame that shows it is over when a message
# posted from that frame's callback arrives.
_WATCH = """
() => {
  const seen = [], fresh = [], tasks = [];
  let frames = 0, asked = false;
  const channel = new MessageChannel();
  const now = () => performance.timeOrigin + performance.now();
  channel.port1.onmessage = () => { const at = now(); for (const trip of fresh.splice(0)) seen.push([trip, at]); };
  const frame = () => { asked = false; channel.port2.postMessage(0); };
  new MutationObserver((records) => {
    for (const { target } of records) fresh.push(+(/[\\d.]+/.exec(target.dataset.tip) ?? [0])[0]);
    if (!asked) { asked = true; requestAnimationFrame(frame); }
  }).observe(document.querySelector(".seats"), { subtree: true, attributeFilter: ["data-tip"] });
  new PerformanceObserver((list) => { for (const task of list.getEntries()) tasks.push(task.duration); }).observe({ type: "longtask" });
  const count = () => { frames += 1; requestAnimationFrame(count); };
  requestAnimationFrame(count);
  let begun = now();
  window.takeFigures = () => {
    const took = { seen: seen.splice(0), tasks: tasks.splice(0), fps: frames * 1000 / (now() - begun) };
    frames = 0;
    begun = now();
    return took;
  };
}
"""
_BARE = """
([port, host]) => {
  const nets = new Map([...document.querySelectorAll(".seats .seat")].map((seat) => [seat.dataset.seat, seat.querySelector(".net")]));
  new WebSocket(`ws://${host}:${port}`).onmessage = ({ data }) => {
    for (const [seat, row] of Object.entries(JSON.parse(data))) {
      const net = nets.get(seat);
      const tip = net.dataset.tip.replace(/\\n.*/, "") + `\\n往返 ${row.rtt} ms`;
      net.dataset.tip = tip;
      net.setAttribute("aria-label", tip);
    }
  };
}
"""
_MARKUP = """
() => {
  const css = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]).map((rule) => rule.cssText).join("\\n");
  const page = document.documentElement.cloneNode(true);
  page.querySelectorAll("script, link, style").forEach((one) => one.remove());
  page.querySelector("head").append(Object.assign(document.createElement("style"), { textContent: css }));
  return "<!doctype html>" + page.outerHTML;
}
"""
_USABLE = (
    "() => document.documentElement.classList.contains('alive') && document.querySelector('#submit')?.checkVisibility()"
)


def _send(source_port: int, seconds: float) -> dict[str, Any]:
    url = f"http://127.0.0.1:{source_port}/bench/run"
    return httpx.post(url, params={"rate": RATE, "seconds": seconds}, timeout=seconds + 30).json()


@dataclass(frozen=True)
class Seen:
    """What a page did with a run: latencies in ms, events shown in percent, frames a second, the longest task in ms."""

    latencies: list[float]
    delivered: float
    frames: float
    longest_task: float


def _open_wall(browser: Browser, program: Program) -> Page:
    name, _, secret = log_in(program).partition("=")
    context = browser.new_context(viewport=SCREEN)
    context.add_cookies([{"name": name, "value": secret, "url": program.url}])
    page = context.new_page()
    page.goto(f"{program.url}/seats")
    page.wait_for_function("(n) => document.querySelectorAll('.seats .seat').length === n", arg=SEATS)
    return page


def _open_bare(browser: Browser, markup: str, floor_port: int) -> Page:
    page = browser.new_context(viewport=SCREEN).new_page()
    page.set_content(markup)
    page.evaluate(_BARE, [floor_port, "127.0.0.1"])
    return page


def _watch(page: Page, source_port: int) -> Seen:
    """Let the source talk, and compare its moments with the page's; the page is closed."""
    page.evaluate(_WATCH)
    _send(source_port, WARM_S)
    time.sleep(CALM_S)
    page.evaluate("window.takeFigures()")
    sent = _send(source_port, SECONDS)
    time.sleep(0.5)
    figures = page.evaluate("window.takeFigures()")
    page.context.close()
    ahead = time.time() - time.monotonic()
    moments = {(sent["first"] + place) % ROUND: moment + ahead for place, moment in enumerate(sent["moments"])}
    latencies = [
        at - moments[number] * 1000 for trip, at in figures["seen"] if trip and (number := number_of(trip)) in moments
    ]
    delivered = len(latencies) / len(moments) * 100
    return Seen(latencies, delivered, figures["fps"], max(figures["tasks"], default=0))


def measure_pixels(browser: Browser, program: Program, source_port: int) -> None:
    """Drive the open wall, then the bare page, and print their figures."""
    wall = _open_wall(browser, program)
    markup = wall.evaluate(_MARKUP)
    seen = _watch(wall, source_port)
    program.stop()  # what is measured next has the machine to itself as well
    port = free_port()
    with child("bench.floor", port, source_port, SEATS):
        await_port(port)
        bare = _watch(_open_bare(browser, markup, port), source_port)
    for share in (50, 95, 99):
        floor = percentile(bare.latencies, share)
        show(f"pixel_latency_p{share}", percentile(seen.latencies, share), "ms", PEER, floor)
    show("pixel_delivered", seen.delivered, "%", PEER, bare.delivered)
    show("pixel_frames", seen.frames, "frames/s", PEER, bare.frames)
    show("pixel_longest_task", seen.longest_task, "ms", PEER, bare.longest_task)


def measure_login(browser: Browser, program: Program) -> None:
    """First visits with an empty cache: until the form can be used, and what travelled for it."""
    took, sizes = [], []
    for _ in range(LOADS):
        context = browser.new_context(viewport=SCREEN)
        page = context.new_page()
        page.goto(f"{program.url}/login", wait_until="commit")
        page.wait_for_function(_USABLE, polling="raf")
        took.append(page.evaluate("performance.now()"))
        page.wait_for_load_state("networkidle")
        sizes.append(
            page.evaluate(
                "[...performance.getEntriesByType('resource'), ...performance.getEntriesByType('navigation')]"
                ".reduce((sum, one) => sum + one.transferSize, 0)"
            )
        )
        context.close()
    show("login_usable_p50", percentile(took, 50), "ms")
    show("login_usable_max", max(took), "ms")
    show("login_transferred", max(sizes) / 1000, "kB")


def run() -> None:
    """Measure and print."""
    browser_program = chromium()
    if browser_program is None:
        sys.exit(MISSING)
    source_port = free_port()
    with (
        child("bench.source", source_port, SEATS),
        tempfile.TemporaryDirectory() as directory,
        sync_playwright() as playwright,
    ):
        await_port(source_port)
        program = program_at(source_port, Path(directory) / "data")
        browser = playwright.chromium.launch(executable_path=browser_program, args=["--no-sandbox"])
        try:
            measure_login(browser, program)
            measure_pixels(browser, program, source_port)
        finally:
            browser.close()
            program.stop()


if __name__ == "__main__":
    run()
