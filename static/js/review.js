// An open callback: the lease that says somebody reviews it, and the bar in which the decision is made.

import { now } from "./page.js";
import { readSoon } from "./live.js";

const post = (url, values, options) => fetch(url, { method: "POST", body: new URLSearchParams(values), ...options });

function announce(text) {
  const region = document.getElementById("announce");
  if (region) region.textContent = text;
}

/** <review-lease> holds a review open as long as its page lives, and asks a reader who does nothing whether they are there. */
class ReviewLease extends HTMLElement {
  #review;
  #opening = false;
  #timer;
  #active = !document.wasDiscarded; // did the reader do anything? Coming here is something; a tab that is loaded again by itself is not
  #noticed = () => (this.#active = true);
  #left = () => this.#release();
  #back = (event) => event.persisted && this.#open();
  #seen = () => !document.hidden && this.#renew();

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
    if (this.#opening) return; // one review a page
    this.#opening = true;
    const response = await this.#tell({ action: "open" });
    this.#opening = false;
    if (!response) return this.#later(5_000);
    if (!response.ok) return readSoon(); // not pending any more, or not this reader's to decide
    const lease = await response.json();
    this.#review = lease.review;
    if (this.isConnected) this.#follow(lease);
    else this.#release();
  }

  async #renew(extra = {}) {
    clearTimeout(this.#timer);
    if (!this.#review) return this.#open();
    const background = this.#active || extra.still ? {} : { "Countersign-Background": "1" }; // else a forgotten tab never signs out
    const response = await this.#tell({ action: "renew", review: this.#review, ...extra }, background);
    if (!response) return this.#later(5_000);
    if (response.status === 404) {
      this.#review = undefined; // it expired while this tab slept
      return this.#open();
    }
    if (!response.ok) return readSoon();
    this.#follow(await response.json());
  }

  // Posts, together with whether the reader did something since that was last told. Nothing comes back where the server is away.
  async #tell(values, headers) {
    const active = this.#active;
    this.#active = false;
    const response = await post(this.dataset.url, active ? { ...values, input: "1" } : values, { headers }).catch(() => undefined);
    if (response && response.status < 500) return response;
    this.#active ||= active;
  }

