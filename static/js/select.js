// Selecting rows of a list: by their boxes, and by keys. The boxes belong to a form, which works
// without this.

import { announce } from "./page.js";

const boxes = () => [...document.querySelectorAll("[data-pick]")];
const picked = () => boxes().filter((box) => box.checked);
const boxOf = (row) => row?.closest("[data-row]")?.querySelector("[data-pick]");

/** Counts what is selected, in the bar below the list. */
export function count(tell = true) {
  const n = picked().length, of = boxes().length;
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

/** Takes everything out. */
export function clear() {
  for (const box of picked()) box.checked = false;
  count();
}

/** Goes on with what is selected, for or against it. */
export function go(stance) {
  document.querySelector(`#batch [value="${stance}"]`)?.click();
}

document.addEventListener("reset", ({ target }) => target.id === "batch" && setTimeout(count));
