// The lease that shows that somebody is reviewing an open callback.

import { now } from "./page.js";
import { post, readSoon } from "./live.js";

/** <review-lease> keeps a review open as long as its page is open, and asks an inactive reader whether they are still there. */
class ReviewLease extends HTMLElement {
  #review;
  #opening = false;
  #timer;
  #due = Infinity; // when to renew the lease
  #metronome; // the worker that keeps time in a hidden tab
  #active = !document.wasDiscarded; // did the reader do anything? Opening a page counts; a tab that the browser reloads by itself does not
  #noticed = () => (this.#active = true);
  #left = () => this.#release();
  #back = (event) => event.persisted && this.#open();
  #seen = () => {
    this.#keepTime();
    if (!document.hidden) this.#renew();
  };

  connectedCallback() {
    for (const event of ["pointerdown", "pointermove", "keydown", "wheel", "scroll"]) {
      document.addEventListener(event, this.#noticed, { passive: true, capture: true });
    }
    addEventListener("pagehide", this.#left);
    addEventListener("pageshow", this.#back);
    document.addEventListener("visibilitychange", this.#seen);
    this.querySelector("button").addEventListener("click", () => this.#renew({ still: "1" }));
    this.#open();
  }

  disconnectedCallback() {
    for (const event of ["pointerdown", "pointermove", "keydown", "wheel", "scroll"]) {
      document.removeEventListener(event, this.#noticed, { capture: true });
    }
    removeEventListener("pagehide", this.#left);
    removeEventListener("pageshow", this.#back);
    document.removeEventListener("visibilitychange", this.#seen);
    this.#release();
  }

  async #open() {
    if (this.#opening) return; // one review per page
    this.#opening = true;
    const response = await this.#tell({ action: "open" });
    this.#opening = false;
    if (!response) return this.#later(5_000);
    if (!response.ok) return readSoon(); // the callback is no longer pending, or this reader may not decide it
    const lease = await response.json();
    this.#review = lease.review;
    if (this.isConnected) this.#follow(lease);
    else this.#release();
  }

  async #renew(extra = {}) {
    clearTimeout(this.#timer);
    this.#due = Infinity;
    if (!this.#review) return this.#open();
    const background = this.#active || extra.still ? {} : { "Countersign-Background": "1" }; // otherwise a forgotten tab would keep the session in use for ever
    const response = await this.#tell({ action: "renew", review: this.#review, ...extra }, background);
    if (!response) return this.#later(5_000);
    if (response.status === 404) {
      this.#review = undefined; // the review expired while this tab slept
      return this.#open();
    }
    if (!response.ok) return readSoon();
    this.#follow(await response.json());
  }

  // Sends values, together with whether the reader has done something since the last call. Returns
  // nothing if the server is unreachable.
  async #tell(values, headers) {
    const active = this.#active;
    this.#active = false;
    const response = await post(this.dataset.url, active ? { ...values, input: "1" } : values, { headers }).catch(() => undefined);
    if (response && response.status < 500) return response;
    this.#active ||= active;
  }

  #follow(lease) {
    this.#keepTime();
    const asks = now() >= lease.asksAt;
    const notice = this.querySelector(".note");
    if (asks) notice.querySelector("count-down").setAttribute("until", lease.stopsAt);
    notice.hidden = !asks;
    document.querySelector("[data-budget] count-down")?.setAttribute("until", lease.asksAt);
    this.#later(lease.renewAfter);
  }

  #later(ms) {
    clearTimeout(this.#timer);
    this.#due = performance.now() + ms;
    if (this.isConnected) this.#timer = setTimeout(() => this.#renew(), ms);
  }

  // Browsers run the timers of a hidden tab only once a minute, too late for a lease. The timers of
  // a worker keep running.
  #keepTime() {
    const wanted = document.hidden && Boolean(this.#review);
    if (wanted === Boolean(this.#metronome)) return;
    this.#metronome?.terminate();
    this.#metronome = wanted ? new Worker(new URL("./metronome.js", import.meta.url)) : undefined;
    this.#metronome?.addEventListener("message", () => performance.now() >= this.#due && this.#renew());
  }

  #release() {
    clearTimeout(this.#timer);
    if (!this.#review) return;
    navigator.sendBeacon(this.dataset.url, new URLSearchParams({ action: "release", review: this.#review }));
    this.#review = undefined;
    this.#keepTime();
  }
}

customElements.define("review-lease", ReviewLease);
