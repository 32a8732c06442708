// Tells a reader who looks elsewhere that something is at risk: in the title and the icon of hidden
// tabs, which have no stream, and in the ways that the reader chose in the settings, by a sound or a
// notification of the browser. One tab of a person reads for all of them.

import { local } from "./page.js";
import { fetchPage } from "./live.js";

const AT_RISK = "/?ends=risk&grouped=no"; // a row for each request, so that none hides behind one like it
const EVERY = 6; // beats of the metronome between two readings: 30 s
const GROUP = `${import.meta.url} ${document.querySelector('meta[name="person"]')?.content}`;
const NAMED = /^\(\d+\+? at risk\) /; // what the title of a page begins with while something is
const canShare = "locks" in navigator && "BroadcastChannel" in window;

let turn; // set while this tab takes part; aborting it ends that
let channel;
let known; // the requests that were at risk when a tab last read; not set before the first reading
let reading; // one at a time: an older page that came last would tell of what was told already

const chosen = (way) => local.getItem(way) === "on";
const wanted = () => document.hidden || chosen("sound") || chosen("notify");

function follow() {
  if (!wanted()) return rest();
  if (turn) return;
  turn = new AbortController();
  const { signal } = turn;
  if (!canShare) return void readUntil(signal);
  channel = new BroadcastChannel(GROUP);
  channel.onmessage = ({ data }) => take(data);
  navigator.locks.request(GROUP, { signal }, () => readUntil(signal)).catch(() => {}); // rejected if this tab rests before its turn
}

function rest() {
  turn?.abort();
  channel?.close();
  turn = channel = undefined;
}

// Browsers slow down the timers of hidden tabs, but not those of a worker.
function readUntil(signal) {
  if (signal.aborted) return undefined;
  return new Promise((done) => {
    const metronome = new Worker(new URL("./metronome.js", import.meta.url));
    let beats = 0;
    metronome.addEventListener("message", () => beats++ % EVERY === 0 && read());
    signal.addEventListener("abort", () => (metronome.terminate(), done()));
  });
}

async function read() {
  if (reading) return;
  reading = fetchPage(AT_RISK, { "Countersign-Background": "1" }).catch(({ message }) => void (message === "signed out" && rest()));
  const page = await reading.finally(() => (reading = undefined));
  if (!page || !turn) return;
  const atRisk = [...page.querySelectorAll("[data-row]")].map(({ id }) => id);
  const fresh = known ? atRisk.filter((id) => !known.includes(id)).length : 0;
  const told = { atRisk, named: page.title.match(NAMED)?.[0] ?? "", icon: page.querySelector("link[rel=icon]").href };
  channel?.postMessage(told);
  take(told);
  if (fresh) alarm(fresh);
}

function take({ atRisk, named, icon }) {
  known = atRisk;
  document.title = named + document.title.replace(NAMED, "");
  const shown = document.querySelector("link[rel=icon]");
  if (shown.href === icon) return;
  const next = shown.cloneNode();
  next.href = icon;
  shown.replaceWith(next);
}

// Says how many are newly at risk, and nothing that a sender wrote.
function alarm(fresh) {
  if (chosen("sound")) sound();
  if (!chosen("notify") || !("Notification" in window) || Notification.permission !== "granted") return;
  try {
    const shown = new Notification(`${fresh} ${fresh === 1 ? "request is" : "requests are"} newly at risk`, { tag: "risk", body: "Countersign" });
    shown.addEventListener("click", () => (window.focus(), shown.close()));
  } catch {
    // Browsers of phones show only notifications of a service worker: those are pushes.
  }
}

/** Plays two short tones. A browser stays silent if its reader has not used the page yet. */
export function sound() {
  const context = new AudioContext(), loud = new GainNode(context, { gain: 0.08 });
  loud.connect(context.destination);
  for (const [i, frequency] of [660, 880].entries()) {
    const tone = new OscillatorNode(context, { frequency });
    tone.connect(loud);
    tone.start(context.currentTime + i * 0.18);
    tone.stop(context.currentTime + i * 0.18 + 0.15);
    if (i) tone.addEventListener("ended", () => context.close());
  }
}

document.addEventListener("visibilitychange", follow);
document.addEventListener("signals:chosen", follow);
addEventListener("pagehide", rest); // the browser keeps pages that the reader left only if they hold no lock
addEventListener("pageshow", ({ persisted }) => persisted && follow());
follow();
