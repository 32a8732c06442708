// Keeps an open page up to date. The server only says that something changed. The page then reads
// itself again, with its reader's own rights, and replaces every part marked data-live in place.

import { announce, madeAt, setTime } from "./page.js";

const SOON = 150; // several changes within this time cause one reading
const PAUSE = 1_000; // least time between two readings
const SILENCE = 20_000; // the stream carries a "beat" event every 15 s
const RETURN = 5_000; // until the first reading after a stream was refused: a desk that restarts is back within seconds
const FALLBACK = 30_000; // between two readings while updates are paused. Both vary by a sixth, so that pages do not all read at once

const CONNECTING = "Connecting", LIVE = "Live", PAUSED = "Updates paused"; // how fresh the page is

const freshness = document.getElementById("freshness");
const strip = document.getElementById("strip");
let planned, reading = false, again = false, signedOut = false;
let asked = performance.timeOrigin; // when the content of the page was requested, by the clock of this machine
let wanted = false; // has the reader asked for the new rows?
let away = false; // was the stream lost or refused, and not heard again since?

/** Whether the desk may be out of reach, as far as this page knows. */
export const deskMayBeAway = () => away || !navigator.onLine;

// Shows how fresh the page is: in a word beside the navigation and, if it is not live, in a
// sentence under the top bar that says what the reader can do.
function say(word, state = "") {
  if (!freshness) return;
  away = word === PAUSED || (word === CONNECTING && (away || freshness.textContent === LIVE));
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

// Signing in leads back to this page as it is by then. The sentence says what happens to a comment.
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

// Over HTTP/1.1, a browser opens six connections to a host, and a stream for each tab would use
// them up. Therefore one stream serves all tabs of a person: the tab that has the lock holds the
// stream and passes on to the others what it hears. Tabs with another release of this script, or of
// another person, have a stream of their own. Hidden tabs take no part: they read when they are
// shown.
const GROUP = `${import.meta.url} ${personOf(document)}`;
const canShare = "locks" in navigator && "BroadcastChannel" in window;
let turn; // set while this tab takes part; aborting it releases the lock, or leaves the queue for it
let channel, stream, silence, poll;
let told = {}; // what this tab last told the others: the word, and when the stream last reported a change, by the clock of this machine

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

// Waits for the lock and holds it. If this tab is closed or crashes, the browser gives the lock to
// another tab.
function lead(signal) {
  const whileLeading = () => signal.aborted || new Promise((done) => {
    signal.addEventListener("abort", done);
    told = { word: CONNECTING, changedAt: Date.now() }; // no tab heard of changes between two streams
    listen();
  });
  navigator.locks.request(GROUP, { signal }, whileLeading).catch(() => {}); // rejected if this tab leaves before its turn
}

function listen() {
  stream?.close();
  stream = new EventSource(`/events?since=${madeAt()}`);
  stream.addEventListener("beat", () => tell(LIVE));
  stream.addEventListener("changed", () => tell(LIVE, true));
  stream.addEventListener("error", ({ target }) => {
    // The stream was refused: a reading shows whether the session has ended.
    if (target.readyState === EventSource.CLOSED) tell(PAUSED, told.word !== PAUSED);
    else tell(told.word === LIVE ? CONNECTING : PAUSED); // the browser opens an ended stream again after three seconds
  });
}

// Tells all tabs, including this one, how fresh they are and whether something changed.
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
  if (stopReading()) readSoon(); // while updates were paused, nobody reported changes
  say(LIVE);
}

// A proxy may hold the stream back, its connection may be dead, or the tab that holds it may hang.
// After the first silence the page counts as not live and reads itself; after the second, updates
// count as paused.
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
    // The desk closed the stream, or it is silent although the browser considers it open. A stream
    // that is connecting needs no help.
    if (stream && stream.readyState !== EventSource.CONNECTING) listen();
    pause(FALLBACK);
  }, wait * (5 / 6 + Math.random() / 3));
}

