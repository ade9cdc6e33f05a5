// The call form: filled from the server once, saved at every pause in typing, when the page is left, and again when the line
// is back. What is not saved yet also lies in the tab's own storage, so that a reload without a server loses nothing.
//   [data-call-form=call]   the form; fields note, category, valid
//   [data-order-form]       the order: its sum is told while it is typed
import { onChange, timeOfDay } from "./clock.js";
import { onStart, onUi, setUi } from "./store.js";

const PAUSE_MS = 700;
const RETRY_MS = 3000;
const LONGEST = 2000;
const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("xktcc-call-form");
let form = null; // the element on this page
let call = "";
let version = 0; // 0: not read yet
let timer = 0;
let sending = false;
let dirty = false;

const stored = () => `xktcc_form_${call}`;
const address = () => `/api/calls/${encodeURIComponent(call)}/form`;
const values = () => ({
  note: form.elements.note.value,
  category: form.elements.category.value,
  valid: { "": null, 1: true, 0: false }[form.elements.valid.value],
});
const tell = (state) => setUi("noteState", state);

function fill({ note, category, valid }) {
  form.elements.note.value = note;
  form.elements.category.value = category;
  form.elements.valid.value = valid === null ? "" : valid ? "1" : "0";
}

function keepHere() {
  try {
    sessionStorage.setItem(stored(), JSON.stringify(values()));
  } catch {
    // Storage is forbidden or full: the field itself still has it.
  }
}

function takeHere() {
  try {
    return JSON.parse(sessionStorage.getItem(stored()));
  } catch {
    return null;
  }
}

function dropHere() {
  try {
    sessionStorage.removeItem(stored());
  } catch {
    // See keepHere.
  }
}

function later(ms) {
  clearTimeout(timer);
  timer = setTimeout(save, ms);
}

async function read() {
  const wanted = call;
  try {
    const answer = await fetch(address());
    if (wanted !== call) return;
    if (!answer.ok) return answer.status === 404 ? undefined : void setTimeout(read, RETRY_MS);
    const found = await answer.json();
    version = found.version;
    const mine = takeHere();
    if (mine) {
      fill(mine);
      changed();
    } else if (!dirty) fill(found);
    else later(0);
  } catch {
    setTimeout(() => wanted === call && read(), RETRY_MS);
  }
}

async function save({ leaving = false } = {}) {
  clearTimeout(timer);
  if (!form || !dirty || sending || !version) return;
  const sent = values();
  if ([...sent.note].length > LONGEST) return tell("too_long");
  const wanted = call;
  sending = true;
  dirty = false;
  if (!leaving) tell("saving");
  let answer;
  try {
    answer = await fetch(address(), {
      method: "PUT", keepalive: leaving, headers: { "Content-Type": "application/json" }, body: JSON.stringify({ ...sent, version }),
    });
  } catch {
    answer = null;
  }
  sending = false;
  if (wanted !== call) return;
  if (!answer || answer.status >= 500) return failed(answer ? "failed" : "waiting");
  const told = await answer.json().catch(() => ({}));
  if (answer.status === 409) {
    dirty = true;
    version = -told.version; // waits for the agent's word
    return tell("conflict");
  }
  if (!answer.ok) {
    dirty = true;
    return tell(told.code === "fields" ? "too_long" : "failed");
  }
  version = told.version;
  channel?.postMessage({ call, version, ...sent });
  if (dirty) return later(PAUSE_MS);
  dropHere();
  setUi("noteAt", timeOfDay(Date.now(), true));
  tell("saved");
}

function failed(state) {
  dirty = true;
  tell(state);
  later(RETRY_MS);
}

function changed() {
  dirty = true;
  keepHere();
  if (version < 0) return;
  later(PAUSE_MS);
}

/** The agent's own words go over those written elsewhere meanwhile. */
export function keepMine() {
  if (version < 0) version = -version;
  dirty = true;
  save();
}

// Another tab of this agent saved: its words are these, unless something else is being typed here.
function hear({ data }) {
  if (!form || data.call !== call) return;
  if (Math.abs(version) < data.version) version = data.version;
  if (!dirty && document.activeElement !== form.elements.note) fill(data);
}

function adopt() {
  const found = document.querySelector("[data-call-form]");
  if (found === form && (!found || found.dataset.callForm === call)) return;
  if (dirty) save({ leaving: true });
  form = found;
  const before = call;
  call = found?.dataset.callForm ?? "";
  clearTimeout(timer);
  if (!call) return tell("");
  if (before !== call) tell("");
  version = 0;
  dirty = false;
  form.addEventListener("input", changed);
  read();
}

const yuan = (fen) => (fen / 100).toFixed(2);
const toFen = (text) => (/^\d{1,7}(\.\d{1,2})?$/.test(text) ? Math.round(parseFloat(text) * 100) : text ? NaN : 0);

function sum() {
  for (const order of document.querySelectorAll("[data-order-form]")) {
    const line = order.querySelector("[data-order-sum]");
    const typed = order.elements.namedItem("item").value.trim();
    const item = [...order.querySelectorAll("datalist option")].find((option) => option.value === typed);
    const total = item ? item.dataset.price * order.elements.quantity.value : NaN;
    const subsidy = toFen(order.elements.subsidy.value.trim());
    const words = line.dataset.orderSum.replace("%1", yuan(total)).replace("%2", yuan(total - subsidy));
    const next = Number.isFinite(total) && subsidy <= total ? words : "";
    if (line.textContent !== next) line.textContent = next;
  }
}

onStart(() => {
  onChange(adopt);
  onChange(sum);
  adopt();
  document.addEventListener("input", (event) => event.target.closest?.("[data-order-form]") && sum());
  onUi((key) => key === "online" && dirty && later(0));
  if (channel) channel.onmessage = hear;
  addEventListener("pagehide", () => save({ leaving: true }));
});
