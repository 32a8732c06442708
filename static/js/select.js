// Selecting rows of a list: by their boxes, and by keys. The boxes belong to a form, which works
// without this.

import { announce } from "./page.js";

const boxes = () => [...document.querySelectorAll("[data-pick]")];
const picked = () => boxes().filter((box) => box.checked);
const boxOf = (row) => row?.closest("[data-row]")?.querySelector("[data-pick]");

// A row that stands for others has one box for all of them, and may show theirs below it.
const folds = () => boxes().filter((box) => box.dataset.many);
const members = (fold) => boxes().filter((box) => box.dataset.in === fold.value);
const whole = (fold) => members(fold).length === Number(fold.dataset.many);

// What is not selected and of a kind with something that is.
function others() {
  const kinds = new Set(picked().map((box) => box.dataset.kind));
  return boxes().filter((box) => box.dataset.kind && !box.checked && kinds.has(box.dataset.kind));
}

// How many requests some boxes stand for: each counts once, in the box of its row or in its own.
function requests(some) {
  return some.reduce((n, box) => {
    if (box.dataset.many) return n + Number(box.dataset.many);
    return n + (some.some((fold) => fold.dataset.many && fold.value === box.dataset.in) ? 0 : 1);
  }, 0);
}

// A box of several and those of each follow one another.
function follow(box) {
  if (box.dataset.many) {
    for (const member of members(box)) member.checked = box.checked;
    box.indeterminate = false;
    return;
  }
  const fold = folds().find(({ value }) => value === box.dataset.in);
  if (!fold) return;
  const all = members(fold), on = all.filter(({ checked }) => checked).length;
  fold.checked = on === all.length && whole(fold);
  fold.indeterminate = on > 0 && !fold.checked;
}

/** Counts what is selected, in the bar below the list, and offers what is of its kind. */
export function count(tell = true, box = undefined) {
  if (box) follow(box);
  const n = requests(picked()), of = requests(boxes()), more = others().length;
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
  for (const box of boxes()) box.checked = box.indeterminate = false;
  count();
}

/** Selects what a row stands for and goes on with it, for or against it. */
export function goWith(row, stance) {
  pick(boxOf(row), true);
  go(stance);
}

/** Goes on with what is selected, for or against it. */
export function go(stance) {
  if (picked().length) document.querySelector(`#batch [value="${stance}"]`)?.click();
}

document.addEventListener("click", ({ target }) => target.closest("[data-pick-kind]") && pickKind());
document.addEventListener("reset", ({ target }) => target.id === "batch" && setTimeout(clear));
