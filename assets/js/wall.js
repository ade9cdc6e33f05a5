// Hands at the wall: keyboard, clicks, touch, and the way from an alert to its seat.
import { reveal } from "./arrange.js";
import { listen } from "./listen.js";
import { openDialog } from "./shell.js";
import { onStart, setUi } from "./store.js";

const SEAT = ".seat";

const visibleSeats = () => [...document.querySelectorAll(`.seats ${SEAT}`)].filter((seat) => seat.checkVisibility());
const centre = (box) => box.left + box.width / 2;

// The nearest tile in the arrow's direction as it is on the screen: the order there is not the order of the markup.
function neighbour(seat, key) {
  const here = seat.getBoundingClientRect();
  const boxes = visibleSeats().filter((other) => other !== seat).map((other) => [other, other.getBoundingClientRect()]);
  const sameRow = (box) => Math.abs(box.top - here.top) < here.height / 2;
  const ahead = {
    ArrowLeft: (box) => sameRow(box) && box.left < here.left && here.left - box.left,
    ArrowRight: (box) => sameRow(box) && box.left > here.left && box.left - here.left,
    ArrowUp: (box) => box.bottom <= here.top + 1 && (here.top - box.bottom) * 1e4 + Math.abs(centre(box) - centre(here)),
    ArrowDown: (box) => box.top >= here.bottom - 1 && (box.top - here.bottom) * 1e4 + Math.abs(centre(box) - centre(here)),
  }[key];
  let best;
  for (const [other, box] of boxes) {
    const far = ahead(box);
    if (far !== false && (best === undefined || far < best[1])) best = [other, far];
  }
  return best?.[0];
}

function onKey(event) {
  const seat = event.target.closest?.(`.seats ${SEAT}`);
  if (!seat) return;
  const actions = [...seat.querySelectorAll("[data-act]")].filter((action) => action.checkVisibility());
  const at = actions.indexOf(event.target);
  if (event.target === seat && event.key === "Enter") actions[0]?.focus();
  else if (at >= 0 && event.key === "Escape") seat.focus();
  else if (at >= 0 && event.key === "ArrowRight") actions[(at + 1) % actions.length].focus();
  else if (at >= 0 && event.key === "ArrowLeft") actions.at(at - 1).focus();
  else if (event.target === seat && event.key.startsWith("Arrow")) neighbour(seat, event.key)?.focus();
  else return;
  event.preventDefault();
}

const LISTENING = ["listen", "whisper", "barge"];

/** A click on a seat's action: ending a call asks first, the rest is done at once. */
export function act(event, force) {
  const button = event.target.closest("[data-act]");
  if (!button || button.disabled) return;
  const { act: action, for: seat } = button.dataset;
  // What has been done is no longer offered: whoever came by keyboard stays at the tile.
  button.closest(SEAT)?.focus();
  if (LISTENING.includes(action)) return listen(seat, action);
  if (action !== "clear") return force(seat, action);
  setUi("askSeat", seat);
  setUi("askAction", action);
  setTimeout(() => openDialog("ask"));
}

function onClick(event) {
  const alert = event.target.closest("[data-goto]");
  if (alert) return goTo(alert.dataset.goto);
  const seat = event.target.closest(`.seats ${SEAT}`);
  if (!seat || !matchMedia("(hover: none)").matches || event.target.closest("[data-act]")) return;
  setUi("sheet", seat.dataset.seat);
  setTimeout(() => openDialog("sheet"));
}

function goTo(id) {
  if (!id) return;
  const seat = () => document.querySelector(`.seats [data-seat="${CSS.escape(id)}"]`);
  if (!seat()) return;
  if (!seat().checkVisibility()) reveal(seat());
  requestAnimationFrame(() => requestAnimationFrame(() => {
    seat()?.scrollIntoView({ block: "center" });
    seat()?.focus();
  }));
}

onStart(() => {
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick);
});