// Ends the pause. Returns whether there was one.
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

// The browser keeps pages that the reader left, unless they hold an open stream or a lock.
addEventListener("pagehide", leave);
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  join();
  readSoon();
});

document.addEventListener("time:edge", () => readSoon());

/** Reads the page again soon. */
export function readSoon(delay = SOON) {
  if (reading) again = true;
  else planned ??= setTimeout(readAgain, delay);
}

async function readAgain() {
  planned = undefined;
  reading = true;
  const address = location.href, begun = Date.now();
  try {
    const page = await fetchPage(address, { "Countersign-Background": "1" }); // nobody asked for this reading, so it does not count as use of the session
    if (address === location.href) show(page), (asked = begun);
    else again = true; // the reader opened another item meanwhile
  } catch {
    // No network or no server: the stream is lost too, and reports it.
  }
  setTimeout(() => {
    reading = false;
    if (again) readSoon(0);
    again = false;
  }, PAUSE);
}

/** Posts values as a form does. */
export const post = (url, values, options) => {
  const pairs = Object.entries(values).flatMap(([name, value]) => [value].flat().map((one) => [name, one])); // a list is posted as several
  return fetch(url, { method: "POST", body: new URLSearchParams(pairs), ...options });
};

/** What a failed answer says to people; nothing if it says nothing or there is none. */
export const wordsOf = (response, text) => (response?.headers.get("Content-Type")?.startsWith("text/plain") && text?.trim()) || undefined;

/**
 * Posts a decision's form, and shows the page that answers it: beside a list without leaving it. The browser would show a page of
 * its own in place of the decision and its comment while the desk is away. If there is no answer, the result says what is known:
 * "unsent" if nothing was posted, "lost" if there was no answer to what was posted.
 */
