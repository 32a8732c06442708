// The form of an outcome. The server reads what is typed, and says what is wrong with it and what it changes; this script only
// spares the reader the reload, and says errors once a field is left.

import { answerOf, drafted, isDraft, keepAnswer } from "./drafts.js";
import { announce } from "./page.js";
import { edit } from "./editor.js";

const entriesOf = (root) => new Map([...root.querySelectorAll("[data-entry]")].map((entry) => [entry.dataset.entry, entry]));
const part = (entry, selector) => entry.querySelector(`:scope > ${selector}`);
const CONTROL = ":is(.inp, .unit, .choice, .strs, .objs, .combo, .json)";
const controlOf = (entry) => part(entry, CONTROL) ?? part(entry, `:is(.str, .masked-value) > ${CONTROL}`); // an item of a list has a box, and so has a masked value

/**
 * <answer-form> draws the form of an outcome anew when one of its buttons is pressed, and takes marks and errors from the server's
 * answers while the reader types. What is typed is kept in the browser.
 */
class AnswerForm extends HTMLElement {
  #left = new Set(); // names of the entries whose errors are said
  #touched = false;
  #listening;

  connectedCallback() {
    const { signal } = (this.#listening = new AbortController());
    const on = (target, type, listener) => target.addEventListener(type, listener, { signal });
    on(this, "input", ({ target }) => this.#typed(target));
    on(this, "focusout", ({ target }) => this.#leave(target));
    on(this, "keydown", (event) => this.#key(event));
    on(document, "submit", (event) => this.#submit(event)); // the bar with the form may be replaced meanwhile
    on(document, "previews:page", ({ detail }) => this.#take(detail));
    on(document, "previews:shown", () => this.#say());
    this.#drawn();
    if ("told" in this.dataset) this.#leaveAll();
    else customElements.whenDefined("decision-bar").then(() => this.#restore());
  }

  disconnectedCallback() {
    this.#listening.abort();
  }

  /** Says everything that is wrong, moves the focus to the summary, and returns what the bar says. */
  refuse() {
    this.#leaveAll();
    this.#say();
    const summary = this.querySelector("[data-summary]");
    if (summary.hidden) return;
    summary.focus();
    return `${summary.querySelector("h3").textContent.trim()}. Rejecting is possible: it does not send the form.`;
  }

  get form() {
    return document.getElementById("decide");
  }

  get #bar() {
    return document.querySelector("decision-bar");
  }

  get #changes() {
    return document.getElementById(`${this.id}-changes`);
  }

  // Whether a button is one of this form's: its value is an action and the name of an entry.
  #owns = (button) => this.#names(button.slice(button.indexOf(":") + 1));

  // Whether a name is that of this form or of one of its inputs.
  #names(name) {
    const { prefix } = this.dataset;
    return name.startsWith(prefix) && ["", "/", "#"].includes(name.charAt(prefix.length));
  }

  // Fields that were drawn get what only a script can give them.
  #drawn() {
    for (const field of this.querySelectorAll(".json textarea")) edit(field);
    const searched = this.querySelectorAll("select[data-combo]");
    if (searched.length) import("./combobox.js").then(({ search }) => searched.forEach(search));
  }

  #submit(event) {
    const { name, value } = event.submitter ?? {};
    if (name !== "form" || !this.#owns(value) || !this.#bar?.previews) return;
    event.preventDefault();
    this.#press(value);
  }

  async #press(button, values) {
    if (await this.#bar.previews.press(button, values)) this.#touched = true; // else the bar says why
    this.#keep();
  }

  // The server's answer. Without a button the reader may be typing: then the inputs stay.
  #take({ page, button }) {
    const next = page.getElementById(this.id), changes = page.getElementById(`${this.id}-changes`);
    if (!next) return;
    if (changes) {
      this.#changes?.replaceChildren(...changes.childNodes);
      if (this.#changes) this.#changes.hidden = changes.hidden;
    }
    if (button === undefined) return this.#mark(entriesOf(next), next);
    if (this.#owns(button)) this.#redraw(next, button);
  }

  #redraw(next, button) {
    const inside = this.contains(document.activeElement) || this.#changes?.contains(document.activeElement);
    this.replaceChildren(...next.childNodes);
    this.#drawn();
    this.#say();
    if (inside) this.#focusAfter(button);
  }

  #mark(entries, next) {
    for (const [name, entry] of entriesOf(this)) {
      const newer = entries.get(name);
      if (!newer) continue;
      for (const selector of [".lab > .mark", ".mark", ".err > span", ".line-faults", ".editor-f", ".json > .gutter"]) {
        const now = part(entry, selector), then = part(newer, selector);
        if (now && then && now.innerHTML !== then.innerHTML) now.replaceChildren(...then.childNodes);
      }
      controlOf(entry)?.classList.toggle("changed", Boolean(controlOf(newer)?.classList.contains("changed")));
    }
    this.querySelector("[data-summary] ul").replaceChildren(...next.querySelector("[data-summary] ul").childNodes);
  }

  #focusAfter(button) {
    const at = button.indexOf(":"), action = button.slice(0, at), name = button.slice(at + 1);
    const entry = (called) => this.querySelector(`[data-entry="${CSS.escape(called)}"]`);
    const control = ":is(input:not([type=hidden]), select, textarea)";
    let field;
    if (action === "add") {
      field = entry(name)?.querySelector("[data-add]") ?? this.#firstOfLast(entry(name), name);
    } else if (action === "remove") {
      const list = entry(name.slice(0, name.lastIndexOf("/")));
      field = list?.querySelector("[data-add], [data-another]");
    } else if (action === "reset") {
      field = entry(name)?.querySelector(control);
    }
    (field ?? this.querySelector(".json textarea") ?? this.querySelector("h2")).focus();
  }

  // The first input of the last line of a list.
  #firstOfLast(list, name) {
    const lines = [...(list?.querySelectorAll("[data-entry]") ?? [])].filter(({ dataset }) => !/[/#]/.test(dataset.entry.slice(name.length + 1)));
    return lines.at(-1)?.querySelector(":is(input:not([type=hidden]), select, textarea)");
  }

  #typed(field) {
    if (!isDraft(field)) return;
    const bar = this.#bar, { outcome } = this.dataset;
    if (document.activeElement === field && bar?.chosen !== outcome) bar?.choose?.(outcome);
    this.#left.delete(this.#nameOf(field));
    this.#say();
    this.#touched = true;
    this.#keep();
  }

  #leave(field) {
    const name = this.#nameOf(field);
    if (!name || !this.#touched) return;
    this.#left.add(name);
    if (this.#bar?.previews?.fresh) this.#say();
  }

  #leaveAll() {
    this.#left = new Set(entriesOf(this).keys());
    this.#left.add("");
  }

  #nameOf = (field) => field.closest("[data-entry]")?.dataset.entry;

  // Enter adds to a list or does nothing: it never sends. Backspace in an empty input takes the last item away.
  #key(event) {
    const { key, target } = event;
    if (!target.matches("input")) return;
    const list = target.closest("[data-entry]");
    if (key === "Enter") event.preventDefault();
    if (!target.matches("[data-add]")) return;
    if (key === "Enter" && target.value) list.querySelector("[data-another]").click();
    const last = [...list.querySelectorAll('button[value^="remove:"]')].at(-1);
    if (key === "Backspace" && !target.value && last && !event.repeat) last.click();
  }

  // Shows the errors of the entries that were left, and the summary if the answer was sent.
  #say() {
    for (const [name, entry] of entriesOf(this)) {
      const error = part(entry, ".err"), lines = part(entry, ".line-faults"), control = controlOf(entry);
      const wrong = this.#left.has(name) && Boolean(error?.textContent.trim() || lines?.childElementCount);
      if (error) error.hidden = !wrong;
      if (lines) lines.hidden = !wrong;
      if (!control || control.matches(".strs, .objs")) continue; // their items say it
      control.classList.toggle("bad", wrong);
      (control.matches(".inp") ? control : control.querySelector("[aria-invalid]"))?.setAttribute("aria-invalid", String(wrong));
    }
    this.#summarise();
  }

