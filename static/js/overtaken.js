// Another person or a clock was faster than a reader who was about to decide, or the reader may no
// longer decide. The page says so in place of the bar, and keeps what the reader typed.

import { announce, now } from "./page.js";

/** Changes a newer reading of the item to say that the reader was overtaken, and returns the element to focus. */
export function overtake(next, typed) {
  const bar = next.querySelector("overtaken-bar"), kept = next.querySelector("#kept"), field = document.activeElement?.closest("#comment, #kept-comment");
  if (kept && typed.trim()) {
    const box = kept.querySelector("textarea");
    box.value = typed;
    kept.hidden = false;
    if (field) box.setSelectionRange(field.selectionStart, field.selectionEnd);
  }
  if (!bar) return undefined;
  bar.hidden = false;
  for (const words of bar.querySelectorAll("[data-unsent]")) words.hidden = false;
  next.classList.add("overtaken");
  // Keys that were meant for the comment are added to it and do nothing else.
  return field && typed.trim() ? kept.querySelector("textarea") : bar;
}

/** <overtaken-bar> counts the time since then, and stays when the item is read again. */
class OvertakenBar extends HTMLElement {
  #tick = () => this.#count();

  connectedCallback() {
    document.addEventListener("time:tick", this.#tick);
    this.#count();
    if (this.closest(".overtaken")) announce(this.querySelector("b").textContent);
  }

  disconnectedCallback() {
    document.removeEventListener("time:tick", this.#tick);
  }

  passOn(next) {
    const typed = document.getElementById("kept-comment")?.value ?? "", field = next.querySelector("#comment");
    if (field) field.value = typed; // the reader may decide again
    const focus = overtake(next, typed);
    return document.activeElement?.matches("#kept-comment, overtaken-bar") ? focus : undefined;
  }

  #count() {
    const since = this.querySelector("[data-since]");
    if (!since) return;
    const text = ago(now() - Number(since.dataset.since));
    if (since.textContent !== text) since.textContent = text;
  }
}

const MINUTE = 60_000, HOUR = 60 * MINUTE;

// The server formats ages in the same way.
function ago(ms) {
  if (ms < 1000) return "just now";
  if (ms < MINUTE) return `${Math.floor(ms / 1000)} s ago`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ago`;
  const minutes = Math.floor((ms % HOUR) / MINUTE);
  return `${Math.floor(ms / HOUR)} h${minutes ? ` ${minutes} m` : ""} ago`;
}

customElements.define("overtaken-bar", OvertakenBar);
