// Keeps an open page as it would be now. The server only says that something changed; the page then
// reads itself again with its reader's own rights, and every part that is marked data-live takes
// its new form in place.

import { announce, madeAt, setTime } from "./page.js";

const SOON = 150; // several changes at once are one reading
const PAUSE = 1_000; // between two readings
const SILENCE = 20_000; // the stream has a beat every 15 s
const RETURN = 5_000; // to the first reading after a stream was refused: a desk that starts again is back in seconds
const FALLBACK = 30_000; // between two readings while updates are paused. Both are a sixth more or less: pages must not read all at once

const CONNECTING = "Connecting", LIVE = "Live", PAUSED = "Updates paused"; // how fresh the page is

const freshness = document.getElementById("freshness");
const strip = document.getElementById("strip");
let planned, reading = false, again = false, signedOut = false;
let asked = performance.timeOrigin; // when what the page shows was asked for, by the clock of this machine
let wanted = false; // has the reader asked for the rows that wait?

// Says how fresh the page is: in a word beside the navigation, and where that is not at once, in a
// sentence with the way out under the top bar.
function say(word, state = "") {
  if (!freshness) return;
  const was = strip.dataset.state ?? "";
  freshness.hidden = false;
  freshness.classList.toggle("paused", state !== "");
  freshness.classList.toggle("waiting", word === CONNECTING);
  if (freshness.textContent !== word) freshness.textContent = word;
  if (was === state) return;
  strip.dataset.state = state;
  for (const part of document.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== state;
  strip.hidden = !state;
  if (word === LIVE) announce("Live again.");
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

// A browser opens six connections to a host over HTTP/1.1, and a stream would keep one for each
// tab. So one stream serves all tabs of a person: the tab that has the lock holds it and tells the
// others what it hears. Another release of this script, or another person, has a stream of its own.
// Hidden tabs take no part: they read when they are shown.
const GROUP = `${import.meta.url} ${personOf(document)}`;
const canShare = "locks" in navigator && "BroadcastChannel" in window;
let turn; // while this tab takes part; aborting it gives up the lock, or the place in the queue for it
let channel, stream, silence, poll;
let told = {}; // what this tab told last: the word, and when the stream last told of a change, by the clock of this machine

function join() {
  if (turn || signedOut || document.hidden || !freshness) return; // without a role there is nothing to listen to
  turn = new AbortController();
  if (!canShare) return pause();
  if (!strip.dataset.state) say(CONNECTING);
  watch();
  channel = new BroadcastChannel(GROUP);
  channel.onmessage = ({ data }) => hear(data);
  channel.postMessage({ joined: true });
  lead(turn.signal);
}

function leave() {
  turn?.abort();
  channel?.close();
  stream?.close();
  turn = channel = stream = undefined;
  clearTimeout(silence);
  stopReading();
}

// Waits for the lock and keeps it. The browser gives it to another tab when this one is closed or
// crashes.
function lead(signal) {
  const whileLeading = () => signal.aborted || new Promise((done) => {
    signal.addEventListener("abort", done);
    told = { word: CONNECTING, changedAt: Date.now() }; // what changed between two streams was told to nobody else
    listen();
  });
  navigator.locks.request(GROUP, { signal }, whileLeading).catch(() => {}); // left before it was its turn
}

function listen() {
  stream?.close();
  stream = new EventSource(`/events?since=${madeAt()}`);
  stream.addEventListener("beat", () => tell(LIVE));
  stream.addEventListener("changed", () => tell(LIVE, true));
  stream.addEventListener("error", ({ target }) => {
    // Refused: a reading tells whether the session has ended.
    if (target.readyState === EventSource.CLOSED) tell(PAUSED, told.word !== PAUSED);
    else tell(told.word === LIVE ? CONNECTING : PAUSED); // the browser opens a stream that ended again after three seconds
  });
}

// Tells all tabs, this one included, how fresh they are, and whether something changed.
function tell(word, changed = false) {
  told = { word, changedAt: changed ? Date.now() : told.changedAt };
  if (changed) readSoon();
  take(word);
  channel?.postMessage(told);
}

function hear({ joined, word, changedAt }) {
  if (joined && stream) channel.postMessage(told);
  if (changedAt > asked) readSoon();
  if (word) take(word);
}

function take(word) {
  if (word === PAUSED) return pause();
  if (word === CONNECTING) return poll ? undefined : say(CONNECTING);
  watch();
  if (stopReading()) readSoon(); // what changed while updates were paused was not told
  say(LIVE);
}

// A proxy may hold the stream back, its connection may be dead, and the tab that has it may hang.
// After the first silence the page is not live any more and reads; a second one is a pause.
function watch(silent = false) {
  clearTimeout(silence);
  silence = setTimeout(() => {
    const found = stream ? tell : take;
    if (silent) return found(PAUSED);
    found(CONNECTING);
    readSoon();
    watch(true);
  }, SILENCE);
}

function pause(wait = stream?.readyState === EventSource.CLOSED ? RETURN : FALLBACK) {
  clearTimeout(silence);
  say(PAUSED, "paused");
  poll ??= setTimeout(() => {
    poll = undefined;
    readSoon();
    // Closed by the desk, or open and silent, which the browser takes for a stream; while it
    // connects, it goes on by itself.
    if (stream && stream.readyState !== EventSource.CONNECTING) listen();
    pause(FALLBACK);
  }, wait * (5 / 6 + Math.random() / 3));
}

// Ends the pause. Reports whether there was one.
function stopReading() {
  const was = poll !== undefined;
  clearTimeout(poll);
  poll = undefined;
  return was;
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return leave();
  if (turn || !freshness) return;
  join();
  readSoon();
});

// The browser keeps pages that were left; an open stream or a lock would stop it.
addEventListener("pagehide", leave);
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  join();
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
  const address = location.href, begun = Date.now();
  try {
    const page = await fetchPage(address, { "Countersign-Background": "1" }); // nobody asked: the session is not in use
    if (address === location.href) show(page), (asked = begun);
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
    channel?.postMessage({ changedAt: Date.now() }); // other tabs see for themselves
    leave();
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
    join();
  }
  setTime(page);
  return page;
}

function personOf(page) {
  return page.querySelector('meta[name="person"]')?.content;
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

// An item is replaced as a whole when its state or its request changed; its parts are live by
// themselves otherwise. Its bar gives what was begun in it to the next one.
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

// A row never moves under the pointer or the focus: while the list is in use its rows change in
// place, and new ones wait.
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

say(CONNECTING);
join();
