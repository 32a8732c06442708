// What Lambda would receive for each outcome. All previews follow the typing together, so that
// whichever outcome is chosen next can be armed from what the page shows.

import { now } from "./page.js";
import { post, readSoon, wordsOf } from "./live.js";

const TYPING = 300; // a preview waits for a pause in typing
const MINUTE = 60_000;
const RENEW = 10 * MINUTE; // a preview of this age is made again
const OLD = 14 * MINUTE; // and at this age it cannot be decided on; the server accepts it for 15 min

// Why there is no preview, and what becomes of what was typed.
function why(response, text, button) {
  const many = response?.status === 429, words = wordsOf(response, text);
  if (button === undefined && many) return "No preview yet: these are many in a row. It follows by itself in a moment.";
  if (button === undefined) return `${words ? `No preview. ${words}` : "No preview: the server does not answer."} Nothing was sent.`;
  return `${many ? "Not done yet: these are many in a row. Wait a moment." : words ?? "The server does not answer."} Nothing you typed is lost: press again.`;
}

export class Previews {
  #url;
  #draft; // function that returns what is typed now, by field
  #told; // function that is told why there is no answer, or nothing if there is one
  #made; // the draft for which the shown previews were made, as text
  #wanted; // the outcome whose preview is shown whole, however long it is
  #asking; // the request under way, with its draft
  #typing;
  #renewed = 0;

  constructor(url, draft, made, told) {
    this.#url = url;
    this.#draft = draft;
    this.#made = made && JSON.stringify(made);
    this.#told = told;
  }

  /** Whether the shown previews are what would be sent. */
  get fresh() {
    return this.#made === JSON.stringify(this.#draft()) && this.#age < OLD && !this.#later;
  }

  /** Sets the outcome that the reader looks at. A long preview is read only then. */
  want(outcome) {
    this.#wanted = outcome;
    if (this.#later && !this.#asking) this.read();
  }

  /** The preview of an outcome; nothing if it cannot be sent. */
  of(outcome) {
    return document.querySelector(`#wire [data-outcome="${outcome}"] [data-seen]`);
  }

  /** Reads the previews again once the typing pauses. */
  typed() {
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.read(), TYPING);
  }

  /** Reads the previews again before they are too old. */
  renew() {
    if (this.#asking || this.#age < RENEW || now() - this.#renewed < MINUTE) return;
    this.#renewed = now();
    this.read();
  }

  /** Reads the previews for the typed text, and returns whether it has them. */
  async read() {
    const there = await this.#readOnce();
    return there && this.#later ? this.#readOnce() : there; // meanwhile another one was wanted
  }

  /** Presses a button of a form, and returns whether the server has shown the form again; values may be what was typed before. */
  press(button, values = this.#draft()) {
    this.stop();
    const asking = { draft: values, button, abort: new AbortController() };
    this.#asking = asking;
    return this.#read(asking).finally(() => this.#asking === asking && (this.#asking = undefined));
  }

  /** Tells buttons what they do now: that depends on the answer that is written. buttonOf finds the one of an outcome. */
  relabel(buttonOf) {
    for (const { dataset } of document.querySelectorAll("#wire [data-press]")) {
      const button = buttonOf(dataset.outcome), { press, label, confirm, cost, sends, ask = button?.dataset.ask, changes = "" } = dataset;
      if (!button) continue;
      Object.assign(button.dataset, { label, confirm, cost, sends, ask, changes });
      button.firstElementChild.textContent = press;
    }
    document.dispatchEvent(new Event("previews:shown"));
  }

  #readOnce() {
    clearTimeout(this.#typing);
    const draft = this.#draft(), made = JSON.stringify(draft);
    if (this.#asking?.made === made) return this.#asking.answer;
    this.stop();
    const asking = { draft, made, typing: this.#typingIn(draft), abort: new AbortController() };
    this.#asking = asking;
    asking.answer = this.#read(asking).finally(() => this.#asking === asking && (this.#asking = undefined));
    return asking.answer;
  }

  /** Cancels the request under way. */
  stop() {
    clearTimeout(this.#typing);
    this.#asking?.abort.abort();
    this.#asking = undefined;
  }

  // The outcome in whose form everything was typed since the shown previews were made; nothing if other things changed too.
  #typingIn(draft) {
    const shown = this.#made && JSON.parse(this.#made);
    if (!shown) return;
    const changed = Object.keys({ ...shown, ...draft }).filter((name) => JSON.stringify(shown[name]) !== JSON.stringify(draft[name]));
    const [outcome, ...others] = new Set(changed.map((name) => /^answer:([^/#]*)/.exec(name)?.[1]));
    if (!others.length && (!this.#wanted || this.#wanted === outcome)) return outcome;
  }

  async #read({ draft, made, button, typing = "", abort: { signal } }) {
    const pressed = button === undefined ? { typing } : { form: button };
    const again = document.querySelector("answer-form input[name=again]")?.value ?? ""; // which form began with an earlier answer
    const response = await post(this.#url, { ...draft, ...pressed, again, outcome: this.#wanted ?? "" }, { signal }).catch(() => undefined);
    const text = await response?.text().catch(() => undefined);
    if (signal.aborted) return false;
    if (response?.status === 409 || response?.status === 401) {
      readSoon(); // nothing to decide any more, or nobody is signed in: the page will say so
      return false;
    }
    if (response?.status === 429) this.#typing = setTimeout(() => this.read(), 1000 * (Number(response.headers.get("Retry-After")) || 1));
    const there = Boolean(response?.ok && text !== undefined);
    if (there) this.#show(text, made, button);
    this.#told(there ? "" : why(response, text, button));
    return there;
  }

  #show(text, made, button) {
    const page = new DOMParser().parseFromString(text, "text/html");
    for (const panel of document.querySelectorAll("#wire [data-outcome]")) {
      const next = page.querySelector(`[data-outcome="${panel.dataset.outcome}"]`);
      if (!next) continue;
      const open = panel.querySelector("details")?.open;
      panel.replaceChildren(...next.childNodes);
      Object.assign(panel.dataset, next.dataset);
      if (open) panel.querySelector("details")?.setAttribute("open", "");
    }
    document.dispatchEvent(new CustomEvent("previews:page", { detail: { page, button } })); // a form may be drawn anew
    this.#made = made ?? JSON.stringify(this.#draft());
  }

  get #later() {
    return this.#wanted && document.querySelector(`#wire [data-outcome="${this.#wanted}"] [data-later]`);
  }

  get #age() {
    const made = [...document.querySelectorAll("#wire [data-at]")].map(({ dataset }) => Date.parse(dataset.at)); // typing renews one of them
    return made.length ? now() - Math.min(...made) : 0;
  }
}
