// The bar in which the reader decides about an open callback.

import { announce, now, session } from "./page.js";
import { deskMayBeAway, tryToSend } from "./live.js";
import { overtake } from "./overtaken.js";
import { Previews } from "./previews.js";
import { blameComment, comment, commentField, drafted, isDraft, passAnswer, textsOf } from "./drafts.js";

const ARMED = 60_000; // an armed decision disarms itself this long after the focus last moved
const SETTLE = 400; // a press sooner than this after the last is a double click or impatience, not a confirmation
const PATIENCE = 20_000; // after this long without an answer, a decision may be sent again: it is recorded only once

const HEARD = [15, 5, 1]; // minutes before the end at which screen readers hear it

const UNSENT = "Not sent: the server does not answer.";
const LOST = "No answer: it is perhaps recorded. Try again: it counts once.";

/**
 * <decision-bar> lets the reader choose one outcome, by a key, a tab or a button, until Esc. Bar, preview and Ctrl Enter follow
 * the choice. The form's two pages become two presses: the first arms the bytes that the page shows, the second sends them.
 */
class DecisionBar extends HTMLElement {
  #chosen; // the chosen outcome
  #awaiting; // { outcome }: will be armed once its bytes are on the page
  #armed; // { outcome, seen, at, sends }
  #armedAt = 0;
  #pressedAt = -SETTLE;
  #quick = false; // did the last press follow the one before too quickly?
  #sending = false;
  #perhaps = false; // may a decision be recorded whose answer was lost?
  #timer;
  #left = Infinity;
  #rest; // what the bar says while no outcome is chosen
  #refusal; // what the bar said about an answer that cannot be sent
  #unseen; // what it said about a preview that is not there
  #listening;

