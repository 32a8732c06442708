// Keeps an open page as it would be now. The server only says that something changed; the page then reads itself again with
// its reader's own rights, and every part that is marked data-live takes its new form in place.

import { announce, madeAt, setTime } from "./page.js";

const SOON = 150; // several changes at once are one reading
const PAUSE = 1_000; // between two readings
const FALLBACK = 30_000; // between two readings while the stream is lost
const QUIET = 60_000; // a tab that is hidden for so long listens no more

const freshness = document.getElementById("freshness");
const strip = document.getElementById("strip");
let stream, poll, quiet, planned, reading = false, again = false, signedOut = false;
let wanted = false; // has the reader asked for the rows that wait?

// Says how fresh the page is: in a word beside the navigation, and where that is not at once, in a sentence with the way out
// under the top bar.
function say(word, state = "") {
  const was = strip?.dataset.state ?? "";
  if (!freshness || !strip) return;
  freshness.hidden = false;
  freshness.classList.toggle("paused", state !== "");
  if (freshness.textContent !== word) freshness.textContent = word;
  if (was === state) return;
  strip.dataset.state = state;
  for (const part of document.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== state;
  strip.hidden = !state;
  if (!state) announce("Live again.");
}

// Signing in leads back to this page as it is now. The sentence says what becomes of a comment.
function saySignedOut() {
  const comment = document.getElementById("comment");
  const back = `/signin?return=${encodeURIComponent(location.pathname + location.search)}`;
  for (const link of document.querySelectorAll("[data-when=out] a")) link.href = back;
  for (const words of document.querySelectorAll("[data-comment-kept]")) {
    if (!comment?.value.trim()) words.textContent = "";
    else words.textContent = comment.dataset.kept ? "Your comment is kept in this browser." : "Your comment stays on this page until you leave it.";
  }
  say("Signed out", "out");
}

function listen() {
  if (stream || signedOut) return;
  stream = new EventSource(`/events?since=${madeAt()}`);
  stream.addEventListener("changed", () => readSoon());
  stream.addEventListener("open", () => {
    if (poll) readSoon(); // what changed while the stream was lost was not told
    clearInterval(poll);
    poll = undefined;
    say("Live");
  });
  stream.addEventListener("error", () => {
    say("Updates paused", "paused");
    if (stream?.readyState === EventSource.CLOSED) readSoon(); // refused: the answer says whether the session has ended
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

/** Posts what a form would. */
export const post = (url, values, options) => fetch(url, { method: "POST", body: new URLSearchParams(values), ...options });

/** Gets a page as a document, and tells the server's time from it. */
export async function fetchPage(url, headers = {}) {
  const response = await fetch(url, { headers: { Accept: "text/html", "HX-Request": "true", ...headers } });
  if (response.status === 401) {
    signedOut = true;
    hangUp();
    clearInterval(poll);
    poll = undefined;
    saySignedOut();
    throw new Error("signed out");
  }
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (personOf(page) !== personOf(document)) {
    location.reload(); // somebody else signed in at this browser
    throw new Error("another person's page");
  }
  if (signedOut) {
    signedOut = false; // signed in again, in another tab
    listen();
  }
  setTime(page);
  return page;
}

const personOf = (page) => page.querySelector('meta[name="person"]')?.content;

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

// An item is replaced as a whole when its state or its request changed; its parts are live by themselves otherwise. Its bar gives
// what was begun in it to the next one.
function showItem(item, next) {
  const bar = item.querySelector("decision-bar"), same = item.dataset.callback === next.dataset.callback;
  if (same && item.dataset.state === next.dataset.state && item.dataset.subject === next.dataset.subject) return showTime(bar, next);
  if (bar?.sending) return; // its answer is another page
  if (bar && !bar.passOn) return void customElements.whenDefined("decision-bar").then(() => readSoon());
  const inUse = item.contains(document.activeElement);
  const begun = bar ?? item.querySelector(".overtaken overtaken-bar");
  const focus = same ? begun?.passOn(next) : undefined;
  const heading = next.querySelector("h1");
  item.replaceWith(document.adoptNode(next));
  if (inUse) (focus ?? heading).focus();
  else if (!focus) announce(heading.textContent);
  document.dispatchEvent(new Event("item:shown"));
}

function showTime(bar, next) {
  const nextBar = next.querySelector("decision-bar");
  if (!bar || !nextBar) return;
  bar.dataset.until = nextBar.dataset.until;
  const glances = nextBar.querySelectorAll("[data-glance]");
  bar.querySelectorAll("[data-glance]").forEach((part, i) => part.replaceWith(document.adoptNode(glances[i])));
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

document.addEventListener("click", ({ target }) => target.closest("[data-read-now]") && readSoon(0));

listen();
