// The players of recordings: [data-player=<call>][data-seconds] with [data-do], [data-seek], [data-at] and [data-length] inside.
// One sound for the whole page, so that two never speak at once; it belongs to the player that was pressed last.
import { onChange } from "./clock.js";
import { onStart } from "./store.js";

const STEP_S = 5;
const SLOW_MS = 400; // a shorter wait is not worth a word
const RATE_KEY = "xktcc_rate";
const FAILURES = ["401", "403", "404", "410"];
let sound;
let mine; // the player to which the sound belongs
let call; // whose recording it is: an element may be given to another row
let wanted = 0; // where to begin, in seconds
let slow = 0;
let bars; // live collections: the wall changes twenty times a second and has none of them
let openers;

export const recordingUrl = (call) => `/api/recordings/${encodeURIComponent(call)}`;

const two = (n) => String(n).padStart(2, "0");
function clock(seconds) {
  const s = Math.max(0, Math.floor(+seconds || 0));
  return s < 3600 ? `${two(Math.floor(s / 60))}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}
function write(el, text) {
  if (el && el.textContent !== text) el.textContent = text;
}
const lengthOf = (player) => (player === mine && Number.isFinite(sound.duration) ? sound.duration : +player.dataset.seconds || 0);

function show(player, at) {
  const all = lengthOf(player);
  const seek = player.querySelector("[data-seek]");
  if (+seek.max !== all) seek.max = all;
  if (document.activeElement !== seek || !seek.matches(":active")) seek.value = at;
  seek.setAttribute("aria-valuetext", `${clock(at)} / ${clock(all)}`);
  player.style.setProperty("--done", `${all ? Math.min(100, (at / all) * 100) : 0}%`);
  write(player.querySelector("[data-at]"), clock(at));
}

function status(player, name, failed) {
  player.dataset.status = name;
  if (failed) player.dataset.failed = failed;
  else delete player.dataset.failed;
  clearTimeout(slow);
  const say = player.querySelector(".pl-say");
  say.classList.remove("slow");
  if (name === "loading") slow = setTimeout(() => say.classList.add("slow"), SLOW_MS);
}

function rate() {
  try {
    return +localStorage.getItem(RATE_KEY) || 1;
  } catch {
    return sound?.defaultPlaybackRate || 1; // storage is forbidden here
  }
}

function setRate(value) {
  try {
    localStorage.setItem(RATE_KEY, String(value));
  } catch {
    // see rate
  }
  ready().defaultPlaybackRate = sound.playbackRate = value;
  showRates();
}

function showRates(root = document) {
  for (const button of root.querySelectorAll("[data-player] [data-speed]")) {
    const pressed = String(+button.dataset.speed === rate());
    if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
  }
}

async function failed() {
  const player = mine;
  if (!player || !sound.getAttribute("src")) return;
  let why = "other";
  try {
    const answer = await fetch(recordingUrl(call), { method: "HEAD" });
    if (FAILURES.includes(String(answer.status))) why = String(answer.status);
  } catch {
    // no answer at all: the connection
  }
  if (player === mine) status(player, "failed", why);
}

function ready() {
  if (sound) return sound;
  sound = new Audio();
  sound.preload = "auto";
  const on = (name, work) => sound.addEventListener(name, () => mine && work(mine));
  on("loadedmetadata", (player) => {
    if (wanted) sound.currentTime = Math.min(wanted, sound.duration || wanted);
    wanted = 0;
    write(player.querySelector("[data-length]"), clock(sound.duration));
  });
  on("timeupdate", (player) => show(player, sound.currentTime));
  on("waiting", (player) => status(player, "loading"));
  on("playing", (player) => status(player, "playing"));
  on("pause", (player) => player.dataset.status !== "failed" && status(player, "paused"));
  on("ended", (player) => {
    status(player, "paused");
    show(player, lengthOf(player));
  });
  sound.addEventListener("error", failed);
  return sound;
}

function take(player) {
  if (mine === player && call === player.dataset.player) return;
  ready().pause();
  if (mine?.isConnected) {
    status(mine, "idle");
    show(mine, 0);
  }
  mine = player;
  call = player.dataset.player;
  wanted = +player.querySelector("[data-seek]").value || 0;
  sound.src = recordingUrl(call);
  sound.defaultPlaybackRate = sound.playbackRate = rate();
}

function play(player, again) {
  take(player);
  if (again) sound.load();
  if (sound.ended) sound.currentTime = 0;
  if (sound.readyState < 3) status(player, "loading");
  sound.play().catch((denied) => denied.name === "NotAllowedError" && status(player, "paused"));
}

function seek(player, to) {
  const at = Math.max(0, Math.min(to, lengthOf(player)));
  if (player === mine && sound.readyState > 0) sound.currentTime = at;
  else if (player === mine) wanted = at;
  player.querySelector("[data-seek]").value = at;
  show(player, at);
}

function clicked(event) {
  const button = event.target.closest?.("[data-player] [data-do]");
  if (!button) return;
  const player = button.closest("[data-player]");
  if (button.dataset.do === "speed") setRate(+button.dataset.speed);
  else if (button.dataset.do === "again") play(player, true);
  else if (player === mine && !sound.paused && player.dataset.status !== "failed") sound.pause();
  else play(player, player.dataset.status === "failed");
}

function pressed(event) {
  const player = event.target.closest?.("[data-player]");
  if (!player || event.ctrlKey || event.altKey || event.metaKey) return;
  const slider = player.querySelector("[data-seek]");
  const by = { ArrowRight: STEP_S, ArrowUp: STEP_S, ArrowLeft: -STEP_S, ArrowDown: -STEP_S }[event.key];
  if (by && event.target === slider) {
    event.preventDefault();
    seek(player, +slider.value + by);
  } else if (event.key === " " && event.target === slider) {
    event.preventDefault();
    player.querySelector('[data-do="toggle"]').click();
  }
}

// Rows come and go: lengths are written, a bar that asks for it begins, and the sound of one that is gone stops.
function settle() {
  if (!bars.length && !openers.length && !mine) return;
  for (const el of document.querySelectorAll("[data-length]")) {
    const player = el.closest("[data-player]");
    if (player !== mine || !mine) write(el, clock(el.dataset.length));
  }
  if (mine && (!mine.isConnected || mine.dataset.player !== call)) {
    if (mine.isConnected) status(mine, "idle");
    const same = document.querySelector(`[data-player="${CSS.escape(call)}"]`);
    if (same) {
      mine = same;
      status(same, sound.paused ? "paused" : "playing");
      show(same, sound.currentTime);
    } else {
      sound.pause();
      mine = undefined;
      sound.removeAttribute("src");
    }
  }
  const begin = document.querySelector("[data-player][data-autoplay]:not([data-status])");
  if (begin) play(begin);
  showRates();
}

onStart(() => {
  bars = document.getElementsByClassName("player");
  openers = document.getElementsByClassName("pl-open");
  document.addEventListener("click", clicked);
  document.addEventListener("keydown", pressed);
  document.addEventListener("input", (event) => {
    const player = event.target.matches?.("[data-seek]") && event.target.closest("[data-player]");
    if (player) seek(player, +event.target.value);
  });
  onChange(settle);
  settle();
});
