// The desk's reflexes: bring up the caller's record, ring, remind.
//   [data-pop-call] [data-pop-loaded]   a button that is pressed when the two differ
import { onChange, onTick } from "./clock.js";
import { getUi, onStart, setUi } from "./store.js";

const ASK_AGAIN_MS = 2000;
const RING_MS = 3000;
const ASKED = "xktcc_notify_asked";
const [NOTE, RING] = ["xktcc-note", "xktcc-ring"];
let askedFor = "";
let askedAt = 0;
let ringing = "";
let rungAt = 0;
const held = {}; // by lock: what lets another tab have it
let asked = false; // whether this tab has asked to be the one that sounds
let note = null;
let context = null;

const bar = () => document.querySelector('[data-testid="call-toolbar"]');

// ---- the caller's record

function bringUp() {
  const button = document.querySelector("[data-pop-call]");
  if (!button) return;
  const { popCall: call, popLoaded: loaded } = button.dataset;
  if (call === loaded) return;
  if (call === askedFor && performance.now() - askedAt < ASK_AGAIN_MS) return;
  if (call !== askedFor) setUi("pop", "");
  askedFor = call;
  askedAt = performance.now();
  button.click();
}

// ---- ringing

// A tab that nobody has touched yet may not sound.
const canSound = () => getUi("ring") && context?.state === "running";

function tone() {
  for (const at of [0, 0.5]) {
    for (const pitch of [440, 480]) {
      const from = context.currentTime + at;
      const voice = context.createOscillator();
      const gain = context.createGain();
      voice.frequency.value = pitch;
      gain.gain.setValueAtTime(0.0001, from);
      gain.gain.exponentialRampToValueAtTime(0.12, from + 0.03);
      gain.gain.setValueAtTime(0.12, from + 0.32);
      gain.gain.exponentialRampToValueAtTime(0.0001, from + 0.38);
      voice.connect(gain).connect(context.destination);
      voice.start(from);
      voice.stop(from + 0.4);
    }
  }
}

// Browsers let a page sound only after the visitor has touched it.
function wake() {
  if (!bar() || !getUi("ring")) return;
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume();
}

function remind(call, root) {
  if (typeof Notification === "undefined" || Notification.permission !== "granted" || document.hasFocus()) return;
  note = new Notification(root.querySelector(".bar-st b")?.textContent ?? "", {
    body: root.querySelector(".p1")?.textContent ?? "", tag: `xktcc-${call}`, requireInteraction: true,
  });
  note.onclick = () => {
    window.focus();
    note?.close();
  };
}

// One tab does it for all: the first to have the lock, until the call no longer rings or ``letGo``.
function alone(lock, call, work) {
  const start = () => {
    if (ringing !== call) return undefined;
    work();
    return new Promise((done) => {
      held[lock] = done;
    });
  };
  if (navigator.locks) navigator.locks.request(lock, start);
  else start();
}

function letGo(lock) {
  held[lock]?.();
  delete held[lock];
}

function begin(call, root) {
  ringing = call;
  alone(NOTE, call, () => remind(call, root));
}

// The sound has a lock of its own, asked for by those tabs alone that can sound: else a silent one might keep it.
function sound() {
  if (!canSound()) {
    letGo(RING);
    asked = false;
  } else if (!asked) {
    asked = true;
    alone(RING, ringing, () => {
      rungAt = -RING_MS;
      setTimeout(ring); // at once, not at the next tick
    });
  }
  if (!held[RING] || performance.now() - rungAt < RING_MS - 100) return;
  rungAt = performance.now();
  tone();
}

function end() {
  ringing = "";
  asked = false;
  Object.keys(held).forEach(letGo);
  note?.close();
  note = null;
}

// The number was typed for this call: the next one is another.
function forgetDialled() {
  const root = bar();
  if (root?.dataset.state === "alerting" && root.classList.contains("out")) setUi("dialNumber", "");
}

function ring() {
  const root = bar();
  const rings = root?.dataset.state === "alerting" && !root.classList.contains("out") && root.dataset.stale !== "true";
  const call = rings ? root.dataset.call : "";
  if (call !== ringing) {
    if (ringing) end();
    if (call) begin(call, root);
  }
  if (ringing) sound();
}

export function toggleRing() {
  setUi("ring", getUi("ring") ? "" : "1");
  wake();
}

// ---- the reminder's permission: asked once, and only after saying what for

function mayAsk() {
  if (typeof Notification === "undefined" || Notification.permission !== "default" || !bar()) return "";
  try {
    return localStorage.getItem(ASKED) ? "" : "1";
  } catch {
    return "";
  }
}

export async function allowReminder(yes) {
  try {
    localStorage.setItem(ASKED, "1");
  } catch {
    // It will be asked again at the next visit.
  }
  setUi("remind", "");
  if (yes) await Notification.requestPermission();
}

// ---- handing a call over: the other seats come for a while each time they are asked for

function watchPeers() {
  document.querySelector("[data-watch-peers]")?.click();
}

const WATCH_EVERY_S = 5;
let ticks = 0;

/** Open or close the picker of another seat; it is fresh at once. */
export function togglePicker() {
  setUi("xfer", getUi("xfer") ? "" : "1");
  setUi("xferQ", "");
  setUi("xferNumber", "");
  if (!getUi("xfer")) return;
  requestAnimationFrame(() => {
    watchPeers();
    document.querySelector(".xf input")?.focus();
  });
}

function closePicker(event) {
  if (!getUi("xfer")) return;
  if (event.key === "Escape") {
    setUi("xfer", "");
    document.querySelector("[data-xfer]")?.focus();
  } else if (event.type === "click" && !event.target.closest(".xf, [data-xfer]")) setUi("xfer", "");
}

onStart(() => {
  onTick(() => {
    ticks += 1;
    if (ticks % WATCH_EVERY_S === 0) watchPeers();
  });
  document.addEventListener("click", closePicker);
  document.addEventListener("keydown", closePicker);
  onChange(bringUp);
  onChange(ring);
  onChange(forgetDialled);
  onTick(bringUp);
  onTick(ring);
  onTick(() => setUi("remind", mayAsk()));
  document.addEventListener("pointerdown", wake);
  document.addEventListener("keydown", wake);
  addEventListener("pagehide", end);
});
