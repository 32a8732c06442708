// What a person types for a callback stays in this browser until the callback is decided or the
// person signs out. It survives a change to another row, a reload, going back, and the end of a
// session. The next person at this browser does not see it.

import { announce, local } from "./page.js";

const KEY = "drafts";
const MOST = 20; // callbacks; the oldest draft is dropped first
const LONGEST = 160_000; // UTF-16 units, more than the fields allow
const LIFETIME = 30 * 86_400_000;
const FIELDS = ["comment", "format", "result", "errorType", "errorMessage", "errorData"]; // that a reviewer writes in
const FORM = "answer:"; // begins the names of the inputs of a form

const person = document.querySelector('meta[name="person"]')?.content;
let over = false; // this person has signed out in another tab

function stored() {
  try {
    return JSON.parse(local.getItem(KEY)) ?? {};
  } catch {
    return {}; // not written by this script
  }
}

function drafts() {
  const { person: owner, items } = stored();
  if (owner !== person || !Array.isArray(items)) return [];
  return items.filter(({ at }) => Date.now() - at < LIFETIME);
}

/** Writes the drafts, newest first. Returns whether the browser stored them. */
function write(items) {
  try {
    local.setItem(KEY, JSON.stringify({ person, items: items.slice(0, MOST) }));
    return true;
  } catch {
    return false; // storage is full
  }
}

const find = (callback) => drafts().find((draft) => draft.callback === callback);
const without = (callback) => drafts().filter((draft) => draft.callback !== callback);

// Names of the fields whose texts this browser must not keep: secrets, and masked values that the
// reader has revealed or typed over.
const hiddenNames = () => new Set([...document.querySelectorAll("[type=password], .masked-value [name]")].map(({ name }) => name));

// What may be kept of an answer. Nothing is no answer.
function keepable(answer) {
  if (!answer) return answer;
  const hidden = hiddenNames(), closed = (name) => hidden.has(name) || /#(secret|sealed|revealed)$/.test(name);
  return Object.fromEntries(Object.entries(answer).filter(([name]) => !closed(name)));
}

// Keeps a part of a draft: the text of its comment, or its answer without secrets and masked values.
function keep(callback, part) {
  const before = find(callback), { text = "", ...rest } = { ...before, ...part }, answer = keepable(rest.answer);
  if (over || JSON.stringify([text, answer]).length > LONGEST) return false;
  if (before?.text === text && JSON.stringify(before.answer) === JSON.stringify(answer)) return true;
  return write(text.trim() || answer ? [{ callback, text, answer, at: Date.now() }, ...without(callback)] : without(callback));
}

/** Keeps what is written for a callback whose answer is the reader's; nothing is no answer. */
export const keepAnswer = (callback, answer) => keep(callback, { answer });

/** The answer that is kept for a callback. */
export const answerOf = (callback) => find(callback)?.answer;

/** Forgets what was typed for a callback. */
export function drop(callback) {
  if (find(callback)) write(without(callback));
}

/** Whether a field is one that a reviewer writes in, and that the previews follow. */
export const isDraft = ({ name }) => FIELDS.includes(name) || Boolean(name?.startsWith(FORM));

/** What is written in the fields of a decision's form, by name; or what the page came with. */
export function drafted(form, byDefault = false) {
  const draft = {};
  for (const field of form.elements) {
    if (!isDraft(field)) continue;
    if (field.type === "radio" && !(byDefault ? field.defaultChecked : field.checked)) continue;
    const value = byDefault ? cameWith(field) : field.value;
    draft[field.name] = field.name.endsWith("#rows") ? [...(draft[field.name] ?? []), value] : value;
  }
  return draft;
}

// What a field had when the page came.
function cameWith(field) {
  if (field.localName !== "select") return field.defaultValue;
  return ([...field.options].find((option) => option.defaultSelected) ?? field.options[0])?.value ?? "";
}

/** Writes an answer into the fields of a page. */
export function fill(page, answer) {
  for (const field of page.querySelectorAll("answer-boxes [name]")) {
    if (!isDraft(field) || answer[field.name] === undefined) continue;
    if (field.type === "radio") field.checked = field.value === answer[field.name];
    else field.value = answer[field.name];
  }
}

/** Moves what is written from a form to the page that replaces it. */
export function passAnswer(form, next) {
  fill(next, drafted(form));
}

/** The texts of an answer, to be read and copied. */
export const textsOf = ({ result, errorMessage, errorData, changes } = {}) => [result, errorMessage, errorData, changes].filter(Boolean);

// Deletes the drafts of the previous person at this browser. The write also tells this person's
// pages in other tabs.
if (person && (stored().person ?? person) !== person) write([]);

