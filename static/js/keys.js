// The keyboard. Single letters are off inside fields, with modifiers, while a dialog is open, and when the reader switched
// them off (WCAG 2.1.4).

const places = { a: "/", i: "/?scope=mine", n: "/?scope=attention", h: "/?scope=history" };
const SEQUENCE = 1200; // for the second letter of a sequence

const panel = document.getElementById("keys");
const toggle = panel?.querySelector("[data-keys-switch]");
if (toggle) {
  toggle.checked = localStorage.getItem("keys") !== "off";
  toggle.addEventListener("change", () => localStorage.setItem("keys", toggle.checked ? "on" : "off"));
}

let goUntil = 0;

/** Does what a key stands for. */
export function press(event) {
  const field = event.target.closest?.("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
  const bar = document.querySelector("decision-bar");
  if (event.key === "Escape") return escape(field, bar);
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return bar?.send?.();
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (field || panel?.open || event.defaultPrevented) return;
  if (event.key === "Enter") return event.target === document.body || event.target.matches?.("h1") ? click("Enter") : undefined;
  if (localStorage.getItem("keys") === "off" || event.repeat) return;
  letter(event.key.toLowerCase(), event, bar);
}

function letter(key, event, bar) {
  if ("/?r".includes(key)) event.preventDefault(); // else the field gets the letter that led to it
  if (Date.now() < goUntil) {
    goUntil = 0;
    if (places[key]) location.assign(places[key]);
    return;
  }
  switch (key) {
    case "g": goUntil = Date.now() + SEQUENCE; break;
    case "j": step(1); break;
    case "k": step(-1); break;
    case "o": openPage(event); break;
    case "u": click("u"); break;
    case "a":
    case "r": bar?.press?.(key); break;
    case "p": switchPayload(); break;
    case "?": panel?.showModal(); break;
    case "/": document.querySelector("input[type=search]")?.focus(); break;
  }
}

function escape(field, bar) {
  if (bar?.disarm?.()) return;
  field?.blur();
}

function click(key) {
  document.querySelector(`[data-key="${key}"]`)?.click();
}

// The next row from the focused one, or from the one that is open.
function step(by) {
  const rows = [...document.querySelectorAll("a.row, .tbl a.ttl")];
  const here = rows.findIndex((row) => row === document.activeElement);
  const from = here >= 0 ? here : rows.findIndex((row) => row.getAttribute("aria-current") === "true");
  const to = from < 0 ? 0 : Math.min(Math.max(from + by, 0), rows.length - 1);
  rows[to]?.focus();
  rows[to]?.scrollIntoView({ block: "nearest" });
}

function openPage(event) {
  const row = event.target.closest?.("a.row, .tbl a.ttl");
  if (row) location.assign(row.href);
  else click("o");
}

function switchPayload() {
  const other = document.querySelector("[name=payload-as]:not(:checked)");
  if (!other) return;
  other.checked = true;
  document.getElementById("payload").scrollIntoView({ block: "nearest" });
}
