// The bar by which the wall is wound back: one question to the server at a time, the newest wish next; playing asks for the next
// moment once a second. What comes back is drawn like the live wall, with [data-rewind-ms] at the wall as its "now".
import { getUi, onStart, setUi } from "./store.js";
import { onChange, onTick, serverNow, timeOfDay } from "./clock.js";

const REACH_S = 24 * 3600 - 60;
const ANSWER_MS = 3000; // without an answer for so long the next wish is sent anyway
let ask;
let wished = 0;
let askedAt = -Infinity; // when the question was sent whose answer is awaited
let shown = 0;

const wall = () => document.querySelector("[data-rewind-ms]");
const inPast = () => +(wall()?.dataset.rewindMs ?? 0);

function send() {
  if (!wished || !ask || performance.now() - askedAt < ANSWER_MS) return;
  askedAt = performance.now();
  ask(wished);
  wished = 0;
}

function wish(second) {
  const now = Math.floor(serverNow() / 1000);
  wished = Math.min(now - 1, Math.max(now - REACH_S, Math.floor(second)));
  send();
}

function spread(bar) {
  const now = Math.floor(serverNow() / 1000);
  bar.min = now - REACH_S;
  bar.max = now - 1;
}

/** Begin to look back: a quarter of an hour ago. `question` asks the server for the wall at a second since the epoch. */
export function startRewind(question) {
  ask = question;
  setUi("playing", "");
  wish(serverNow() / 1000 - 900);
}

/** The bar was moved. */
export function rewindTo(second, question) {
  ask = question;
  setUi("playing", "");
  wish(+second);
}

/** Play on from here, or stop. */
export function togglePlay(question) {
  ask = question;
  setUi("playing", getUi("playing") ? "" : "1");
}

function play() {
  const at = inPast();
  if (!wall()) wished = 0; // the page was left
  send();
  if (!at) return setUi("playing", "");
  if (!getUi("playing")) return;
  const next = at / 1000 + +getUi("speed");
  if (next * 1000 > serverNow()) setUi("playing", "");
  else wish(next);
}

function follow() {
  const at = inPast();
  const bar = document.querySelector("[data-rewind-bar]");
  if (at === shown && !(bar && !bar.min)) return;
  shown = at;
  askedAt = -Infinity;
  if (!at) wished = 0; // led back to now
  if (bar) {
    spread(bar);
    if (document.activeElement !== bar || getUi("playing")) bar.value = at / 1000;
    bar.setAttribute("aria-valuetext", timeOfDay(at));
  }
  send();
}

onStart(() => {
  onChange(follow);
  onTick(play);
});
