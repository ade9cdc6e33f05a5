// Every ticking figure on the page: one timer that writes text. React renders these elements empty and never owns the text.
//   data-since-ms   time since then       mm:ss, h:mm:ss; data-short=unit: whole minutes from one hour on; 0: --:--
//   data-until-ms   time left until then  mm:ss
//   data-clock-ms   that time of day in the centre's zone; "now": the time of day itself; data-minutes: without seconds; data-dated: with the date
//   data-now-ms     the server's clock, to which the figures are corrected
import { onStart, onUi, setUi } from "./store.js";

const SELECTOR = "time";
const LINES = "[data-line-until-ms]";
const ATTRIBUTES = ["data-since-ms", "data-until-ms", "data-clock-ms", "data-now-ms", "data-line-until-ms", "data-rewind-ms", "data-length", "data-player",
  // of a seat
  "data-rank", "data-num", "data-state", "data-since", "data-org", "data-name", "data-search", "data-exception",
  // of a call
  "data-call", "data-provisioned", "data-pop-call", "data-pop-loaded", "data-call-form",
  // of a tick box
  "data-mixed"];
const SILENCE_MS = 2500; // the server sends its clock every second; longer silence means that nothing else comes either
const LISTEN_MS = 250;
const IGNORED_SKEW_MS = 300; // less is the way the message took
const BEATS = 8; // a message that was held up tells too early a time: the latest of so many tells the truth
const two = (n) => String(n).padStart(2, "0");
let skew = 0;
const found = [];
let beatAt = 0;
const formats = {};
const watchers = [];
const tickers = [];

/** Call back with what has changed in the page: seats, clocks, whole parts. One observer serves everybody: there are many changes. */
export const onChange = (watcher) => watchers.push(watcher);

/** Call back once a second. */
export const onTick = (ticker) => tickers.push(ticker);

export const serverNow = () => Date.now() + skew;

function duration(ms, short) {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 3600) return `${two(Math.floor(s / 60))}:${two(s % 60)}`;
  if (short) return `${Math.floor(s / 60)} ${short}`;
  return `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

/** The time of day in the centre's zone, hh:mm:ss or hh:mm; the latter, and what is `dated`, with its date when that is not today's. */
export function timeOfDay(ms, minutesOnly, dated = minutesOnly) {
  const zone = document.documentElement.dataset.zone || undefined;
  formats.day ??= new Intl.DateTimeFormat("sv-SE", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
  formats[minutesOnly] ??= new Intl.DateTimeFormat("en-GB", {
    timeZone: zone, hour: "2-digit", minute: "2-digit", second: minutesOnly ? undefined : "2-digit",
  });
  const day = formats.day.format(ms);
  const date = dated && day !== formats.day.format(Date.now()) ? `${day.slice(5)} ` : "";
  return date + formats[minutesOnly].format(ms);
}

function text(el, now) {
  const d = el.dataset;
  if (d.clockMs !== undefined) return d.clockMs === "0" ? "--:--" : timeOfDay(d.clockMs === "now" ? now : +d.clockMs, "minutes" in d, "minutes" in d || "dated" in d);
  if (d.untilMs !== undefined) return duration(+d.untilMs - now + 999, false);
  return d.sinceMs === "0" ? "--:--" : duration(now - d.sinceMs, d.short);
}

function line(el, now) {
  const { lineSinceMs: from, lineUntilMs: until } = el.dataset;
  const left = Math.min(1, Math.max(0, (until - now) / Math.max(1, until - from)));
  el.style.transform = `scaleX(${left})`;
}

function put(el, next) {
  const node = el.firstChild;
  if (!node) el.textContent = next;
  else if (node.data !== next) node.data = next;
}

// On a wall that is wound back the clocks stand at that moment.
const nowOf = (el, now) => +(el.closest('[data-rewind="true"]')?.dataset.rewindMs ?? 0) || now;

function write(el, now) {
  // What was true before the line to the PBX broke stays as it was: no clock runs on over unknown ground.
  if (el.firstChild && el.dataset.clockMs !== "now" && el.closest('[data-stale="true"]')) return;
  put(el, text(el, nowOf(el, now)));
}

function tick() {
  const now = serverNow();
  const special = document.querySelector('[data-stale="true"], [data-rewind="true"]') !== null;
  for (const el of document.getElementsByTagName(SELECTOR)) special ? write(el, now) : put(el, text(el, now));
  document.querySelectorAll(LINES).forEach((el) => line(el, now));
  tickers.forEach((ticker) => ticker());
}

function adopt(el) {
  const ms = +el.dataset.nowMs;
  if (!ms) return;
  if ("pulse" in el.dataset) {
    beatAt = performance.now();
    setUi("beating", true);
  }
  found.push(ms - Date.now());
  if (found.length > BEATS) found.shift();
  const best = Math.max(...found);
  if (Math.abs(best - skew) > IGNORED_SKEW_MS) skew = best;
}

function observe(records) {
  const now = serverNow();
  let rewound = false;
  for (const { type, target, addedNodes } of records) {
    if (type === "attributes") {
      if (target.dataset.nowMs !== undefined) adopt(target);
      if (target.dataset.rewindMs !== undefined) rewound = true;
      if (target.nodeName === "TIME") write(target, now);
      else if (target.dataset.lineUntilMs !== undefined) line(target, now);
      continue;
    }
    for (const node of addedNodes) {
      if (node.nodeType !== Node.ELEMENT_NODE) continue;
      if (node.nodeName === "TIME") write(node, now);
      else for (const el of node.getElementsByTagName(SELECTOR)) write(el, now);
      node.querySelectorAll(LINES).forEach((el) => line(el, now));
    }
  }
  if (rewound) tick();
  watchers.forEach((watcher) => watcher(records));
}

onStart(() => {
  document.querySelectorAll("[data-now-ms]").forEach(adopt);
  new MutationObserver(observe).observe(document.body, {
    subtree: true, childList: true, attributes: true, attributeFilter: ATTRIBUTES,
  });
  onUi((key) => key === "lang" && tick());
  const loop = () => {
    tick();
    setTimeout(loop, 1000 - (serverNow() % 1000));
  };
  loop();
  setInterval(() => beatAt && performance.now() - beatAt > SILENCE_MS && setUi("beating", false), LISTEN_MS);
});
