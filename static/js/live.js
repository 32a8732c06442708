// Keeps an open page as it would be now. The server only says that something changed; the page then reads itself again with
// its reader's own rights, and every part that is marked data-live takes its new form in place.

import { madeAt, setTime } from "./page.js";

const SOON = 150; // several changes at once are one reading
const PAUSE = 1_000; // between two readings
const FALLBACK = 30_000; // between two readings while the stream is lost
const QUIET = 60_000; // a tab that is hidden for so long listens no more

const freshness = document.getElementById("freshness");
let stream, poll, quiet, planned, reading = false, again = false, signedOut = false;
let wanted = false; // has the reader asked for the rows that wait?

function say(text, paused) {
  if (!freshness) return;
  freshness.hidden = false;
  freshness.classList.toggle("paused", paused);
  if (freshness.textContent !== text) freshness.textContent = text;
}

function listen() {
  if (stream || signedOut) return;
  stream = new EventSource(`/events?since=${madeAt()}`);
  stream.addEventListener("changed", () => readSoon());
  stream.addEventListener("open", () => {
    if (poll) readSoon(); // what changed while the stream was lost was not told
    clearInterval(poll);
    poll = undefined;
    say("Live", false);
  });
  stream.addEventListener("error", () => {
    say("Live updates paused. Reading again every 30 s.", true);
    poll ??= setInterval(() => {
      readSoon();
      if (stream?.readyState === EventSource.CLOSED) hangUp(), listen();
    }, FALLBACK);
  });
}

function hangUp() {
  stream?.close();
  stream = undefined;
}

document.addEventListener("visibilitychange", () => {
  clearTimeout(quiet);
  if (document.hidden) {
    quiet = setTimeout(() => {
      hangUp();
      clearInterval(poll);
      poll = undefined;
    }, QUIET);
  } else if (!stream) {
    listen();
    readSoon();
  }
});

// The browser keeps pages that were left; an open stream would stop it.
addEventListener("pagehide", hangUp);
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  listen();
  readSoon();
});

document.addEventListener("time:edge", () => readSoon());

/** Reads the page again, soon. */
export function readSoon(delay = SOON) {
  if (reading) again = true;
  else planned ??= setTimeout(readAgain, delay);
}

async function readAgain() {
  planned = undefined;
  reading = true;
  const address = location.href;
  try {
    const page = await fetchPage(address, { "Countersign-Background": "1" }); // nobody asked: the session is not in use
    if (address === location.href) show(page);
    else again = true; // another item was opened meanwhile
  } catch {
    // No network or no server: the stream is lost as well, and says so.
  }
  setTimeout(() => {
    reading = false;
    if (again) readSoon(0);
    again = false;
  }, PAUSE);
}

/** Gets a page as a document, and tells the server's time from it. */
export async function fetchPage(url, headers = {}) {
  const response = await fetch(url, { headers: { Accept: "text/html", "HX-Request": "true", ...headers } });
  if (response.status === 401) {
    signedOut = true;
    hangUp();
    clearInterval(poll);
    say("You are signed out. What you typed stays here.", true);
    throw new Error("signed out");
  }
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  setTime(page);
  return page;
}

/** Gives every live part of this page the form that it has in another reading of it. */
export function show(page) {
  document.title = page.title;
  for (const part of document.querySelectorAll("[data-live]")) {
    const next = page.getElementById(part.id);
    if (!next || !part.isConnected) continue;
    if (part.dataset.live === "list") showList(part, next);
    else if (part.dataset.live === "item") showItem(part, next);
    else morph(part, next);
  }
}

// Turns an element into another one, keeping focus, scroll position and what was typed.
function morph(element, next) {
  htmx.swap({ text: next.outerHTML, target: element, sourceElement: element, swap: "outerMorph" });
}

// An item is replaced as a whole when its state changed, or who asks, or whether its reader may decide it; its parts are live by
// themselves otherwise. A comment that was typed goes into the new page, or beside it where no decision is possible any more.
function showItem(item, next) {
  if (["callback", "state", "standing"].every((key) => item.dataset[key] === next.dataset[key])) {
    const bar = item.querySelector("decision-bar"), nextBar = next.querySelector("decision-bar");
    if (bar && nextBar) bar.dataset.until = nextBar.dataset.until;
    return;
  }
  const typed = item.querySelector("#comment")?.value.trim();
  const inUse = item.contains(document.activeElement);
  item.replaceWith(document.adoptNode(next));
  const heading = next.querySelector("h1");
  if (inUse) heading.focus();
  else announce(heading.textContent);
  if (!typed || item.dataset.callback !== next.dataset.callback) return;
  const field = next.querySelector("#comment");
  if (field) field.value = typed;
  else next.querySelector(".title-block").append(keptComment(typed));
}

function announce(text) {
  const region = document.getElementById("announce");
  if (region) region.textContent = text;
}

function keptComment(typed) {
  const field = document.createElement("div"), label = document.createElement("label"), box = document.createElement("textarea");
  field.className = "field kept";
  label.htmlFor = box.id = "kept-comment";
  label.textContent = "Your comment was not sent. It is kept here:";
  box.className = "inp";
  box.readOnly = true;
  box.value = typed;
  field.append(label, box);
  return field;
}

// A row never moves under the pointer or the focus: while the list is in use its rows change in place, and new ones wait.
function showList(list, next) {
  next.querySelector("#filter-fault")?.append(...list.querySelector("#filter-fault").cloneNode(true).childNodes); // not of this reading
  const rows = list.querySelector("[data-rows]");
  const inUse = rows?.matches("ul:hover, tbody:hover, :focus-within");
  if (!inUse || wanted) {
    wanted = false;
    return morph(list, next);
  }

  const known = new Set();
  for (const row of list.querySelectorAll("[data-row]")) {
    known.add(row.id);
    const now = next.querySelector(`#${CSS.escape(row.id)}`);
    if (now) morph(row, now);
    else row.classList.add("gone");
  }
  const fresh = [...next.querySelectorAll("[data-row]")].filter((row) => !known.has(row.id)).length;
  const button = list.querySelector("#fresh-rows");
  button.hidden = !fresh;
  button.textContent = `${fresh} new`;
  waitForIdle(rows);
}

function waitForIdle(rows) {
  const idle = () => {
    setTimeout(() => {
      if (rows.matches(":hover, :focus-within")) return;
      for (const event of ["pointerleave", "focusout"]) rows.removeEventListener(event, idle);
      readSoon();
    }, 400);
  };
  for (const event of ["pointerleave", "focusout"]) rows.addEventListener(event, idle);
}

// The reader wants the rows that wait. Where they cannot be read now, the next reading shows them.
document.addEventListener("click", async (event) => {
  if (event.target.id !== "fresh-rows") return;
  wanted = true;
  try {
    show(await fetchPage(location.href));
  } catch {
    readSoon();
  }
});

listen();