  #summarise() {
    const summary = this.querySelector("[data-summary]");
    let said = 0;
    for (const line of summary.querySelectorAll("li")) {
      line.hidden = !this.#left.has(line.dataset.fault);
      said += line.hidden ? 0 : 1;
    }
    summary.hidden = !said || !this.#left.has(""); // it is said once the answer was sent
    this.#bar?.hold?.(this.dataset.outcome, !summary.hidden);
    summary.querySelector("h3 > span").textContent = `${said === 1 ? "1 answer needs" : `${said} answers need`} a correction before this can be sent`;
  }

  #keep() {
    if (!this.#touched) return;
    const said = [...(this.#changes?.querySelectorAll("li") ?? [])].map((line) => `${line.querySelector(".k").textContent.trim()}: ${line.querySelector(".v").textContent.trim()}`);
    const { comment, ...answer } = drafted(this.form);
    keepAnswer(this.dataset.callback, { ...answer, changes: said.join("\n") });
  }

  // An answer that the server shows again is newer than the one that the browser keeps, unless it is from an earlier signature.
  async #restore() {
    const kept = answerOf(this.dataset.callback) ?? {};
    const split = (answer, own) => Object.fromEntries(Object.entries(answer).filter(([name]) => this.#names(name) === own));
    const fields = split(kept, true); // all of them: the page may have come with JSON where fields were kept
    if (!Object.keys(fields).length || this.#touched) return;
    if (!("again" in this.dataset || (this.#changes?.hidden ?? true))) return;
    if (!(await this.#bar?.previews?.press(`show:${this.dataset.prefix}`, { ...split(drafted(this.form), false), ...fields }))) return;
    this.#touched = true;
    if (!this.#changes?.hidden) announce("Your answer is back.");
  }
}

customElements.define("answer-form", AnswerForm);
