// Amounts that add up while they are typed, in fen, so that nothing is ever rounded.
//   form[data-sums]   its fields item (with a datalist whose options have data-price in fen), quantity, subsidy
//   [data-sum=…]      price, amount, subsidy, self_paid: written here, React leaves them empty
import { onChange } from "./clock.js";
import { onStart } from "./store.js";

const yuan = (fen) => `¥ ${(fen / 100).toLocaleString("en", { minimumFractionDigits: 2 })}`;

const halfWidth = (text) => text.normalize("NFKC").trim();

/** Yuan with up to two decimals as fen; NaN for anything else, 0 for nothing. */
export function fenOf(text) {
  const found = /^(\d{1,7})(?:\.(\d{1,2}))?$/.exec(halfWidth(text).replace(/^¥\s*/, "") || "0");
  return found ? Number(found[1]) * 100 + Number((found[2] ?? "").padEnd(2, "0")) : NaN;
}

/** The price of the item that `text` means: by its name, else the only one that holds it. */
function priceOf(form, text) {
  const options = [...form.querySelectorAll("datalist option")];
  const wanted = text.trim();
  const exact = options.filter((option) => option.value === wanted);
  const found = exact.length ? exact : options.filter((option) => wanted && option.value.includes(wanted));
  return found.length === 1 ? Number(found[0].dataset.price) : NaN;
}

function sums(form) {
  // by name: `elements.item` is a method of the collection
  const [item, quantity, subsidy] = ["item", "quantity", "subsidy"].map((name) => form.elements.namedItem(name));
  const price = priceOf(form, item.value);
  const typed = halfWidth(quantity.value) || "1";
  const count = /^\d{1,4}$/.test(typed) ? Number(typed) : NaN;
  const amount = count >= 1 ? price * count : NaN;
  const given = fenOf(subsidy.value);
  return { price, amount, subsidy: given, self_paid: amount - given };
}

function write() {
  for (const form of document.querySelectorAll("form[data-sums]")) {
    for (const [name, fen] of Object.entries(sums(form))) {
      const place = form.querySelector(`[data-sum="${name}"]`);
      const next = Number.isNaN(fen) || fen < 0 ? "—" : yuan(fen);
      if (place && place.textContent !== next) place.textContent = next;
    }
  }
}

// Arrow keys lead from the field that looks for somebody into what was found, and Enter takes the first.
function move(event) {
  const field = event.target.closest?.("[data-seek-elder], [data-found] button");
  if (!field || !["ArrowDown", "ArrowUp", "Enter"].includes(event.key)) return;
  const seek = field.matches("[data-seek-elder]");
  if (event.key === "Enter" && !seek) return;
  const offered = [...document.querySelectorAll("[data-found] button")];
  event.preventDefault();
  if (event.key === "Enter") return void offered[0]?.click();
  const at = offered.indexOf(field) + (event.key === "ArrowDown" ? 1 : -1);
  (offered[at] ?? document.querySelector("[data-seek-elder]"))?.focus();
}

onStart(() => {
  onChange(write);
  write();
  document.addEventListener("input", ({ target }) => target.closest?.("form[data-sums]") && write());
  document.addEventListener("keydown", move);
});
