// Lists: the query form and the address say the same, and the table is used by keys as well.
//   form[data-query]        its fields become the address's parameters; it is filled in from there
//   form[data-jump]         the number of a page, into the address
//   [data-fault]            a field, and what is said when it holds what it can't
//   [data-reset]            the address without parameters
//   tr[data-row]            arrows move, Enter or a click opens (its [data-primary])
import { useEffect } from "react";
import { useLocation, useNavigate } from "react-router";
import { onStart } from "./store.js";

let navigate = (to) => location.assign(to);

/** To another query of this page. */
export const goTo = (to) => navigate(to);

/** The address's parameters with some changed; "" takes one away. Unless it is told, the page becomes the first one. */
export function address(search, changes) {
  const query = new URLSearchParams(search);
  for (const [name, value] of Object.entries({ page: "", ...changes })) {
    if (value === "" || (name === "page" && String(value) === "1")) query.delete(name);
    else query.set(name, value);
  }
  return `?${query}`;
}

/** Whether two queries of an address ask the same. */
export const sameQuery = (a, b) => String(new URLSearchParams(a)) === String(new URLSearchParams(b));

/** The page numbers to offer: the first, the last and those around the present one; 0 is a gap. */
export function pageNumbers(now, last) {
  const wanted = [1, now - 2, now - 1, now, now + 1, now + 2, last].filter((at) => at >= 1 && at <= last);
  const pages = [...new Set(wanted)].sort((a, b) => a - b);
  return pages.flatMap((at, place) => (place && at - pages[place - 1] > 1 ? [-at, at] : [at]));
}

export const useSearch = () => useLocation().search;

function fill(form, search) {
  const query = new URLSearchParams(search);
  let hidden = false;
  for (const field of form.elements) {
    if (!field.name) continue;
    field.setCustomValidity("");
    const value = query.get(field.name) ?? "";
    if (field.type === "checkbox") field.checked = value !== "";
    else field.value = value;
    if (field.nodeName === "SELECT" && field.selectedIndex < 0) field.value = "";
    hidden ||= value !== "" && !!field.closest("[data-more]");
  }
  if (hidden) form.dataset.open = "";
}

/** Fills the form in from the address, again when its choices have come (`count`). */
export function useQueryForm(id, count) {
  const go = useNavigate();
  const { search } = useLocation();
  useEffect(() => {
    navigate = go;
    const form = document.getElementById(id);
    if (form) fill(form, search);
  }, [go, id, search, count]);
}

function asked(form) {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (String(value).trim()) query.set(name, String(value).trim());
  const kept = new URLSearchParams(location.search);
  for (const name of ["size", "order", ...form.dataset.query.split(" ").filter(Boolean)]) if (kept.get(name)) query.set(name, kept.get(name));
  return `?${query}`;
}

// What a field can't be is told by the browser at the field, in the page's words.
function onInvalid({ target }) {
  if (target.dataset.fault) target.setCustomValidity(target.dataset.fault);
}

function onInput({ target }) {
  if (target.dataset?.fault) target.setCustomValidity("");
}

function onSubmit(event) {
  const form = event.target;
  if (form.matches("[data-query]")) navigate(asked(form));
  else if (form.matches("[data-jump]")) {
    const page = Number.parseInt(form.elements.page.value, 10);
    if (page >= 1) navigate(address(location.search, { page }));
  } else return;
  event.preventDefault();
}

const primary = (row) => row.querySelector("[data-primary]");

function onClick({ target }) {
  if (target.closest("[data-reset]")) return navigate("?");
  const more = target.closest("[data-more-of]");
  if (more) return document.getElementById(more.dataset.moreOf).toggleAttribute("data-open");
  if (target.closest("a, button, input, select, label") || String(getSelection())) return;
  const row = target.closest("tr[data-row]");
  if (row) primary(row)?.click();
}

function moveIn(row, key) {
  const rows = [...row.parentNode.querySelectorAll("tr[data-row]")];
  const at = rows.indexOf(row);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[key];
  if (to === undefined) return false;
  rows[Math.max(0, Math.min(to, rows.length - 1))].focus();
  return true;
}

function onKey(event) {
  const { target, key } = event;
  if (key === "/" && !event.ctrlKey && !event.metaKey && !target.closest("input, textarea, select, [role=dialog], dialog")) {
    const field = document.querySelector("form[data-query] input");
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select();
  }
  if (!target.matches?.("tr[data-row]")) return;
  if (key === "Enter") primary(target)?.click();
  else if (key === "PageDown" || key === "PageUp") document.querySelector(key === "PageDown" ? "[data-next]" : "[data-previous]")?.click();
  else if (!moveIn(target, key)) return;
  event.preventDefault();
}

// One row at a time is a stop for the Tab key.
function onFocus({ target }) {
  if (!target.matches?.("tr[data-row]")) return;
  for (const row of target.parentNode.querySelectorAll('tr[tabindex="0"]')) row.tabIndex = -1;
  target.tabIndex = 0;
}

onStart(() => {
  document.addEventListener("submit", onSubmit, true);
  document.addEventListener("invalid", onInvalid, true);
  document.addEventListener("input", onInput, true);
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  document.addEventListener("focusin", onFocus);
});
