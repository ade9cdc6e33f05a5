// What the browser alone decides: language, view, filters, which dialog asks what.
// React reads it by useUi(key); nothing here ever reaches the server.
import { useSyncExternalStore } from "react";

export const NO_IMPORT = { state: "", id: "", name: "", rows: 0, good: 0, bad: 0, told: [], code: "", reason: "" };

const DEFAULTS = {
  lang: "zh", sound: "", closed: "", ring: "1", mic: "", micName: "", speaker: "", speakerName: "", // remembered on this machine
  q: "", org: "", state: "", group: "org", sort: "exception", only: "", view: "tiles", tv: "", // in the address
  elderTab: "", exports: [], importJob: NO_IMPORT, treeFind: "", treeFold: "",
  askSeat: "", askAction: "", sheet: "", barOpen: "", tvPage: 0, silent: "", playing: "", speed: "10", online: true, beating: true,
  phone: "", phoneErr: "", phoneRings: "", phoneTest: "", mics: [], speakers: [],
  pop: "", xfer: "", xferKind: "seat", xferQ: "", xferFree: "", xferNumber: "", dialNumber: "", noteState: "", noteAt: "", remind: "",
  listenSeat: "", listenState: "", listenMode: "listen", listenCode: "", listenAsking: "", listenSince: 0,
  listenVolume0: "100", listenVolume1: "100",
};
const IN_ADDRESS = ["q", "org", "state", "group", "sort", "only", "view", "tv"];
const IN_STORAGE = { lang: "xktcc_lang", sound: "xktcc_sound", closed: "xktcc_closed_groups", ring: "xktcc_ring",
  mic: "xktcc_mic", micName: "xktcc_mic_name", speaker: "xktcc_speaker", speakerName: "xktcc_speaker_name" };
const browser = typeof document !== "undefined";

const state = { ...DEFAULTS };
const listeners = new Set();
const starters = [];
let started = false;

function readSaved() {
  for (const [key, name] of Object.entries(IN_STORAGE)) {
    try {
      state[key] = localStorage.getItem(name) ?? DEFAULTS[key];
    } catch {
      // Storage is forbidden here: the default stands for this visit.
    }
  }
  const query = new URLSearchParams(location.search);
  for (const key of IN_ADDRESS) state[key] = query.get(key) ?? DEFAULTS[key];
}

function writeAddress() {
  const url = new URL(location.href);
  for (const key of IN_ADDRESS) {
    if (state[key] === DEFAULTS[key]) url.searchParams.delete(key);
    else url.searchParams.set(key, state[key]);
  }
  if (url.href !== location.href) history.replaceState(history.state, "", url);
}

function save(key) {
  if (IN_ADDRESS.includes(key)) writeAddress();
  if (!(key in IN_STORAGE)) return;
  try {
    localStorage.setItem(IN_STORAGE[key], state[key]);
  } catch {
    // See readSaved.
  }
}

export const getUi = (key) => state[key];

export function setUi(key, value) {
  if (state[key] === value) return;
  state[key] = value;
  save(key);
  if (key === "lang") document.documentElement.lang = value === "en" ? "en" : "zh-CN";
  for (const listener of [...listeners]) listener(key);
}

/** Filters as they are when nothing is chosen. */
export function resetFilters() {
  for (const key of ["q", "org", "state", "only"]) setUi(key, DEFAULTS[key]);
}

/** Call back with the key after every change. */
export const onUi = (listener) => listeners.add(listener);

/** Run once the page is alive: React would throw away what is written into its markup before that. */
export const onStart = (starter) => (started ? starter() : starters.push(starter)); // a page's own part may come later than the shell

function start() {
  started = true;
  document.documentElement.classList.add("alive");
  starters.forEach((starter) => starter());
}

// React subscribes only after it has taken over the served markup.
function subscribe(listener) {
  if (!started) queueMicrotask(() => started || start());
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useUi(key) {
  return useSyncExternalStore(subscribe, () => state[key], () => DEFAULTS[key]);
}

if (browser) {
  readSaved();
  document.documentElement.lang = state.lang === "en" ? "en" : "zh-CN";
  addEventListener("storage", (event) => {
    if (event.key === IN_STORAGE.lang) setUi("lang", event.newValue ?? DEFAULTS.lang);
  });
  addEventListener("offline", () => setUi("online", false));
  addEventListener("online", () => setUi("online", true));
}
