// The phone in the browser. With Asterisk it is JsSIP through the server's own socket; with the embedded exchange the own leg's
// sound comes as a stream. One tab has it (a Web Lock); another one may take it over. What goes wrong gets a code for `phone.err`.
import { onChange } from "./clock.js";
import { beginLive } from "./phone-live.js";
import { beginSip } from "./phone-sip.js";
import { getUi, onStart, onUi, setUi } from "./store.js";

const LOCK = "xktcc-phone";
const WANTED = "xktcc_phone"; // this machine's agent uses the browser phone
const CHOICES = { mic: ["mics", "micName"], speaker: ["speakers", "speakerName"] };
const BACKOFF_MS = [1000, 2000, 4000, 8000, 15000];
const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("xktcc-phone");
let letGo = null;
let line = null; // the transport in use
let attempt = 0;
let meter = null;

const tell = (state, error = "") => {
  setUi("phone", state);
  setUi("phoneErr", error);
  channel?.postMessage({ state, error });
};

const bar = () => document.querySelector('[data-testid="call-toolbar"]');

export const phoneState = {
  /** Whether the agent's own microphone is to be silent: the toolbar says so. */
  muted: () => bar()?.dataset.muted === "true",
  /** Whether the ringing phone is our own beginning of a call: it is taken off hook at once. */
  dialling: () => bar()?.dataset.state === "alerting" && bar().classList.contains("out"),
};

const known = (key, list) => getUi(list).some(({ id }) => id === getUi(key));
const chosen = () => (known("mic", "mics") ? { exact: getUi("mic") } : undefined);

/** The microphone that the agent chose, or the system's while that one is not there; a code when there is none. */
export async function microphone() {
  if (!navigator.mediaDevices?.getUserMedia) throw new Error("insecure");
  await devices();
  const asked = chosen();
  const stream = await open(asked);
  await devices(); // with the permission come the names
  if (asked || !chosen()) return stream;
  stream.getTracks().forEach((track) => track.stop());
  return open(chosen());
}

async function open(deviceId) {
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: { deviceId, echoCancellation: true, noiseSuppression: true } });
  } catch (error) {
    if (error.name === "OverconstrainedError" && deviceId) return open(); // unplugged at this moment
    throw new Error({ NotAllowedError: "refused", NotFoundError: "no_mic", NotReadableError: "mic_busy" }[error.name] ?? "no_mic");
  }
}

async function devices() {
  const found = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
  const named = (kind) => found.filter((one) => one.kind === kind && one.deviceId).map(({ deviceId: id, label }) => ({ id, name: label || id.slice(0, 8) }));
  setUi("mics", named("audioinput"));
  setUi("speakers", named("audiooutput"));
  Object.keys(CHOICES).forEach(findAgain);
}

/** Browsers may give a device another id at each visit: what was chosen is then known by its name. */
function findAgain(key) {
  const [list, name] = CHOICES[key];
  if (!getUi(key) || known(key, list)) return;
  const same = getUi(list).find((one) => one.name === getUi(name));
  if (same) setUi(key, same.id);
}

function noteName(key) {
  const [list, name] = CHOICES[key];
  setUi(name, getUi(list).find(({ id }) => id === getUi(key))?.name ?? "");
}

async function session() {
  const answer = await fetch("/api/phone/session", { method: "POST" }).catch(() => null);
  if (!answer) throw new Error("no_server");
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.code);
  return told;
}

async function connect() {
  tell("connecting");
  let stream;
  try {
    stream = await microphone();
    const told = await session();
    const begin = told.mode === "sip" ? beginSip : beginLive;
    line = await begin(told, stream, { up, down, rings: (yes) => ring(yes) });
  } catch (error) {
    stream?.getTracks().forEach((track) => track.stop());
    down(error.message, !["refused", "no_mic", "insecure", "mic_busy", "not_provisioned", "no_seat"].includes(error.message));
  }
}

function up() {
  attempt = 0;
  tell("on");
}

function down(error, again = true) {
  line?.close();
  line = null;
  ring(false);
  if (!letGo) return;
  tell("failed", error);
  if (!again) return;
  setTimeout(() => letGo && !line && connect(), BACKOFF_MS[Math.min(attempt, BACKOFF_MS.length - 1)]);
  attempt += 1;
}

function ring(yes) {
  setUi("phoneRings", yes ? "1" : "");
  channel?.postMessage({ rings: yes });
}

