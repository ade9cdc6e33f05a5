// The drawer takes the focus and gives it back; Escape presses its cross. What was typed is not thrown away unasked:
//   form[data-guard]  has [data-dirty] once something was typed
//   [data-leaves], a  would throw it away: asks by the dialog #ask-discard first, whose [data-discard] goes on
import { useEffect } from "react";
import { onStart } from "./store.js";
import { openDialog } from "./shell.js";

let leaving = null;

export function useDrawer(id, shown) {
  useEffect(() => {
    if (!shown) return undefined;
    const before = document.activeElement;
    document.getElementById(id)?.focus();
    return () => before?.isConnected && before.focus();
  }, [id, shown]);
}

/** After a refusal: to the first field that is wrong. */
export function useFirstFault(faults) {
  useEffect(() => {
    const first = document.querySelector('[aria-invalid="true"]');
    const field = first?.matches("fieldset") ? first.querySelector("input") : first;
    field?.focus();
    field?.scrollIntoView({ block: "center" });
  }, [faults]);
}

const dirty = () => document.querySelector("form[data-guard][data-dirty]");

function onClick(event) {
  const discard = event.target.closest("[data-discard]");
  if (discard) {
    dirty()?.removeAttribute("data-dirty");
    discard.closest("dialog").close();
    leaving?.click();
    return;
  }
  const leaver = event.target.closest("[data-leaves], a[href]:not([target], [download])");
  if (!leaver || !dirty()) return;
  event.preventDefault();
  event.stopPropagation();
  leaving = leaver;
  openDialog("ask-discard");
}

function onKey(event) {
  if (event.key !== "Escape" || document.querySelector("dialog[open], .menu[data-shown]")) return;
  const cross = [...document.querySelectorAll("[data-escape]")].at(-1);
  if (!cross) return;
  event.preventDefault(); // or the same key would close the question that this may open
  cross.click();
}

onStart(() => {
  document.addEventListener("click", onClick, true);
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("input", ({ target }) => target.closest("form[data-guard]")?.setAttribute("data-dirty", ""));
  addEventListener("beforeunload", (event) => dirty() && event.preventDefault());
});