  connectedCallback() {
    this.form = this.querySelector("#decide");
    this.#rest ??= this.querySelector(".state").textContent;
    const made = this.hasAttribute("data-renew") ? undefined : drafted(this.form, true);
    this.previews = new Previews(this.dataset.preview, () => drafted(this.form), made, (problem) => this.#previewed(problem));
    const { signal } = (this.#listening = new AbortController());
    const on = (target, type, listener, options) => target.addEventListener(type, listener, { signal, ...options });
    on(this.form, "submit", (event) => this.#submit(event));
    on(this, "click", () => this.#pressed(), { capture: true });
    on(this, "keydown", (event) => event.key === "Enter" && event.repeat && event.preventDefault()); // a held key is one press
    on(this.querySelector(".disarm"), "click", () => this.escape());
    on(document, "time:tick", () => this.#watch());
    on(document, "input", ({ target }) => target.form === this.form && isDraft(target) && this.#retyped());
    on(document, "click", (event) => this.#clicked(event.target));
    on(document, "focusin", (event) => this.#follow(event.target));
    on(document, "visibilitychange", () => document.hidden && this.disarm());
    on(window, "pageshow", (event) => event.persisted && this.#markSending(false));
    if (made && !this.previews.fresh) this.#retyped(); // typed before this script loaded, or restored by a reload
    if (made === undefined) this.previews.read();
    if (this.dataset.chosen) this.choose(this.dataset.chosen);
    if (this.dataset.notice) this.#tell(this.dataset.notice);
    this.#watch();
  }

  disconnectedCallback() {
    this.#listening.abort();
    clearTimeout(this.#timer);
    this.previews.stop();
  }

  /** The chosen outcome. */
  get chosen() {
    return this.#chosen;
  }

  /** True while a decision is being sent: nothing else may then change the page. */
  get sending() {
    return this.#sending;
  }

  /** Handles a letter, or a number behind "More ways": it chooses an outcome, and arms it unless a comment is needed first. */
  press(key) {
    if (this.#sending) return;
    const more = this.querySelector("details.ways");
    if (key === "s" && more) return this.#open(!more.open);
    if (key >= "0" && key <= "9" && !more?.open) return;
    const buttons = this.#buttons.filter((button) => button.dataset.key === key);
    if (!buttons.length) return;
    if (buttons.some((button) => button.value === this.#awaiting?.outcome)) return;
    if (buttons.some((button) => button.value === this.#armed?.outcome)) return this.send();
    // several outcomes may share a letter: each press moves to the next of them, and Enter arms it
    const next = buttons[(buttons.findIndex((button) => button.value === this.#chosen) + 1) % buttons.length];
    this.choose(next.value);
    if (buttons.length > 1) return next.focus({ preventScroll: true });
    const kind = next.dataset.comment;
    const wanted = kind === "required" || (key === "r" && kind !== "none");
    if (wanted && commentField() && !comment().trim()) return commentField().focus();
    this.#arm(next.value);
  }

  /** Confirms the armed outcome, or arms the chosen one. If neither exists it says so, because nobody has chosen the preview that is shown first. */
  send() {
    if (this.#sending || this.#awaiting) return;
    if (this.#armed) return this.querySelector(".confirm").click();
    const outcome = this.#chosen ?? (this.#buttons.length === 1 ? this.#buttons[0].value : undefined);
    if (outcome) return void this.#arm(outcome);
    this.#tell("Nothing was sent: choose an outcome first, by its key, its tab or its button.");
  }

  /** Chooses an outcome for the bar, the preview and Ctrl Enter. */
  choose(outcome) {
    const button = this.#button(outcome);
    if (!button || this.#sending) return;
    if (this.#armed?.outcome !== outcome) this.disarm();
    this.#chosen = outcome;
    this.#open(false);
    const radio = document.querySelector(`[name=preview][value="${outcome}"]`);
    if (radio) radio.checked = true;
    this.#mark(outcome, button);
    this.previews.want(outcome);
    this.#tell(this.#standing);
  }

  /** Handles Esc: disarms, or cancels the choice. Returns whether the key had an effect. */
  escape() {
    if (this.#sending || this.#open(false)) return true;
    const { activeElement } = document, here = this.contains(activeElement), button = this.#button(this.#chosen);
    const was = this.disarm();
    blameComment("");
    if (!this.#chosen) return was;
    this.#chosen = undefined;
    for (const radio of document.querySelectorAll("[name=preview]")) radio.checked = radio.defaultChecked;
    this.#mark();
    this.previews.want(undefined);
    this.#say(this.#standing);
    announce("Nothing is chosen.");
    if (here && button) (button.checkVisibility() ? button : this.querySelector("summary")).focus({ preventScroll: true });
    return was;
  }

  /** Disarms the outcome, which stays chosen. Returns whether one was armed. */
  disarm() {
    if (this.#sending) return false;
    if (this.#awaiting || this.#armed) this.#say(this.#standing);
    this.#awaiting = undefined;
    this.removeAttribute("aria-busy");
    clearTimeout(this.#timer);
    if (!this.#armed) return false;
    const here = this.contains(document.activeElement), button = this.#button(this.#armed.outcome);
    this.#armed = undefined;
    this.#show("rest");
    if (here) (button.checkVisibility() ? button : this.querySelector("summary"))?.focus({ preventScroll: true });
    return true;
  }

  /** Called before the item is replaced. Moves the typed text to the next form, which says that nothing was sent, and returns the element to focus. */
  passOn(next) {
    const bar = next.querySelector("decision-bar"), nextField = next.querySelector("#comment");
    const begun = comment().trim() || textsOf(drafted(this.form)).length || this.#chosen || this.#armed || this.#awaiting;
    if (!bar && this.#perhaps && next.querySelector("#overtaken[data-own]")) return next.querySelector("h1"); // it was recorded
    if (!bar) return overtake(next, [comment(), ...textsOf(drafted(this.form))].filter(Boolean).join("\n\n"));
    bar.dataset.notice = "The request changed while you read it." + (begun ? " Yours was not sent: look at it again." : "");
    if (nextField) nextField.value = comment();
    passAnswer(this.form, next);
    return nextField && document.activeElement === commentField() ? nextField : undefined;
  }

  /** Called before the bar is replaced because somebody signed or withdrew. The next one keeps the choice, and says what happened. */
  passPress(next) {
    const recorded = this.#perhaps && next.querySelector("[data-signed]"), inside = this.contains(document.activeElement);
    const begun = recorded ? undefined : this.#armed || this.#awaiting;
    const unsent = begun ? " Yours was not sent: read what a press does now." : "";
    next.dataset.notice = `${next.dataset.news}${unsent} ${next.querySelector(".state").textContent}`;
    next.dataset.renew = ""; // the previews beside the bar are older than it
    if (this.#chosen) next.dataset.chosen = this.#chosen;
    const why = this.querySelector("#withdraw-why"), nextWhy = next.querySelector("#withdraw-why");
    if (why && nextWhy) {
      nextWhy.value = why.value;
      nextWhy.closest("details").open = why.closest("details").open;
      if (document.activeElement === why) return () => nextWhy.focus();
    }
    return inside ? () => next.focusOn(begun?.outcome ?? this.#chosen) : undefined;
  }

  /** Called when the clocks may have changed: what the bar says at rest names the time until which something is missing. */
  takeTime(next) {
    const said = this.querySelector(".state").textContent, was = this.#rest;
    this.#rest = next.querySelector(".state").textContent;
    if (said.endsWith(was)) this.#say(said.slice(0, said.length - was.length) + this.#rest); // a notice may stand before it
  }

  /** Holds back the button of an outcome while its form says what is wrong with the answer, or releases it. */
  hold(outcome, held) {
    const button = this.#button(outcome);
    if (button) button.disabled = held;
  }

  /** Moves the focus to the button of an outcome, or else to what can be seen of the bar. */
  focusOn(outcome) {
    const button = this.#button(outcome);
    (button?.checkVisibility() ? button : this.querySelector("[data-bar=rest] :is(button, summary)"))?.focus({ preventScroll: true });
  }

  // What the bar says at rest: which outcome is chosen, and which key continues with it.
  get #standing() {
    if (!this.#chosen) return this.#rest;
    const keys = matchMedia("(pointer: coarse)").matches ? "" : " Ctrl Enter goes on with it, Esc takes it back.";
    return `“${this.#button(this.#chosen).dataset.label}” is chosen.${keys}`;
  }

  get #buttons() {
    return [...this.querySelectorAll("[data-bar=rest] button[name=outcome]")];
  }

  #button(outcome) {
    return this.#buttons.find((button) => button.value === outcome);
  }

  // Opens or closes "More ways". Reports whether that changed anything.
  #open(open) {
    const more = this.querySelector("details.ways");
    if (!more || more.open === open) return false;
    const inside = more.contains(document.activeElement);
    more.open = open;
    if (open) more.querySelector("button").focus({ preventScroll: true });
    else if (inside) more.querySelector("summary").focus({ preventScroll: true });
    return true;
  }

  #mark(outcome, chosen) {
    for (const button of this.#buttons) button.classList.toggle("chosen", button.value === outcome);
    const tone = ["approve", "reject"].find((name) => chosen?.classList.contains(name)) ?? "other";
    if (outcome) this.dataset.tone = tone;
    else delete this.dataset.tone;
  }

  #clicked(target) {
    if (!target.closest("details.ways")) this.#open(false);
    if (target.name === "preview") this.choose(target.value); // also for a tab that is already shown
  }

  // A decision stays armed while the focus is in the bar or on the bytes that it shows. Anywhere
  // else, the next key is meant for something else.
  #follow(element) {
    if (this.contains(element) || element.closest("#wire")) this.#wait();
    else this.disarm();
  }

  #wait() {
    clearTimeout(this.#timer);
    if (this.#armed && !this.#sending) this.#timer = setTimeout(() => this.disarm() && this.#tell("Not confirmed for a minute. Nothing was sent."), ARMED);
  }

  #retyped() {
    this.disarm(); // the page no longer shows what was armed
    if (this.querySelector(".state").textContent === this.#refusal) this.#say(this.#standing);
    blameComment("");
    this.previews.typed();
  }

  #pressed() {
    const at = performance.now();
    this.#quick = at - Math.max(this.#pressedAt, this.#armedAt) < SETTLE;
    this.#pressedAt = at;
  }

  #submit(event) {
    if (/^(form|reveal)$/.test(event.submitter?.name)) return void this.disarm(); // a button of a form in the answer
    if (event.submitter?.matches(".confirm")) return this.#confirm(event);
    event.preventDefault();
    if (!event.submitter || this.#sending || this.#awaiting?.outcome === event.submitter.value) return;
    this.choose(event.submitter.value);
    this.#arm(event.submitter.value);
  }

  async #arm(outcome) {
    if (!this.querySelector("[data-bar=locked]").hidden) return; // a key also reaches buttons that are hidden
    const button = this.#button(outcome);
    if (button.dataset.comment === "required" && !comment().trim()) return blameComment(`${button.dataset.label} needs a comment.`);
    blameComment("");
    this.disarm();
    if (!this.previews.fresh) {
      const awaited = (this.#awaiting = { outcome });
      this.setAttribute("aria-busy", "true");
      this.#tell("Fetching what Lambda will receive…");
      const there = await this.previews.read();
      if (this.#awaiting !== awaited) return; // the reader has moved on meanwhile
      this.#awaiting = undefined;
      this.removeAttribute("aria-busy");
      if (!there) return;
    }
    const preview = this.previews.of(outcome);
    if (!preview) return this.#refused(button);
    this.#ask(button, preview);
  }

  #ask(button, { dataset: { seen, at, cost } }) {
    const confirm = this.querySelector(".confirm");
    this.querySelector(".question").textContent = button.dataset.ask;
    this.querySelector(".cost").textContent = [button.dataset.changes, button.dataset.cost || cost].filter(Boolean).join(". ");
    confirm.firstElementChild.textContent = button.dataset.confirm;
    confirm.lastElementChild.textContent = button.dataset.key.toUpperCase();
    this.#armed = { outcome: button.value, seen, at, sends: button.dataset.sends };
    this.#armedAt = performance.now();
    this.#show("armed");
    confirm.focus({ preventScroll: true });
    this.#wait();
  }

  #confirm(event) {
    if (!this.#armed || this.#sending || this.#quick) return event.preventDefault();
    for (const [name, value] of Object.entries(this.#armed)) {
      const input = this.form.querySelector(`input[name=${name}]`);
      input.value = value;
      input.disabled = false;
    }
    session.setItem("decided", this.closest("#item").dataset.callback);
    this.#markSending(true);
    if (!deskMayBeAway() && !this.closest(".in-pane")) return;
    event.preventDefault();
    this.#post();
  }

  // Until there is a result, nothing on the bar can be changed or pressed. Without an answer the
  // decision stays armed, and the bar says what is known of it.
  async #post() {
    clearTimeout(this.#timer);
    const before = this.#perhaps;
    this.#perhaps = true; // a reading of the page meanwhile may show what was recorded
    const result = await tryToSend(this.form);
    if (result === "answered") return; // another page follows
    this.#perhaps = before || result === "lost";
    this.#unlock(this.#perhaps ? LOST : comment().trim() ? `${UNSENT} Your comment is kept.` : UNSENT);
    this.querySelector(".confirm").firstElementChild.textContent = "Try again";
    this.#wait();
  }

  // Marks the decision as being sent, or no longer. While it is being sent, presses do nothing.
  #markSending(sending) {
    clearTimeout(this.#timer);
    this.#sending = sending;
    this.setAttribute("aria-busy", String(sending));
    if (!sending) return this.disarm();
    this.querySelector(".cost").textContent = "Sending…";
    this.#timer = setTimeout(() => this.#unlock("No answer yet. You may press again: it counts once."), PATIENCE);
  }

  #unlock(known) {
    this.#sending = false;
    this.setAttribute("aria-busy", "false");
    this.querySelector(".cost").textContent = known;
  }

  #previewed(problem) {
    if (problem) return this.#tell((this.#unseen = problem));
    this.previews.relabel((outcome) => this.#button(outcome));
    if (this.querySelector(".state").textContent === this.#unseen) this.#say(this.#standing);
  }

  // The preview of an outcome says why it cannot be sent; the fields of an answer say it too.
  #refused(button) {
    const said = document.querySelector(`answer-form[data-outcome="${button.value}"]`)?.refuse?.();
    this.#refusal = said ?? `“${button.dataset.label}” cannot be sent like this: its preview says why.`;
    this.#tell(this.#refusal);
    document.querySelector("answer-boxes")?.refuse?.(button.value);
  }

  // Shows a text on the bar and announces it to screen readers.
  #tell(text) {
    this.#say(text);
    announce(text);
  }

  #say(text) {
    const state = this.querySelector(".state");
    state.textContent = text;
    state.classList.toggle("told", text !== this.#rest);
  }

  #show(name) {
    for (const bar of this.querySelectorAll("[data-bar]")) bar.hidden = bar.dataset.bar !== name;
    this.classList.toggle("armed", name === "armed");
  }

  // Locks the bar shortly before the callback ends and unlocks it when a heartbeat moves the end.
  #watch() {
    const until = Number(this.dataset.until), before = this.#left;
    this.#left = until ? until - now() : Infinity;
    const late = this.#left < Number(this.dataset.lock);
    const locked = !this.querySelector("[data-bar=locked]").hidden;
    if (late && !locked && !this.#sending) {
      this.disarm();
      this.#show("locked");
    } else if (!late && locked) {
      this.#show("rest");
    }
    if (!this.#armed && !document.hidden) this.previews.renew();
    const heard = HEARD.findLast((minutes) => Number.isFinite(before) && before > minutes * 60_000 && this.#left <= minutes * 60_000);
    if (heard) announce(`${heard} min left to decide`);
  }
}

customElements.define("decision-bar", DecisionBar);
