// The palette as a dialog over this page (the combobox pattern of ARIA). What it shows is the page
// /palette; only the actions are this page's own, and they press what the page shows: a decision
// still takes its two presses.

import { fetchPage } from "./live.js";

const PAUSE = 200; // milliseconds without a key after which the desk is asked

let dialog, input, list, status, actions, active, timer, asked;

/** Opens the palette; on its own page, it leads to the field. */
export async function open() {
  if (dialog?.open) return;
  const here = document.querySelector("main #palette input[type=search]");
  if (here) return here.focus();
  const from = document.activeElement, href = document.querySelector("a[data-jump]").href;
  let page;
  try {
    page = await fetchPage(href);
  } catch {
    return location.assign(href); // the page says why
  }
  if (dialog?.open) return;
  build(document.adoptNode(page.getElementById("palette")));
  dialog.addEventListener("close", () => {
    clearTimeout(timer);
    asked = undefined;
    dialog.remove();
    if (from?.isConnected) from.focus({ preventScroll: true });
  });
  document.body.append(dialog);
  dialog.showModal();
  input.focus();
  show(dialog.querySelector("#found"));
}

function build(palette) {
  dialog = document.createElement("dialog");
  dialog.className = "jumping";
  dialog.setAttribute("aria-label", "Search or jump to");
  palette.removeAttribute("id");
  status = document.createElement("p");
  status.className = "sr-only";
  status.setAttribute("role", "status");
  dialog.append(palette, status);
  input = palette.querySelector("input[type=search]");
  const attributes = { type: "text", role: "combobox", "aria-autocomplete": "list", "aria-expanded": "true", "aria-controls": "jump-found" };
  for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
  input.addEventListener("input", later);
  palette.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
  dialog.addEventListener("keydown", press);
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  actions = ofThisPage();
}

// What the open item offers here and now, with its keys: decisions first, and of those the one of A.
function ofThisPage() {
  const bar = [...document.querySelectorAll("decision-bar [data-key]")].sort((a, b) => (b.dataset.key === "a") - (a.dataset.key === "a"));
  const controls = [...bar, ...[...document.querySelectorAll("#item [data-key]")].filter((control) => !bar.includes(control))];
  return controls.filter((control) => control.checkVisibility() && !control.disabled).map((control) => {
    const words = control.cloneNode(true);
    for (const key of words.querySelectorAll("kbd")) key.remove();
    return { control, name: control.getAttribute("aria-label") ?? words.textContent.trim().replace(/\s+/g, " "), key: control.dataset.key };
  });
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(ask, PAUSE);
}

// The last question wins, however long its answer takes.
async function ask() {
  const url = new URL(document.querySelector("a[data-jump]").href), of = dialog;
  url.searchParams.set("q", input.value);
  asked = url.href;
  try {
    const page = await fetchPage(url.href);
    if (asked === url.href && of === dialog && dialog.open) show(document.adoptNode(page.getElementById("found")));
  } catch {
    if (of === dialog && dialog.open) say("The desk did not answer. Go on typing, or wait a moment.");
  }
}

function say(words) {
  status.textContent = words;
  const note = document.createElement("p");
  note.className = "dim";
  note.textContent = words;
  list.replaceChildren(note);
  mark(0);
}

function show(found) {
  dialog.querySelector(".found").replaceWith(found);
  list = found;
  list.id = "jump-found";
  list.removeAttribute("tabindex");
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Found");
  addActions();
  for (const [i, section] of list.querySelectorAll("section").entries()) {
    const name = section.querySelector("h2");
    name.id = `jump-kind-${i}`;
    name.setAttribute("role", "presentation");
    section.setAttribute("role", "group");
    section.setAttribute("aria-labelledby", name.id);
    for (const part of section.querySelectorAll("ul, li")) part.setAttribute("role", "presentation");
  }
  const all = options();
  for (const [i, option] of all.entries()) {
    option.id = `jump-${i}`;
    option.setAttribute("role", "option");
    option.tabIndex = -1;
  }
  const note = list.querySelector(":scope > p");
  if (note) list.after(note); // a list has options and nothing else
  dialog.querySelectorAll(".found ~ p.dim:not(.foot)").forEach((old) => old !== note && old.remove());
  status.textContent = `${all.length} found. ${note?.textContent.trim() ?? ""}`;
  mark(0);
}

// The actions of the page that fit come first.
function addActions() {
  if (actions.length) list.querySelector("[data-item]")?.remove();
  const typed = input.value.trim(), kind = "@#>".includes(typed[0] ?? "-") ? typed[0] : "";
  if (kind === "@" || kind === "#") return;
  const words = typed.slice(kind.length).trim().toLowerCase();
  const fit = actions.filter(({ name, control }) => control.isConnected && name.toLowerCase().includes(words));
  if (!fit.length) return;
  const section = document.createElement("section"), name = document.createElement("h2"), lines = document.createElement("ul");
  name.textContent = "With the open item";
  lines.append(...fit.map(line));
  section.append(name, lines);
  list.prepend(section);
}

function line({ control, name, key }) {
  const item = document.createElement("li"), option = document.createElement("a"), text = document.createElement("span");
  option.className = "opt";
  option.action = () => act(control, key);
  text.className = "text";
  text.textContent = name;
  option.append(text);
  if (key.length === 1) {
    const kbd = document.createElement("kbd");
    kbd.ariaHidden = "true";
    kbd.textContent = key.toUpperCase();
    option.append(kbd);
  }
  option.addEventListener("click", option.action);
  item.append(option);
  return item;
}

// The key of a decision does what it does on the page: it arms, and the second press confirms.
function act(control, key) {
  dialog.close();
  const bar = control.closest("decision-bar");
  if (!bar) return control.click();
  const more = control.closest("details.ways");
  if (more) more.open = true;
  bar.press(key);
}

const options = () => [...list.querySelectorAll(".opt")];

function mark(place) {
  const all = options();
  active = Math.min(Math.max(place, 0), all.length - 1);
  all.forEach((option, i) => option.setAttribute("aria-selected", String(i === active)));
  all[active]?.scrollIntoView({ block: "nearest" });
  if (all[active]) input.setAttribute("aria-activedescendant", all[active].id);
  else input.removeAttribute("aria-activedescendant");
}

const kinds = ["", "@", "#", ">"];

// Keys stay in the dialog: none of them reaches the page below.
function press(event) {
  event.stopPropagation();
  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
  if (event.key in steps) {
    event.preventDefault();
    mark(active + steps[event.key]);
  } else if (event.key === "Enter" && !event.isComposing) {
    event.preventDefault();
    if (!event.repeat) options()[active]?.click();
  } else if (event.key === "Tab") {
    event.preventDefault(); // narrows to the next kind
    const typed = input.value.trim(), kind = kinds.includes(typed[0]) ? typed[0] : "";
    const next = kinds[(kinds.indexOf(kind) + (event.shiftKey ? kinds.length - 1 : 1)) % kinds.length];
    input.value = next + typed.slice(kind.length).trim();
    later();
  } else if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    dialog.close();
  }
}