function remember(yes) {
  try {
    if (yes) localStorage.setItem(WANTED, "1");
    else localStorage.removeItem(WANTED);
  } catch {
    // It has to be switched on at the next visit.
  }
}

/** The phone comes to this tab, from another one if need be. */
export function takePhone() {
  if (letGo) return;
  remember(true);
  tell("connecting");
  channel?.postMessage({ take: true });
  // Taken, not waited for: the other tab may be frozen.
  let mine;
  const held = () => new Promise((done) => {
    mine = letGo = done;
    connect();
  });
  navigator.locks.request(LOCK, { steal: true }, held).catch(() => letGo === mine && dropPhone(true));
}

/** No phone in this tab any more. */
export function dropPhone(quietly = false) {
  const done = letGo;
  letGo = null;
  line?.close();
  line = null;
  ring(false);
  if (!quietly) {
    remember(false);
    tell("");
  } else setUi("phone", "elsewhere");
  done?.();
}

/** Take the ringing phone off hook, whichever tab has it. */
export function answerPhone() {
  if (line) line.answer();
  else channel?.postMessage({ answer: true });
}

function hear({ data }) {
  if (data.take && letGo) dropPhone(true);
  if (data.answer) line?.answer();
  if (letGo) {
    if (data.ask) channel.postMessage({ state: getUi("phone"), error: getUi("phoneErr") });
    return;
  }
  if (data.rings !== undefined) setUi("phoneRings", data.rings ? "1" : "");
  if (data.state !== undefined && getUi("phone") !== "connecting") {
    setUi("phone", data.state ? "elsewhere" : "");
    setUi("phoneErr", data.error);
  }
}

// ---- microphone test: level and echo

export async function testPhone() {
  if (meter) return stopTest();
  let stream;
  try {
    stream = await microphone();
  } catch (error) {
    return setUi("phoneErr", error.message);
  }
  setUi("phoneErr", "");
  const context = new AudioContext();
  const source = context.createMediaStreamSource(stream);
  const look = context.createAnalyser();
  const echo = context.createDelay(2);
  echo.delayTime.value = 1;
  source.connect(look);
  source.connect(echo).connect(context.destination);
  if (getUi("speaker") && context.setSinkId) context.setSinkId(getUi("speaker")).catch(() => setUi("speaker", ""));
  const data = new Float32Array(look.fftSize);
  const timer = setInterval(() => {
    look.getFloatTimeDomainData(data);
    const loud = Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length);
    const level = Math.max(0, Math.min(1, 1 + Math.log10(loud + 1e-6) / 3));
    document.querySelectorAll("[data-level]").forEach((el) => {
      el.style.transform = `scaleX(${level})`;
      el.dataset.level = level.toFixed(2);
    });
  }, 80);
  meter = () => {
    clearInterval(timer);
    stream.getTracks().forEach((track) => track.stop());
    context.close();
  };
  setUi("phoneTest", "1");
}

function stopTest() {
  meter?.();
  meter = null;
  setUi("phoneTest", "");
  document.querySelectorAll("[data-level]").forEach((el) => (el.style.transform = "scaleX(0)"));
}

let began = false;

function beginIfWanted() {
  if (began || !bar() || bar().dataset.provisioned !== "true") return;
  began = true;
  channel?.postMessage({ ask: true });
  devices(); // what was chosen at an earlier visit is to be seen before the phone is on
  let wanted = null;
  try {
    wanted = localStorage.getItem(WANTED);
  } catch {
    wanted = null;
  }
  // Back where it was after a reload; a tab beside one that has the phone leaves it there.
  if (wanted) navigator.locks?.query().then(({ held }) => !held.some((lock) => lock.name === LOCK) && takePhone());
}

onStart(() => {
  if (channel) channel.onmessage = hear;
  onChange(beginIfWanted);
  onUi((key) => {
    if (!(key in CHOICES)) return;
    noteName(key);
    line?.devices?.();
  });
  navigator.mediaDevices?.addEventListener?.("devicechange", devices);
  document.addEventListener("close", (event) => event.target.id === "phone" && meter && stopTest(), true);
  // With a SIP phone in a browser the click that answers is the browser's: the server only hears of it.
  document.addEventListener("click", (event) => {
    if (!getUi("phoneRings") || !event.target.closest("[data-answer]")) return;
    event.preventDefault();
    event.stopPropagation();
    answerPhone();
  }, true);
});