  #follow(lease) {
    const asks = now() >= lease.asksAt;
    const notice = this.querySelector(".note");
    if (asks) notice.querySelector("count-down").setAttribute("until", lease.stopsAt);
    notice.hidden = !asks;
    document.querySelector("[data-budget] count-down")?.setAttribute("until", lease.asksAt);
    this.#later(lease.renewAfter);
  }

  #later(ms) {
    clearTimeout(this.#timer);
    if (this.isConnected) this.#timer = setTimeout(() => this.#renew(), ms);
  }

  #release() {
    clearTimeout(this.#timer);
    if (!this.#review) return;
    navigator.sendBeacon(this.dataset.url, new URLSearchParams({ action: "release", review: this.#review }));
    this.#review = undefined;
  }
}

const ARMED = 60_000; // an armed decision disarms itself so long after the focus last moved
const SETTLE = 400; // the second press of a double click is no confirmation
const TYPING = 300; // a preview follows the typing, not every letter

/** <decision-bar> turns the form's two pages into two presses, keeps the preview true, and locks itself before the end. */
class DecisionBar extends HTMLElement {
  #arming; // the button whose bytes are on their way
  #armedBy;
  #armedAt = 0;
  #asking; // for a preview: the last one counts
  #timer;
  #typing;
  #left = Infinity;
  #signed; // what the bar says at rest
  #tick = () => this.#watch();
  #typed = (event) => this.#input(event);
  #moved = (event) => this.#follow(event.target);
  #hid = () => document.hidden && this.disarm();

  connectedCallback() {
    this.form = this.querySelector("form");
    this.#signed ??= this.querySelector("[data-bar=rest] .say span").textContent;
    this.form.addEventListener("submit", (event) => this.#submit(event));
    this.addEventListener("keydown", (event) => event.key === "Enter" && event.repeat && event.preventDefault()); // held down, it is one press
    this.querySelector(".disarm").addEventListener("click", () => this.disarm());
    document.addEventListener("time:tick", this.#tick);
    document.addEventListener("input", this.#typed);
    document.addEventListener("focusin", this.#moved);
    document.addEventListener("visibilitychange", this.#hid);
    // What was typed before this script arrived, or is back after a reload.
    if (this.#comment && this.#comment.value !== this.#comment.defaultValue) this.#input({ target: this.#comment });
    this.#watch();
  }

  disconnectedCallback() {
    document.removeEventListener("time:tick", this.#tick);
    document.removeEventListener("input", this.#typed);
    document.removeEventListener("focusin", this.#moved);
    document.removeEventListener("visibilitychange", this.#hid);
    clearTimeout(this.#timer);
    clearTimeout(this.#typing);
    this.#asking?.abort();
  }

  /** A letter of the keyboard: it arms and confirms an outcome, and leads to the comment first where one is wanted. */
  press(key) {
    const buttons = [...this.querySelectorAll(`[data-bar=rest] [data-key="${key}"]`)];
    const button = buttons[0];
    if (!button) return;
    const heading = document.querySelector("#item h1");
    if (buttons.includes(this.#armedBy)) return this.send();
    if (!inView(heading)) {
      heading.scrollIntoView({ block: "center" });
      return button.focus({ preventScroll: true });
    }
    if (buttons.length > 1) return buttons[(buttons.indexOf(document.activeElement) + 1) % buttons.length].focus();
    const wanted = key === "r" || button.dataset.comment === "required";
    if (wanted && this.#comment && !this.#comment.value.trim()) return this.#comment.focus();
    button.click();
  }

  /** Confirms what is armed, or arms what the preview shows. */
  send() {
    if (this.#armedBy) return this.querySelector(".confirm").click();
    const shown = document.querySelector("#wire [name=preview]:checked")?.value;
    const buttons = [...this.querySelectorAll("[data-bar=rest] button")];
    (buttons.find((button) => button.value === shown) ?? buttons.at(-1))?.click();
  }

  /** Takes the arming back. Reports whether there was any. The focus stays with what the reader does elsewhere. */
  disarm() {
    const was = this.#armedBy, here = this.contains(document.activeElement);
    this.#arming = this.#armedBy = undefined;
    clearTimeout(this.#timer);
    if (!was) return false;
    this.#show("rest");
    if (here) was.focus({ preventScroll: true });
    return true;
  }

  // A decision stays armed while the reader is at the bar or at the bytes that it shows. Elsewhere the next key is meant for
  // something else.
  #follow(element) {
    if (this.contains(element) || element.closest("#wire")) this.#wait();
    else this.disarm();
  }

  #wait() {
    clearTimeout(this.#timer);
    if (this.#armedBy) this.#timer = setTimeout(() => this.disarm() && announce("Not confirmed for a minute. Nothing was sent."), ARMED);
  }

  get #comment() {
    return document.getElementById("comment");
  }

  #submit(event) {
    if (event.submitter?.matches(".confirm")) return this.#confirm(event);
    event.preventDefault();
    this.#arm(event.submitter);
  }

  async #arm(button) {
    if (!this.querySelector("[data-bar=locked]").hidden) return; // a key finds what is hidden
    if (button.dataset.comment === "required" && !this.#comment.value.trim()) {
      return this.#fault(`${button.dataset.label} needs a comment.`);
    }
    this.#fault("");
    this.disarm();
    this.#arming = button;
    const radio = document.querySelector(`#wire [name=preview][value="${button.value}"]`);
    if (radio) radio.checked = true;
    const preview = await this.#preview(button.value);
    if (!preview || this.#arming !== button) return; // nothing to confirm, or the reader went elsewhere meanwhile

    const confirm = this.querySelector(".confirm");
    this.querySelector(".question").textContent = button.dataset.ask;
    this.querySelector(".cost").textContent = `${preview.dataset.size} go to Lambda. This cannot be undone.`;
    confirm.firstElementChild.textContent = button.dataset.confirm;
    confirm.lastElementChild.textContent = button.dataset.key?.toUpperCase() ?? "";
    this.#armedBy = button;
    this.#armedAt = performance.now();
    this.#show("armed");
    this.classList.toggle("failing", !button.matches(".approve"));
    confirm.focus({ preventScroll: true });
    this.#wait();
  }

  #confirm(event) {
    const preview = this.#armedBy && document.getElementById(`preview-${this.#armedBy.value}`);
    if (!preview || performance.now() - this.#armedAt < SETTLE) return event.preventDefault();
    const values = { outcome: this.#armedBy.value, seen: preview.dataset.seen, at: preview.dataset.at };
    for (const [name, value] of Object.entries(values)) {
      const input = this.form.querySelector(`input[name=${name}]`);
      input.value = value;
      input.disabled = false;
    }
    sessionStorage.setItem("decided", this.closest("#item").dataset.callback);
    clearTimeout(this.#timer);
    setTimeout(() => (event.submitter.disabled = true)); // after the form has been read
  }

  #fault(text) {
    const fault = document.getElementById("comment-fault");
    if (!fault) return;
    fault.hidden = !text;
    fault.lastElementChild.textContent = text;
    this.#comment.classList.toggle("bad", Boolean(text));
    this.#comment.setAttribute("aria-invalid", String(Boolean(text)));
    if (text) this.#comment.focus();
  }

  #input(event) {
    const other = event.target.name === "preview";
    if (!other && event.target !== this.#comment) return;
    this.disarm(); // what was armed is not what is shown any more
    if (other) return this.#preview(event.target.value);
    this.#fault("");
    const shown = document.querySelector("#wire [name=preview]:checked")?.value ?? this.querySelector("[data-bar=rest] button")?.value;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.#preview(shown), TYPING);
  }

  // Shows what an outcome would send now, and gives back its preview, or nothing when there is none.
  async #preview(outcome) {
    clearTimeout(this.#typing);
    this.#asking?.abort();
    const { signal } = (this.#asking = new AbortController());
    const panel = document.querySelector(`#wire [data-outcome="${outcome}"]`);
    const comment = this.#comment?.value ?? "";
    const response = await post(this.dataset.preview, { outcome, comment }, { signal }).catch(() => undefined);
    const shown = await response?.text().catch(() => undefined);
    if (signal.aborted) return; // another was asked for since
    if (response?.status === 409 || response?.status === 401) return void readSoon(); // the page will say what happened
    if (shown === undefined || (!response.ok && response.status !== 422)) {
      announce("No preview: the server does not answer. Nothing was sent.");
      this.#say("No preview: the server does not answer. Nothing was sent.");
      return;
    }
    this.#say(this.#signed);
    const open = panel.querySelector("details")?.open;
    panel.innerHTML = shown;
    if (open) panel.querySelector("details")?.setAttribute("open", "");
    return response.ok ? panel.firstElementChild : undefined;
  }

  #say(text) {
    this.querySelector("[data-bar=rest] .say span").textContent = text;
  }

  #show(name) {
    for (const bar of this.querySelectorAll("[data-bar]")) bar.hidden = bar.dataset.bar !== name;
    this.classList.toggle("armed", name === "armed");
    if (name !== "armed") this.classList.remove("failing");
  }

  // Locks shortly before the end, opens again when a heartbeat moved it, and tells those who do not see the clock.
  #watch() {
    const until = Number(this.dataset.until);
    const before = this.#left;
    this.#left = until ? until - now() : Infinity;
    const late = this.#left < Number(this.dataset.lock);
    const locked = !this.querySelector("[data-bar=locked]").hidden;
    if (late && !locked) {
      this.disarm();
      this.#show("locked");
    } else if (!late && locked) {
      this.#show("rest");
    }
    for (const minutes of [15, 5, 1]) {
      const edge = minutes * 60_000;
      if (Number.isFinite(before) && before > edge && this.#left <= edge) announce(`${minutes} min left to decide`);
    }
  }
}

function inView(element) {
  if (!element) return true;
  const box = element.getBoundingClientRect();
  return box.bottom > 0 && box.top < innerHeight;
}

customElements.define("review-lease", ReviewLease);
customElements.define("decision-bar", DecisionBar);
