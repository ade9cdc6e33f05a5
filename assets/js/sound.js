// A short tone for a new SOS call or a caller who has waited too long. Off until somebody switches it on.
import { onTick } from "./clock.js";
import { getUi, onStart, onUi, setUi } from "./store.js";

const LOUD = { sos: [880, 660, 880, 660], long_wait: [660, 880] };
const seen = new Set();
let context;

function play(notes) {
  if (!context || context.state !== "running") return;
  notes.forEach((pitch, at) => {
    const from = context.currentTime + at * 0.2;
    const tone = context.createOscillator();
    const gain = context.createGain();
    tone.frequency.value = pitch;
    gain.gain.setValueAtTime(0.0001, from);
    gain.gain.exponentialRampToValueAtTime(0.25, from + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.0001, from + 0.18);
    tone.connect(gain).connect(context.destination);
    tone.start(from);
    tone.stop(from + 0.2);
  });
}

// Browsers let a page sound only after the visitor has touched it; until then the switch says so.
const tell = () => setUi("silent", getUi("sound") && context?.state !== "running" ? "1" : "");

function wake() {
  if (!getUi("sound")) return tell();
  if (navigator.userActivation?.hasBeenActive === false) return tell();
  context ??= new AudioContext();
  context.onstatechange = tell;
  if (context.state === "suspended") context.resume();
  tell();
}

export function toggleSound() {
  setUi("sound", getUi("sound") ? "" : "1");
  wake();
  if (getUi("sound")) context.resume().then(() => play([880]));
}

let known = false;

function listen() {
  // What was already there when the wall was loaded is no news.
  const first = !known;
  known = document.querySelector('[data-alerts="true"]') !== null;
  const here = [...document.querySelectorAll("[data-alert]")];
  const fresh = here.filter((el) => !seen.has(el.dataset.alert));
  const ids = new Set(here.map((el) => el.dataset.alert));
  for (const id of seen) if (!ids.has(id)) seen.delete(id);
  fresh.forEach((el) => seen.add(el.dataset.alert));
  const kinds = fresh.map((el) => el.dataset.kind);
  const notes = LOUD[kinds.includes("sos") ? "sos" : kinds.find((kind) => kind in LOUD)];
  if (!first && notes && getUi("sound")) play(notes);
}

onStart(() => {
  document.addEventListener("pointerdown", wake);
  document.addEventListener("keydown", wake);
  onUi((key) => key === "sound" && wake());
  onTick(listen);
  wake();
});
