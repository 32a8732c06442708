// Everything that a signed-in reader can do on a page, with the pointer or with keys. Modules that
// are rarely needed at first are loaded on demand.

import { announce, local, session } from "./page.js";
import { fetchPage, show } from "./live.js";

const wide = matchMedia("(min-width: 901px)");

/** Loads review leases, the decision bar and drafts when a callback is open. */
function loadReview() {
  if (document.querySelector("review-lease")) import("./lease.js");
  if (document.querySelector("decision-bar")) import("./bar.js");
  if (document.querySelector("answer-boxes")) import("./answer.js");
  if (document.querySelector("answer-form")) import("./form.js");
  if (document.querySelector("kept-draft") || local.getItem("drafts")) import("./drafts.js");
  watchBar();
}

// The height of the bottom bar depends on its text. With this size, the browser scrolls a focused
// element clear of the bar.
const barSize = new ResizeObserver(([{ target }]) => {
  document.documentElement.style.setProperty("--bar", `${target.isConnected ? target.offsetHeight : 0}px`);
});

function watchBar() {
  barSize.disconnect();
  const bar = document.querySelector(".page .decide");
  if (bar) barSize.observe(bar);
}

loadReview();
document.addEventListener("item:shown", loadReview);
if (document.getElementById("notices")) import("./notices.js");
if (document.getElementById("signals")) import("./choices.js");

// Hidden tabs, and readers who asked for it, are told of what is at risk. Without a role there is nothing to tell.
function tellOfRisk() {
  const wanted = document.hidden || local.getItem("sound") === "on" || local.getItem("notify") === "on";
  if (wanted && document.getElementById("freshness")) import("./signals.js");
}
document.addEventListener("visibilitychange", tellOfRisk);
tellOfRisk();

// Browsers do not scroll to an element that is partly in sight. An element in something that lies
// over the page is in sight anyway. A date field has the focus in one of its parts, so it does not
// match :focus-visible.
document.addEventListener("focusin", ({ target }) => {
  if (!target.matches(":focus-visible, [type=date]") || target.closest(".decide, .topbar, .strip, .rail, .phone-top, .phone-tabs, dialog")) return;
  target.scrollIntoView({ block: "nearest", inline: "nearest" });
});

// Closes the open menus but one, and reports whether there were any. A focus inside moves to the menu's name.
function closeMenus(but) {
  const open = [...document.querySelectorAll("details.menu[open]")].filter((menu) => menu !== but);
  for (const menu of open) {
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    menu.open = false;
  }
  return open.length > 0;
}
document.addEventListener("click", ({ target }) => closeMenus(target.closest("details.menu")));

// What leads to the palette opens it over this page.
const jump = () => import("./palette.js").then(({ open }) => open());

document.addEventListener("click", (event) => {
  if (!event.target.closest("a[data-jump]") || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  jump();
});

// Signing out deletes what this browser has stored for the person.
document.addEventListener("submit", ({ target }) => {
  if (target.matches('[action="/auth/logout"]')) local.removeItem("drafts");
});

// A reader who has just decided hears first what came of the decision, and one who has just signed that the
// signature waits.
const item = document.getElementById("item");
if (item && session.getItem("decided") === item.dataset.callback) {
  const told = item.querySelector(item.dataset.state === "pending" ? "[data-signed]" : "h1");
  if (told) session.removeItem("decided");
  told?.focus();
}

// If there is room for both, a row opens beside its list. Otherwise, and with a modifier key, it is
// a plain link.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-pane]");
  const plain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  if (!link || !plain || !wide.matches || !document.getElementById("pane")) return;
  event.preventDefault();
  openInPane(link, event.detail === 0 || !link.matches(".row"));
});

// The decision bar has to know which parts of a payload the reader opens.
for (const kind of ["click", "change"]) {
  document.addEventListener(kind, ({ target }) => {
    if (target.closest("#payload") && document.getElementById("unopened")) import("./payload.js").then(({ look }) => look(target));
  });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-reveal]");
  if (!button) return;
  event.preventDefault();
  import("./reveal.js").then(({ reveal }) => reveal(button));
});

// What is selected in a list is counted from the first box on, and kept while the list updates.
const anyPicked = () => document.querySelector("[data-pick]:checked") !== null;
let select, coming; // what selects: the module, and the promise of it

