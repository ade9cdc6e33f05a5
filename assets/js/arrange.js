// Which seats are seen and in which order. No seat is rendered again for it: one style sheet hides tiles, CSS order places them, and a
// patch that arrives meanwhile meets both. What a seat says of itself is read once and again when it changes, not at every arranging.
import { onChange } from "./clock.js";
import { getUi, onStart, onUi, resetFilters, setUi } from "./store.js";

const STATES = ["alerting", "talking", "hold", "wrap_up", "ready", "not_ready", "busy", "logged_off"];
const BETWEEN_MS = 500; // a burst of patches moves the tiles twice a second, a single one at once
const GROUP = 4000000; // CSS order is a 32-bit number: group, then the key within it
const SINCE_BASE = Math.floor(Date.now() / 1000) - 800000;
const collator = new Intl.Collator("zh-Hans-CN", { numeric: true });
const KEYS = {
  exception: (fact) => fact.rank,
  number: (fact) => fact.num,
  state: (fact) => STATES.indexOf(fact.state) * 100000 + fact.num,
  since: (fact) => Math.max(0, Math.floor(Date.parse(fact.since) / 1000 - SINCE_BASE) || 0),
};
const facts = new Map(); // seat element → what it says of itself, and the order that it has
const stirred = new Set(); // seats that changed since their order was last looked at
let heads = [];
let sheet;
let hiding = "";
let timer = 0;
let arrangedAt = 0;
let arrangedWall;
let counted = "";

const grouping = () => (getUi("group") === "org" || getUi("group") === "state" ? getUi("group") : "");

function hidingSelector() {
  const parts = getUi("q").toLowerCase().split(/\s+/).filter(Boolean).map((word) => `:not([data-search*="${CSS.escape(word)}"])`);
  if (getUi("org")) parts.push(`:not([data-org="${CSS.escape(getUi("org"))}"])`);
  if (getUi("state")) parts.push(`:not([data-state="${CSS.escape(getUi("state"))}"])`);
  if (getUi("only")) parts.push(':not([data-exception="true"])');
  return parts.map((part) => `.seat${part}`).join(",");
}

const closedGroups = () => getUi("closed").split(",").filter((name) => name.startsWith(`${grouping()}:`));

function closedSelector() {
  const of = (name) => `.seats .seat[data-${grouping()}="${CSS.escape(name.slice(name.indexOf(":") + 1))}"]`;
  return closedGroups().map(of).join(",");
}

function hide() {
  sheet ??= document.head.appendChild(document.createElement("style"));
  hiding = hidingSelector();
  const css = [hiding, closedSelector()].filter(Boolean).map((selector) => `${selector}{display:none!important}`).join("");
  if (sheet.textContent !== css) sheet.textContent = css;
}

function note(seat) {
  const get = (name) => seat.getAttribute(`data-${name}`);
  const fact = facts.get(seat) ?? { order: "" };
  fact.org = get("org");
  fact.state = get("state");
  fact.rank = +get("rank");
  fact.num = +get("num");
  fact.name = get("name");
  fact.since = get("since");
  facts.set(seat, fact);
}

function noteAll(wall) {
  heads = [...wall.querySelectorAll(".grp-h")];
  const seats = new Set(wall.querySelectorAll(".seat"));
  for (const seat of facts.keys()) if (!seats.has(seat)) facts.delete(seat);
  stirred.clear();
  for (const seat of seats) stirred.add(seat);
}

function keyOf() {
  if (getUi("sort") !== "name") return KEYS[getUi("sort")] ?? KEYS.exception;
  const sorted = [...facts.values()].sort((a, b) => collator.compare(a.name, b.name));
  const places = new Map(sorted.map((fact, at) => [fact, at]));
  return (fact) => places.get(fact);
}