/** Returns whether another person has signed in at this browser since. */
const replaced = () => (stored().person ?? person) !== person;

function leave() {
  for (const field of document.querySelectorAll("textarea, answer-form .inp")) field.value = "";
  location.reload();
}

addEventListener("storage", ({ key, newValue }) => {
  if (key !== KEY && key !== null) return;
  if (replaced()) return leave();
  if (newValue !== null) return;
  over = true;
  for (const field of document.querySelectorAll("[data-kept]")) delete field.dataset.kept;
});

// A page that the browser restored may belong to another person.
addEventListener("pageshow", ({ persisted }) => persisted && replaced() && leave());

const sameWords = (a, b) => a.split(/\s+/).join(" ").trim() === b.split(/\s+/).join(" ").trim();

/**
 * <kept-draft data-callback data-field> stores the text typed into a field and restores it. Without data-field, the page cannot
 * decide, and the element offers the stored text for copying, unless it was sent (data-sent).
 */
class KeptDraft extends HTMLElement {
  connectedCallback() {
    const { callback, field, sent } = this.dataset;
    let draft = find(callback);
    if (draft && sent !== undefined && sameWords(draft.text, sent)) {
      drop(callback);
      draft = undefined;
    }
    if (field) this.#follow(document.getElementById(field), draft);
    else if (draft) this.#offer(draft);
  }

  // A comment that the server shows again is newer than any draft, but a comment that waited for a
  // sign-in is so only now: after a reload, what was typed since counts.
  #follow(field, draft) {
    if (this.dataset.waited !== undefined) {
      const here = new URL(location);
      here.searchParams.delete("draft");
      history.replaceState(history.state, "", here);
    }
    const mark = () => (field.dataset.kept = keep(this.dataset.callback, { text: field.value }) && local.lasts ? "1" : "");
    if (local.lasts) field.autocomplete = "off"; // otherwise the browser offers the text to the next person who goes back to this page
    field.addEventListener("input", () => {
      this.replaceChildren();
      mark();
    });
    if (draft?.text && !field.defaultValue && !field.value.includes(draft.text)) this.#restore(field, draft);
    if (field.value) mark();
  }

  // Text typed before this script loaded is kept, below the draft.
  #restore(field, draft) {
    field.value = field.value ? `${draft.text}\n${field.value}` : draft.text;
    field.dispatchEvent(new InputEvent("input", { bubbles: true })); // makes the preview follow
    const words = `Your comment from ${clock(draft.at)} is back.`;
    this.#say(words, button("Discard", () => {
      field.value = "";
      field.dispatchEvent(new InputEvent("input", { bubbles: true }));
      field.focus();
      announce("Discarded.");
    }));
    announce(words);
  }

  #offer(draft) {
    const texts = [draft.text, ...textsOf(draft.answer)].filter(Boolean);
    if (!texts.length) return;
    this.querySelector("textarea").value = texts.join("\n\n");
    this.querySelector("[data-discard]").addEventListener("click", () => {
      drop(this.dataset.callback);
      this.hidden = true;
      announce("Discarded.");
      document.querySelector("#item h1")?.focus();
    });
    this.hidden = false;
  }

  #say(words, action) {
    const note = document.createElement("p"), text = document.createElement("span");
    note.className = "draft-note";
    text.textContent = words;
    note.append(text, " ", action);
    this.replaceChildren(note);
  }
}

function button(text, act) {
  const b = document.createElement("button");
  b.type = "button";
  b.className = "link textbtn";
  b.textContent = text;
  b.addEventListener("click", act);
  return b;
}

// Formats a time as the pages do: with the day if it is not today.
function clock(at) {
  const day = new Date(at).toDateString() === new Date().toDateString() ? {} : { day: "numeric", month: "short" };
  return new Intl.DateTimeFormat("en-GB", { ...day, hour: "2-digit", minute: "2-digit" }).format(at);
}

customElements.define("kept-draft", KeptDraft);

/** The field of the comment, on pages that have one. */
export function commentField() {
  return document.getElementById("comment");
}

/** The comment that is typed. */
export function comment() {
  return commentField()?.value ?? "";
}

/** Shows what is wrong with the comment and moves the focus there; an empty text takes it away. */
export function blameComment(text) {
  const fault = document.getElementById("comment-fault");
  if (!fault) return;
  fault.hidden = !text;
  fault.lastElementChild.textContent = text;
  commentField().classList.toggle("bad", Boolean(text));
  commentField().setAttribute("aria-invalid", String(Boolean(text)));
  if (text) commentField().focus();
}
