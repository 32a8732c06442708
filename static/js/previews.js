// What Lambda would receive for each outcome. The previews follow the typing, all at once, so that
// whichever outcome is chosen next can be armed from what is on the page.

import { now } from "./page.js";
import { post, readSoon } from "./live.js";

const TYPING = 300; // a preview follows the typing, not every letter
const MINUTE = 60_000;
const RENEW = 10 * MINUTE; // a preview that was made so long ago is made again
const OLD = 14 * MINUTE; // and is not decided on a little later; the server takes it for 15 min

export class Previews {
  #url;
  #comment; // tells what is typed now
  #told; // is told whether the server answered
  #made; // the comment of the previews that are shown
  #wanted; // the outcome whose preview is whole, however long it is
  #asking; // what is under way, with the comment it is for
  #typing;
  #renewed = 0;

  constructor(url, comment, made, told) {
    this.#url = url;
    this.#comment = comment;
    this.#made = made;
    this.#told = told;
  }

  /** Whether what is shown is what would be sent. */
  get fresh() {
    return this.#made === this.#comment() && this.#age < OLD && !this.#later;
  }

  /** Says which outcome the reader goes by. A long preview is read once it is wanted. */
  want(outcome) {
    this.#wanted = outcome;
    if (this.#later && !this.#asking) this.read();
  }

  /** The preview of an outcome; nothing where it cannot be sent. */
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

  /** Reads the previews for what is typed, and reports whether they are there. */
  async read() {
    const there = await this.#readOnce();
    return there && this.#later ? this.#readOnce() : there; // another one is wanted meanwhile
  }

  #readOnce() {
    clearTimeout(this.#typing);
    const comment = this.#comment();
    if (this.#asking?.comment === comment) return this.#asking.answer;
    this.stop();
    const asking = { comment, abort: new AbortController() };
    this.#asking = asking;
    asking.answer = this.#read(asking).finally(() => this.#asking === asking && (this.#asking = undefined));
    return asking.answer;
  }

  /** Gives up what is under way. */
  stop() {
    clearTimeout(this.#typing);
    this.#asking?.abort.abort();
    this.#asking = undefined;
  }

  async #read({ comment, abort: { signal } }) {
    const response = await post(this.#url, { comment, outcome: this.#wanted ?? "" }, { signal }).catch(() => undefined);
    const text = await response?.text().catch(() => undefined);
    if (signal.aborted) return false;
    if (response?.status === 409 || response?.status === 401) {
      readSoon(); // there is nothing to decide any more, or nobody is signed in: the page will say so
      return false;
    }
    const there = Boolean(response?.ok && text !== undefined);
    if (there) this.#show(text, comment);
    this.#told(there);
    return there;
  }

  #show(text, comment) {
    const page = new DOMParser().parseFromString(text, "text/html");
    for (const panel of document.querySelectorAll("#wire [data-outcome]")) {
      const next = page.querySelector(`[data-outcome="${panel.dataset.outcome}"]`);
      if (!next) continue;
      const open = panel.querySelector("details")?.open;
      panel.replaceChildren(...next.childNodes);
      if (open) panel.querySelector("details")?.setAttribute("open", "");
    }
    this.#made = comment;
  }

  get #later() {
    return this.#wanted && document.querySelector(`#wire [data-outcome="${this.#wanted}"] [data-later]`);
  }

  get #age() {
    const made = document.querySelector("#wire [data-at]")?.dataset.at;
    return made ? now() - Date.parse(made) : 0;
  }
}