// Acts at once, so that each key finds what the one before it selected. Before the module is there, keys
// wait for it in their order.
function selecting(act) {
  if (select) return void act(select);
  coming ??= import("./select.js");
  coming.then((module) => act((select = module)));
}

document.addEventListener("change", ({ target }) => target.matches("[data-pick]") && selecting(({ count }) => count(true, target)));
if (anyPicked()) selecting(({ count }) => count(false)); // the browser came back to the page

let wanted; // the last request wins, however long its answer takes

// If the reader opens an item by key, or moves on from another item, the focus moves to it. If the
// reader clicks a row, the focus stays there and the item is announced.
async function openInPane(link, enter) {
  const url = (wanted = link.dataset.pane);
  let page;
  try {
    page = await fetchPage(url);
  } catch {
    if (wanted === url) location.assign(link.href);
    return;
  }
  if (wanted !== url) return;
  put(page, url);
  const heading = document.querySelector("#item h1");
  if (enter) heading?.focus();
  else if (heading) announce(`${heading.textContent.trim()}, opened`);
}

// Puts the item that a page has open beside its list into the pane.
function put(page, url) {
  document.getElementById("pane").replaceWith(document.adoptNode(page.getElementById("pane")));
  const open = openId();
  for (const row of document.querySelectorAll("a.row")) {
    row.setAttribute("aria-current", String(row.closest("[data-row]").id === `row-${open}`));
  }
  history.pushState(null, "", url);
  document.title = page.title;
  loadReview();
}

// After a decision beside a list, its receipt is a line of the list, and the next item is open.
document.addEventListener("item:decided", ({ detail: { page, url } }) => {
  session.removeItem("decided");
  const done = page.querySelector("[data-done]")?.dataset.done;
  if (done && local.getItem("drafts")) import("./drafts.js").then(({ drop }) => drop(done));
  wanted = undefined; // a row that is still loading must not take the place of the next item
  put(page, url);
  show(page);
  document.querySelector(`#row-${CSS.escape(openId())}`)?.scrollIntoView({ block: "nearest" });
  document.querySelector("#item h1")?.focus({ preventScroll: true });
  announce(document.getElementById("done").textContent.trim());
});
addEventListener("popstate", () => location.reload());

// An address contains only the fields that the reader filled in.
document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  const values = ctx.request.body;
  if (ctx.request.method !== "GET" || !(values instanceof FormData)) return;
  for (const [name, value] of [...values]) if (value === "") values.delete(name);
});

// Announces how many rows a filter has found.
document.addEventListener("htmx:after:swap", ({ target, detail: { ctx } }) => {
  const found = document.getElementById("list")?.dataset.found;
  if (found && target.matches?.("[role=search]") && ctx.response?.status < 400) announce(found);
});

// Keys act at once: a key that moves the focus decides whether its own letter reaches the field.
// Single letters are off inside fields, with modifiers, while a dialog is open, and when the reader
// has switched them off (WCAG 2.1.4).
document.addEventListener("keydown", press);

const places = { a: "/", i: "/?scope=mine", n: "/?scope=attention", h: "/?scope=history" };
const SEQUENCE = 1200; // time to type the second letter of a sequence
const ROWS = "a.row, .tbl a.ttl";

const panel = document.getElementById("keys");
const switches = document.querySelectorAll("[data-keys-switch]");

// Pages name keys only while they work.
function showKeys() {
  const on = local.getItem("keys") !== "off";
  document.documentElement.dataset.keys = on ? "on" : "off";
  for (const control of switches) control.checked = on;
}

document.addEventListener("change", ({ target }) => {
  if (!target.matches("[data-keys-switch]")) return;
  local.setItem("keys", target.checked ? "on" : "off");
  showKeys();
});
showKeys();

let goUntil = 0;

