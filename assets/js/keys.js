// The desk's keyboard.
//   aria-keyshortcuts   on buttons and fields: the key that presses or enters them
import { openDialog } from "./shell.js";
import { onStart } from "./store.js";

// A hand is faster than the line: a button that waits for the command before is pressed once it is free,
// if it still says what it said, for the same call.
const KEEP_MS = 1500;
let kept = null;

const bar = () => document.querySelector('[data-testid="call-toolbar"]');
const controls = (key) => [...document.querySelectorAll(`[aria-keyshortcuts="${key}"]`)].filter((el) => el.checkVisibility?.() ?? true);
const typing = (el) => el.closest?.("input, textarea, select, [contenteditable]");

function keyOf(event) {
  if (event.ctrlKey || event.metaKey) return "";
  if (/^F\d+$/.test(event.key)) return event.altKey ? "" : event.key;
  if (event.altKey && /^(Key[A-Z]|Digit\d)$/.test(event.code)) return `Alt+${event.code.slice(-1)}`;
  return "";
}

function keep(key, button) {
  if (button.nodeName !== "BUTTON") return;
  if (!kept) requestAnimationFrame(pressKept);
  kept = { key, says: button.textContent, call: bar().dataset.call, until: performance.now() + KEEP_MS };
}

function pressKept() {
  if (!kept) return;
  if (performance.now() > kept.until || bar()?.dataset.call !== kept.call) {
    kept = null;
    return;
  }
  const button = controls(kept.key).find((el) => !el.disabled && el.textContent === kept.says);
  if (!button) {
    requestAnimationFrame(pressKept);
    return;
  }
  kept = null;
  button.click();
}

function onKey(event) {
  if (event.key === "?" && !typing(event.target) && bar()) {
    event.preventDefault();
    return openDialog("keys");
  }
  const key = keyOf(event);
  if (!key || !bar()) return;
  const targets = controls(key);
  if (!targets.length) return;
  event.preventDefault();
  if (event.repeat) return;
  const target = targets.find((el) => !el.disabled);
  if (!target) return keep(key, targets[0]);
  if (kept?.key === key) kept = null;
  if (target.nodeName === "BUTTON") target.click();
  else target.focus();
}

onStart(() => document.addEventListener("keydown", onKey));
