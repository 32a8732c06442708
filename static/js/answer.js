// What the reader writes where the request leaves it to them: a result or a failure.

import { answerOf, drafted, fill, isDraft, keepAnswer, textsOf } from "./drafts.js";
import { announce } from "./page.js";

/**
 * <answer-boxes> chooses the box in which the reader writes, keeps what is written, and says what is wrong with a field once the
 * reader leaves it. It asks the previews, which the server makes.
 */
class AnswerBoxes extends HTMLElement {
  #left = new Set(); // names of the fields whose faults are said
  #show = () => this.#say();

  connectedCallback() {
    this.form = document.getElementById("decide");
    this.addEventListener("input", (event) => this.#written(event.target));
    this.addEventListener("focusout", (event) => this.#leave(event.target));
    this.addEventListener("keydown", (event) => event.key === "Enter" && event.target.rows === 1 && event.preventDefault());
    document.addEventListener("previews:shown", this.#show);
    this.parentElement.addEventListener("submit", this.#offer);
    this.#restore();
  }

  disconnectedCallback() {
    document.removeEventListener("previews:shown", this.#show);
  }

  // Writes a result of the past into the editor. The browser can undo it, so that nothing typed is lost.
  #offer = (event) => {
    if (!event.target.matches("[data-past-answer]")) return;
    event.preventDefault();
    const { result, ...format } = Object.fromEntries(new FormData(event.target)), field = this.querySelector('[name="result"]');
    fill(document, format);
    field.focus();
    field.select();
    document.execCommand("insertText", false, result);
  };

  /** Says what is wrong with the fields of an outcome, and moves the focus to the first. */
  refuse(outcome) {
    const fields = [...this.querySelectorAll(`[data-outcome="${outcome}"] textarea`)];
    for (const { name } of fields) this.#left.add(name);
    this.#say();
    fields.find((field) => field.getAttribute("aria-invalid") === "true")?.focus();
  }

  get #draft() {
    const { comment, ...answer } = drafted(this.form);
    return answer;
  }

  get #asCame() {
    const { comment, ...answer } = drafted(this.form, true);
    return answer;
  }

  // An answer that the server shows again is newer than the one that the browser keeps.
  #restore() {
    const kept = answerOf(this.dataset.callback), came = this.#asCame;
    if (!kept || textsOf(came).length || JSON.stringify(this.#draft) !== JSON.stringify(came)) return;
    fill(document, kept);
    this.querySelector("textarea").dispatchEvent(new InputEvent("input", { bubbles: true })); // makes the preview follow
    announce("Your answer is back.");
  }

  #written(field) {
    if (!isDraft(field)) return;
    const { outcome } = field.closest("[data-outcome]").dataset, bar = document.querySelector("decision-bar");
    if (document.activeElement === field && bar?.chosen !== outcome) bar?.choose?.(outcome);
    this.#left.delete(field.name);
    if (field.name === "format") this.#left.delete("result");
    this.#say();
    const answer = this.#draft, same = JSON.stringify(answer) === JSON.stringify(this.#asCame);
    keepAnswer(this.dataset.callback, same && !textsOf(answer).length ? undefined : answer);
  }

  #leave(field) {
    if (field.localName !== "textarea" || !field.value.trim()) return;
    this.#left.add(field.name);
    if (document.querySelector("decision-bar")?.previews?.fresh) this.#say();
  }

  #say() {
    for (const field of this.querySelectorAll("textarea")) {
      const { outcome } = field.closest("[data-outcome]").dataset, shown = this.querySelector(`#${field.name}-fault`);
      const fault = document.querySelector(`#wire [data-outcome="${outcome}"] [data-fault="${field.name}"]`)?.textContent.trim();
      const text = (this.#left.has(field.name) && fault) || "";
      if (shown.lastElementChild.textContent.trim() !== text) shown.lastElementChild.textContent = text;
      shown.hidden = !text;
      field.classList.toggle("bad", Boolean(text));
      field.setAttribute("aria-invalid", String(Boolean(text)));
    }
  }
}

customElements.define("answer-boxes", AnswerBoxes);