function press(event) {
  const field = event.target.closest?.("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
  const bar = document.querySelector("decision-bar");
  if (event.key === "Escape") return escape(field, bar);
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return event.repeat ? undefined : send(event, field, bar);
  if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey) {
    event.preventDefault(); // browsers have a search of their own there
    if (!panel?.open && document.querySelector("a[data-jump]")) jump();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (field || panel?.open || event.defaultPrevented) return;
  if (event.key === "Enter") return event.target === document.body || event.target.matches?.("h1") ? click("Enter") : undefined;
  if (local.getItem("keys") === "off" || event.repeat) return;
  letter(event.key.toLowerCase(), event, bar);
}

function letter(key, event, bar) {
  if ("ar".includes(key) && (anyPicked() || (coming && !select))) return selecting(({ go }) => go(key === "a" ? "for" : "against"));
  if ("/?rs".includes(key)) event.preventDefault(); // otherwise the field would receive the letter that moved the focus there
  if (Date.now() < goUntil) {
    goUntil = 0;
    if (places[key]) location.assign(places[key]);
    return;
  }
  switch (key) {
    case "g": goUntil = Date.now() + SEQUENCE; break;
    case "j": step(1, event.shiftKey); break;
    case "k": step(-1, event.shiftKey); break;
    case "x": selecting(({ toggle, pickKind }) => (event.shiftKey ? pickKind : toggle)(rowAt(event))); break;
    case "e": document.getElementById(`unfold-${rowAt(event)?.dataset.unfold}`)?.click(); break;
    case "o": openPage(event); break;
    case "u": click("u") || openRow()?.focus(); break;
    case "a":
    case "r":
    case "s": if (bar || !click(key)) decide(key, event, bar); break;
    case "1": case "2": case "3": case "4": case "5": case "6": case "7": case "8": bar?.press?.(key); break;
    case "c":
    case "i":
    case "y":
    case "z": click(key); break;
    case "p": switchPayload(); break;
    case "?": panel?.showModal(); break;
    case "/": document.querySelector("input[type=search]")?.focus(); break;
  }
}

// A key pressed in a field of the list acts on the list.
const elsewhere = (field) => field && !field.closest("#item");

function send(event, field, bar) {
  const row = event.target.closest?.(ROWS);
  if (panel?.open || elsewhere(field) || (row && row !== openRow())) return;
  bar?.send?.();
}

// An explanation lies over the page: Esc, or a press elsewhere, closes it.
const explanation = () => document.querySelector("details.why[open]");

document.addEventListener("click", ({ target }) => {
  const open = explanation();
  if (open && !open.contains(target)) open.open = false;
});

function closeExplanation() {
  const open = explanation();
  if (!open) return false;
  open.open = false;
  open.querySelector("summary").focus({ preventScroll: true });
  return true;
}

function escape(field, bar) {
  if (closeExplanation()) return;
  if (panel?.open || closeMenus() || (!elsewhere(field) && bar?.escape?.())) return;
  if (!field && anyPicked()) return selecting(({ clear }) => clear());
  field?.blur();
}

function click(key) {
  const control = document.querySelector(`[data-key="${key}"]`);
  control?.click();
  return Boolean(control);
}

const openRow = () => document.querySelector('a.row[aria-current="true"]');

const rowAt = ({ target }) => target.closest?.(ROWS) ?? openRow();

const openId = () => document.querySelector("#pane #item")?.dataset.callback ?? "";

// The row after (or before) the focused one, or after the open one. With Shift both are selected.
function step(by, extending) {
  const rows = [...document.querySelectorAll(ROWS)];
  if (!rows.length) return void click(by > 0 ? "j" : "k"); // the page of one item leads to the next
  const here = rows.findIndex((row) => row === document.activeElement);
  const from = here >= 0 ? here : rows.indexOf(openRow());
  const to = from < 0 ? 0 : Math.min(Math.max(from + by, 0), rows.length - 1);
  rows[to]?.focus();
  rows[to]?.scrollIntoView({ block: "nearest" });
  if (extending) selecting(({ extend }) => extend(rows[from], rows[to]));
}

// Only the open item can be decided. With the focus on another row, the key opens that row and
// decides nothing; on a row that stands for several it leads to the page that asks about them.
function decide(key, event, bar) {
  const row = event.target.closest?.(ROWS);
  if (row?.matches(".folded") && key !== "s") selecting(({ goWith }) => goWith(row, key === "a" ? "for" : "against"));
  else if (row && row !== openRow()) row.click();
  else bar?.press?.(key);
}

function openPage(event) {
  const row = event.target.closest?.(ROWS);
  if (row) location.assign(row.href);
  else click("o");
}

function switchPayload() {
  const other = document.querySelector("[name=payload-as]:not(:checked)");
  if (!other) return;
  other.checked = true;
  document.getElementById("payload").scrollIntoView({ block: "nearest" });
}
