// A supervisor at a call: one socket for sound and words, one panel. What it says of itself is what the server confirmed.
//   [data-listen-mode]  asks for that mode     [data-listen-end]  ends it; so does Escape
//   [data-listen-clear]  ends the call itself, when one is sure
//   [data-listen-volume=party]  a slider, 0 to 100     [data-listen-level=party]  its bar
import { CallSound } from "./listen-sound.js";
import { openDialog } from "./shell.js";
import { getUi, onStart, setUi } from "./store.js";

const LOST = { 4401: "not_logged_in", 4403: "permission_denied" }; // closed by the server: no session any more, or no right
const SEEN_MS = 200; // how often the server is told what has come: it sends no more than a second ahead of that
const READ_MS = 4000; // how long the reason of an end can be read
const LEVEL_MS = 50;
const UNSENT_BYTES = 640 * 15; // 300 ms of the microphone: what waits longer would be heard too late
let line = null;
let fading = 0;

function show(values) {
  for (const [key, value] of Object.entries(values)) setUi(key, value);
}

function begin(seat, mode) {
  const mine = { seat, wanted: mode, sound: new CallSound(), frames: 0, asked: performance.now(), firstSoundMs: 0 };
  line = globalThis.xktccListening = mine;
  clearTimeout(fading);
  show({ listenSeat: seat, listenState: "opening", listenMode: "listen", listenCode: "", listenSince: 0 });
  mine.sound.open(() => {
    mine.firstSoundMs = performance.now() - mine.asked;
  }).then(() => [0, 1].forEach((party) => mine.sound.setVolume(party, getUi(`listenVolume${party}`) / 100)))
    .catch(() => end(mine, "no_sound"));
  const url = new URL(`/api/listen/${encodeURIComponent(seat)}`, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  mine.socket = new WebSocket(url);
  mine.socket.binaryType = "arraybuffer";
  mine.socket.onmessage = ({ data }) => take(mine, data);
  mine.socket.onclose = ({ code }) => end(mine, LOST[code] ?? "line_lost");
  mine.seen = setInterval(() => say(mine, { t: "seen", n: mine.frames }), SEEN_MS);
  mine.levels = setInterval(() => drawLevels(mine), LEVEL_MS);
}

function say(mine, word) {
  if (mine.socket.readyState === WebSocket.OPEN) mine.socket.send(JSON.stringify(word));
}

function take(mine, data) {
  if (mine !== line) return;
  if (typeof data !== "string") {
    mine.frames += 1;
    mine.sound.play(data);
    return;
  }
  const word = JSON.parse(data);
  if (word.t === "on") {
    show({ listenState: "on", listenSince: Date.now() });
    if (mine.wanted !== "listen") switchTo(mine.wanted);
  } else if (word.t === "mode") setMode(mine, word.mode);
  else if (word.t === "seat") show({ listenSeat: word.seat });
  else if (word.t === "refused") {
    setMode(mine, word.mode);
    show({ listenCode: word.code });
  } else if (word.t === "end") end(mine, word.code);
}

function setMode(mine, mode) {
  show({ listenMode: mode, listenCode: "", listenAsking: "" });
  if (mode === "listen") mine.sound.closeMicrophone();
}

async function switchTo(mode) {
  const mine = line;
  if (!mine || getUi("listenState") !== "on") return;
  if (mode === getUi("listenMode")) return show({ listenAsking: "" });
  if (mode !== "listen") {
    show({ listenAsking: mode, listenCode: "" });
    try {
      await mine.sound.openMicrophone((frame) => {
        const heard = getUi("listenMode") !== "listen" && mine === line;
        if (heard && mine.socket.bufferedAmount < UNSENT_BYTES) mine.socket.send(frame);
      });
    } catch {
      if (mine === line) show({ listenCode: "no_microphone", listenAsking: "" });
      return;
    }
  }
  // Somebody may have thought better of it while the browser asked for the microphone.
  const meant = mode === "listen" || getUi("listenAsking") === mode;
  if (mine === line && meant) say(mine, { t: "mode", mode });
  else if (mine === line && getUi("listenMode") === "listen") mine.sound.closeMicrophone();
}

function end(mine, code) {
  if (mine !== line) return;
  line = null;
  clearInterval(mine.seen);
  clearInterval(mine.levels);
  mine.socket.onclose = null;
  mine.socket.close();
  mine.sound.close();
  show({ listenState: "ended", listenMode: "listen", listenCode: code, listenAsking: "" });
  if (code === "closed") show({ listenSeat: "" });
  else fading = setTimeout(() => show({ listenSeat: "" }), READ_MS);
}

/** From a seat's actions: listen, whisper or barge; at the seat that is listened to already only the mode changes. */
export function listen(seat, mode) {
  if (line && line.seat === seat) return switchTo(mode);
  if (line) end(line, "closed");
  return begin(seat, mode);
}

/** Where the panel is gone (another page, the television) the sound ends too: nobody listens without the sign that says so. */
function drawLevels(mine) {
  mine.panel ??= document.querySelector('[data-testid="listen-panel"]');
  if (mine.panel && !mine.panel.isConnected) return end(mine, "closed");
  for (const bar of document.querySelectorAll("[data-listen-level]")) {
    bar.style.transform = `scaleX(${mine.sound.level(+bar.dataset.listenLevel)})`;
  }
}

function onClick({ target }) {
  const mode = target.closest("[data-listen-mode]");
  if (mode) return switchTo(mode.dataset.listenMode);
  if (target.closest("[data-listen-clear]")) return askToEnd(getUi("listenSeat"));
  if (!target.closest("[data-listen-end]")) return undefined;
  if (line) end(line, "closed");
  return show({ listenSeat: "" });
}

function askToEnd(seat) {
  show({ askSeat: seat, askAction: "clear" });
  setTimeout(() => openDialog("ask"));
}

function onInput({ target }) {
  const party = target.dataset?.listenVolume;
  if (party === undefined) return;
  show({ [`listenVolume${party}`]: target.value });
  line?.sound.setVolume(+party, target.value / 100);
}

function onKey(event) {
  if (event.key !== "Escape" || event.defaultPrevented || !getUi("listenSeat")) return;
  if (document.querySelector('dialog[open], .menu[data-shown], [role="listbox"]')) return;
  if (line) end(line, "closed");
  show({ listenSeat: "" });
}

onStart(() => {
  document.addEventListener("click", onClick);
  document.addEventListener("input", onInput);
  document.addEventListener("keydown", onKey);
  addEventListener("pagehide", () => line && end(line, "closed"));
});
