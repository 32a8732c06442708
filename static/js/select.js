// Selecting rows of a list: by their boxes, and by keys. The boxes belong to a form, which works
// without this.

import { announce } from "./page.js";

const boxes = () => [...document.querySelectorAll("[data-pick]")];
const picked = () => boxes().filter((box) => box.checked);
const boxOf = (row) => row?.closest("[data-row]")?.querySelector("[data-pick]");

// What is not selected and of a kind with something that is.
function others() {
  const kinds = new Set(picked().map((box) => box.dataset.kind));
  return boxes().filter((box) => !box.checked && kinds.has(box.dataset.kind));
}

/** Counts what is selected, in the bar below the list, and offers what is of its kind. */
export function count(tell = true) {
  const n = picked().length, of = boxes().length, more = others().length;
  for (const offer of document.querySelectorAll("[data-pick-kind]")) {
    offer.hidden = !more;
    offer.querySelector("span").textContent = more;
  }
  for (const place of document.querySelectorAll("[data-picked]")) place.textContent = `${n} of ${of}`;
  if (tell) announce(n ? `${n} selected` : "Nothing selected");
}

function pick(box, on) {
  if (!box || box.checked === on) return;
  box.checked = on;
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Selects a row, or takes it out again. */
export function toggle(row) {
  const box = boxOf(row);
  pick(box, !box?.checked);
}

/** Selects one row after another. */
export function extend(...rows) {
  for (const row of rows) pick(boxOf(row), true);
}

/** Selects a row and everything of its kind. */
export function pickKind(row) {
  const box = boxOf(row);
  if (box) box.checked = true;
  for (const other of others()) other.checked = true;
  count();
}

/** Takes everything out. */
export function clear() {
  for (const box of picked()) box.checked = false;
  count();
}

/** Goes on with what is selected, for or against it. */
export function go(stance) {
  document.querySelector(`#batch [value="${stance}"]`)?.click();
}

document.addEventListener("click", ({ target }) => target.closest("[data-pick-kind]") && pickKind());
document.addEventListener("reset", ({ target }) => target.id === "batch" && setTimeout(count));