export async function tryToSend(form) {
  const answer = (url, options) => fetch(url, { ...options, signal: AbortSignal.timeout(SILENCE) }).catch(() => undefined);
  if (deskMayBeAway()) {
    const there = await answer("/healthz", { cache: "no-store" }); // cheap, and 200 also while the desk itself refuses decisions
    if (!there || there.status >= 502) return "unsent";
  }
  const response = await answer(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  if (response?.redirected) {
    const { origin, pathname, searchParams } = new URL(response.url), callback = new URL(form.action);
    const done = searchParams.get("done");
    const answered = origin === callback.origin && (`${pathname}/decision` === callback.pathname || (done && callback.pathname.endsWith(`/${done}/decision`)));
    if (!answered) return "lost"; // an identity proxy asks who this is, and the desk got nothing
    const page = done && response.ok && (await pageOf(response).catch(() => undefined));
    if (page && document.getElementById("pane")) document.dispatchEvent(new CustomEvent("item:decided", { detail: { page, url: response.url } }));
    else location.assign(response.url);
    return "answered";
  }
  // A proxy that gets no answer from the desk sends a page of its own.
  const ours = response && (response.status < 502 || (await response.text().catch(() => "")).includes('id="problem"'));
  if (!ours) return "lost";
  form.submit(); // leads to the page that says why: a decision is recorded once, however often it is posted
  return "answered";
}

/** Fetches a page as a document, and learns the server's time from it. */
export async function fetchPage(url, headers = {}) {
  const response = await fetch(url, { headers: { Accept: "text/html", "HX-Request": "true", ...headers } });
  if (response.status === 401) {
    signedOut = true;
    channel?.postMessage({ changedAt: Date.now() }); // other tabs decide for themselves whether to read
    leave();
    saySignedOut();
    throw new Error("signed out");
  }
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return pageOf(response);
}

async function pageOf(response) {
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (personOf(page) !== personOf(document)) {
    location.reload(); // another person has signed in at this browser
    throw new Error("another person's page");
  }
  if (signedOut) {
    signedOut = false; // the person has signed in again in another tab
    join();
  }
  setTime(page);
  return page;
}

function personOf(page) {
  return page.querySelector('meta[name="person"]')?.content;
}

/** Updates every live part of this page from a newer reading of the page. */
export function show(page) {
  document.title = page.title;
  const icon = document.querySelector("link[rel=icon]"), next = page.querySelector("link[rel=icon]");
  if (icon.getAttribute("href") !== next.getAttribute("href")) icon.replaceWith(document.adoptNode(next)); // it changes while something is at risk
  for (const part of document.querySelectorAll("[data-live]")) {
    const next = page.getElementById(part.id);
    if (!next || !part.isConnected) continue;
    if (part.dataset.live === "list") showList(part, next);
    else if (part.dataset.live === "item") showItem(part, next);
    else morph(part, next);
  }
}

// Turns an element into another one and keeps the focus, scroll position and typed text, and what the reader
// has opened or selected.
function morph(element, next) {
  for (const { id } of element.querySelectorAll("[data-pick]:checked")) next.querySelector(`#${id}`)?.setAttribute("checked", "");
  for (const { id } of element.querySelectorAll("details[id][open]")) next.querySelector(`#${id}`)?.setAttribute("open", "");
  htmx.swap({ text: next.outerHTML, target: element, sourceElement: element, swap: "outerMorph" });
}

// An item is replaced as a whole if its state or its request changed; otherwise its parts update on
// their own. The old bar hands the reader's unfinished decision to the new one.
function showItem(item, next) {
  const bar = item.querySelector("decision-bar"), same = item.dataset.callback === next.dataset.callback;
  if (same && item.dataset.state === next.dataset.state && item.dataset.subject === next.dataset.subject) {
    return item.dataset.standing === next.dataset.standing ? showTime(bar, next) : showPress(item, bar, next);
  }
  if (bar?.sending) return; // the answer to the decision is another page
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

// Somebody signed or withdrew: a press may do something else than the bar said, so the bar is replaced.
// The rest of the item stays as the reader has it.
function showPress(item, bar, next) {
  if (bar?.sending) return; // the answer to the signature is another page
  const nextBar = next.querySelector(".decide");
  const old = item.querySelector(".decide");
  if (bar && !bar.passPress) return void customElements.whenDefined("decision-bar").then(() => readSoon());
  const focus = nextBar.matches("decision-bar") ? bar?.passPress(nextBar) : undefined;
  item.dataset.standing = next.dataset.standing;
  old.replaceWith(document.adoptNode(nextBar));
  focus?.();
  document.dispatchEvent(new Event("item:shown"));
}

function showTime(bar, next) {
  const nextBar = next.querySelector("decision-bar");
  if (!bar || !nextBar) return;
  bar.dataset.until = nextBar.dataset.until;
  customElements.whenDefined("decision-bar").then(() => bar.takeTime(nextBar));
  const glances = nextBar.querySelectorAll("[data-glance]");
  bar.querySelectorAll("[data-glance]").forEach((part, i) => part.replaceWith(document.adoptNode(glances[i])));
}

// A row never moves while the pointer or the focus is in the list, or rows are selected: rows then
// change in place, and new rows wait.
const IN_USE = "ul:hover, tbody:hover, :focus-within, :has([data-pick]:checked)";

function showList(list, next) {
  next.querySelector("#filter-fault")?.append(...list.querySelector("#filter-fault").cloneNode(true).childNodes); // the fault belongs to an earlier request of the reader
  const rows = list.querySelector("[data-rows]");
  const inUse = rows?.matches(IN_USE);
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
      if (rows.matches(IN_USE)) return;
      for (const event of ["pointerleave", "focusout", "change"]) rows.removeEventListener(event, idle);
      readSoon();
    }, 400);
  };
  for (const event of ["pointerleave", "focusout", "change"]) rows.addEventListener(event, idle);
}

// The reader wants to see the new rows. If they cannot be read now, the next reading shows them.
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
