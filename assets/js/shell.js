// Menus, dialogs, the password's eye and the log-in countdown: behaviour that plain elements lack.
//   [aria-haspopup=menu][aria-controls=id]  opens the menu with that id
//   [data-open=id] / [data-close]           opens / closes a <dialog>
import { onChange } from "./clock.js";
import { onStart } from "./store.js";

const items = (menu) => [...menu.querySelectorAll('[role^="menuitem"]:not([disabled])')];

function closeMenus(except) {
  for (const button of document.querySelectorAll('[aria-haspopup="menu"][aria-expanded="true"]')) {
    if (button === except) continue;
    button.setAttribute("aria-expanded", "false");
    document.getElementById(button.getAttribute("aria-controls"))?.removeAttribute("data-shown");
  }
}

function toggleMenu(button) {
  const menu = document.getElementById(button.getAttribute("aria-controls"));
  const opening = button.getAttribute("aria-expanded") !== "true";
  closeMenus(button);
  button.setAttribute("aria-expanded", String(opening));
  menu.toggleAttribute("data-shown", opening);
  if (!opening) return;
  const over = menu.getBoundingClientRect().right - innerWidth + 8;
  menu.style.translate = over > 0 ? `${-over}px 0` : "";
  items(menu)[0]?.focus();
}

function moveInMenu(event, menu) {
  const list = items(menu);
  const at = list.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: list.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  list.at(to % list.length)?.focus();
}

export function openDialog(id) {
  const dialog = document.getElementById(id);
  if (dialog && !dialog.open) dialog.showModal();
}

function showPassword(button) {
  const input = document.getElementById(button.dataset.eye);
  const shown = input.type === "password";
  input.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
}

function onClick(event) {
  const target = event.target;
  const opener = target.closest('[aria-haspopup="menu"]');
  if (opener) return toggleMenu(opener);
  closeMenus();
  const open = target.closest("[data-open]");
  if (open) return openDialog(open.dataset.open);
  const eye = target.closest("[data-eye]");
  if (eye) return showPassword(eye);
  // A click on a dialog itself is a click on its backdrop: its content fills it.
  if (target.closest("[data-close]") || target.nodeName === "DIALOG") target.closest("dialog")?.close();
}

function onKey(event) {
  const menu = event.target.closest?.('[role="menu"]');
  if (menu && event.key === "Tab") closeMenus();
  else if (menu && event.key !== "Escape") moveInMenu(event, menu);
  if (event.key !== "Escape") return;
  const button = document.querySelector('[aria-haspopup="menu"][aria-expanded="true"]');
  closeMenus();
  if (menu) button?.focus();
}

// [data-focus=id]: when it appears, the field with that id is the next to fill in.
// [data-wait-s]: seconds that must pass before another attempt; the submit button waits as long.
function countDown(el) {
  const button = document.getElementById("submit");
  let left = +el.dataset.waitS;
  // The wait is that account's own: whoever types another one may try at once.
  document.getElementById("account")?.addEventListener("input", () => {
    left = 0;
  });
  const step = () => {
    el.textContent = String(Math.max(0, left));
    if (button) button.disabled = left > 0;
    if (left > 0) setTimeout(step, 1000);
    left -= 1;
  };
  if (left > 0) step();
}

// [data-same-as=id]: what is typed twice must agree before it is sent; [data-differs] says that it does not.
function checkTwice({ target }) {
  const again = target.form?.querySelector("[data-same-as]");
  const first = again && document.getElementById(again.dataset.sameAs);
  if (target === again || target === first) again.setCustomValidity(again.value === first.value ? "" : again.dataset.differs);
}

onStart(() => {
  document.addEventListener("input", checkTwice);
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  const seen = new WeakSet();
  if (!document.querySelector(".entry")) return;
  onChange(() => {
    for (const el of document.querySelectorAll("[data-wait-s], [data-focus]")) {
      if (seen.has(el)) continue;
      seen.add(el);
      if (el.dataset.focus) document.getElementById(el.dataset.focus)?.focus();
      else countDown(el);
    }
  });
});
