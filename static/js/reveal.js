// Puts a masked value in the place of its mask when the reader asks for it. The value is only in the
// answer to that one request, and on this page until the reader leaves it.

import { announce } from "./page.js";
import { post, readSoon, wordsOf } from "./live.js";

const masks = new Map(); // the masked row of each revealed one

/** Reveals the value in a button's row, or in its field of a form. */
export async function reveal(button) {
  if (button.ariaDisabled === "true") return;
  button.ariaDisabled = "true";
  const response = await post(button.dataset.reveal, { at: button.value }).catch(() => undefined);
  const text = await response?.text().catch(() => undefined);
  button.ariaDisabled = null;
  const row = response?.ok && text ? new DOMParser().parseFromString(text, "text/html").querySelector("li:has([data-revealed]), .masked-value[data-revealed]") : undefined;
  if (!row) return refuse(button, response, text);
  const masked = button.closest(".masked-value, li");
  masks.set(row, masked);
  masked.replaceWith(row);
  row.querySelector(".v, .inp").focus();
  announce("Revealed. That is on record.");
}

// Says in the row why nothing is revealed.
function refuse(button, response, text) {
  if (response?.status === 401 || response?.status === 409) readSoon(); // the page will say so
  const says = wordsOf(response, text) ?? "The server does not answer. Try again in a moment.";
  const note = button.parentElement.querySelector(".err") ?? button.parentElement.appendChild(document.createElement("span"));
  note.className = "err";
  note.role = "alert";
  note.textContent = `Not revealed. ${says}`;
}

// A browser may keep a page that is left, and show it again.
addEventListener("pagehide", () => {
  for (const [row, masked] of masks) row.replaceWith(masked);
  masks.clear();
});