function groupOf() {
  if (grouping() === "state") return ({ state }) => STATES.indexOf(state);
  if (grouping() === "") return () => 0;
  const places = new Map(heads.filter((head) => head.dataset.org).map((head, at) => [head.dataset.org, at]));
  return ({ org }) => places.get(org) ?? 0;
}

function place(el, fact, order) {
  if (fact.order === order) return;
  fact.order = order;
  el.style.order = order;
}

// A new order waits while somebody points at the wall or stands on it with the keyboard: no tile slips from under a hand.
const busy = (wall) => wall.matches(":hover, :focus-within");

function order(all) {
  const [key, group] = [keyOf(), groupOf()];
  const moved = all || getUi("sort") === "name" ? facts.keys() : stirred;
  for (const seat of moved) {
    const fact = facts.get(seat);
    if (fact) place(seat, fact, group(fact) * GROUP + key(fact));
  }
  stirred.clear();
  if (all) for (const head of heads) head.style.order = group(head.dataset) * GROUP - 1;
}

function count(wall) {
  const seats = hiding ? [...facts.keys()].filter((seat) => !seat.matches(hiding)) : [...facts.keys()];
  const by = grouping() || "org";
  const groups = new Set(seats.map((seat) => facts.get(seat)[by]));
  const found = `${seats.length} ${by} ${[...groups]}`;
  if (found === counted) return;
  counted = found;
  const out = document.querySelector("[data-count=shown]");
  if (out) out.textContent = String(seats.length);
  wall.parentElement.dataset.shown = seats.length ? "some" : "none";
  for (const head of heads) head.toggleAttribute("data-empty", !groups.has(head.dataset[by]));
}

function arrange(asked) {
  timer = 0;
  const wall = document.querySelector(".seats");
  if (!wall) return;
  arrangedAt = performance.now();
  const all = asked || wall !== arrangedWall;
  arrangedWall = wall;
  if (all) {
    noteAll(wall);
    counted = "";
    hide();
  }
  for (const seat of stirred) note(seat);
  count(wall);
  if (asked || !busy(wall)) order(all || asked);
}

const isPart = (node) => node.nodeType === Node.ELEMENT_NODE && (node.matches(".seat, .grp-h, .seats") || node.querySelector(".seat"));

/** Whether seats or headings came or went; notes the seats that only changed. */
function takeIn(records) {
  let rebuilt = false;
  for (const { type, target, addedNodes, removedNodes } of records) {
    if (type === "attributes") facts.has(target) && stirred.add(target);
    else rebuilt ||= [...addedNodes, ...removedNodes].some(isPart);
  }
  return rebuilt;
}

function schedule(records = []) {
  const wall = document.querySelector(".seats");
  // A new wall is put in order before it is seen for the first time.
  if (takeIn(records) || (wall && wall !== arrangedWall)) return arrange(true);
  if (!stirred.size || timer) return;
  timer = setTimeout(() => requestAnimationFrame(() => arrange(false)), Math.max(0, arrangedAt + BETWEEN_MS - performance.now()));
}

/** Let a seat be seen that filters or a closed group hide. */
export function reveal(seat) {
  resetFilters();
  const mine = new Set([`org:${seat.dataset.org}`, `state:${seat.dataset.state}`]);
  setUi("closed", getUi("closed").split(",").filter((name) => !mine.has(name)).join(","));
}

/** Close an open group, open a closed one: `name` is like `org:3` or `state:busy`. */
export function toggleGroup(name) {
  const closed = getUi("closed").split(",").filter(Boolean);
  setUi("closed", (closed.includes(name) ? closed.filter((one) => one !== name) : [...closed, name]).join(","));
}

onStart(() => {
  const asked = new Set(["q", "org", "state", "only", "sort", "group", "view", "closed"]);
  onUi((key) => asked.has(key) && requestAnimationFrame(() => arrange(true)));
  onChange(schedule);
  for (const left of ["pointerout", "focusout"]) {
    document.addEventListener(left, (event) => event.target.closest?.(".seats") && schedule());
  }
  arrange(true);
});
