// The part of the settings about notices: saves each form without loading the page, and subscribes
// this browser to pushes when its reader asks for that.

import { announce } from "./page.js";

// The section is replaced by the answer to each form.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.closest("#notices") || form.method !== "post") return;
  event.preventDefault();
  save(form, event.submitter);
});

async function save(form, button) {
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  const response = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form, button)) }).catch(() => undefined);
  form.ariaBusy = null;
  if (!(await replace(response, button?.id))) form.submit(); // the page that comes says why
}

/** Replaces the section by that of a page, and says what came of it. Returns whether the page has one. */
async function replace(response, focus) {
  const page = response && new DOMParser().parseFromString(await response.text().catch(() => ""), "text/html");
  const section = page?.getElementById("notices");
  if (!section) return false;
  document.getElementById("notices").replaceWith(section);
  (document.getElementById(focus) ?? document.getElementById("notices-title")).focus();
  const said = section.querySelector('[role="alert"], [data-testid="tested"]') ?? section.querySelector("#notices-said");
  if (said?.textContent.trim()) announce(said.textContent.trim());
  showThisBrowser();
  return true;
}

const SAYS = {
  none: "This browser takes no notifications, or the desk is not reached over https.",
  denied: "You have blocked notifications of this desk. Allow them in the settings of the browser.",
  ask: "It asks you once for permission.",
};

// The name of a subscription on the server: the beginning of the hash of its endpoint.
async function nameOf(subscription) {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(subscription.endpoint));
  return btoa(String.fromCharCode(...new Uint8Array(hash, 0, 16))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

const key = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

/** Shows what this browser allows, and whether it is among those that are told. */
export async function showThisBrowser() {
  const row = document.getElementById("this-browser");
  if (!row) return;
  const says = row.querySelector("[data-says]"), button = row.querySelector("[data-subscribe]");
  if (!("serviceWorker" in navigator) || !("PushManager" in window)) {
    says.textContent = SAYS.none;
    return;
  }
  const registration = await navigator.serviceWorker.getRegistration("/");
  const subscription = await registration?.pushManager.getSubscription();
  const name = subscription && (await nameOf(subscription));
  const known = name && document.querySelector(`[data-browser^="${name}."]`);
  if (known) known.querySelector("[data-here]").hidden = false;
  row.hidden = Boolean(known?.querySelector("form[action$='/test']"));
  button.hidden = Notification.permission === "denied";
  says.textContent = button.hidden ? SAYS.denied : SAYS.ask;
}

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-subscribe]")) subscribe(target.closest("li"));
});

// Subscribes this browser. The browser asks for permission only because of the press.
async function subscribe(row) {
  const says = row.querySelector("[data-says]");
  try {
    if ((await Notification.requestPermission()) !== "granted") {
      says.textContent = SAYS.denied;
      announce(says.textContent);
      return;
    }
    await navigator.serviceWorker.register("/sw.js", { scope: "/" });
    const { pushManager } = await navigator.serviceWorker.ready;
    await (await pushManager.getSubscription())?.unsubscribe(); // it may be for an earlier key
    const made = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key(row.dataset.key) });
    const body = new URLSearchParams({ endpoint: made.endpoint, p256dh: text(made.getKey("p256dh")), auth: text(made.getKey("auth")) });
    const response = await fetch("/settings/browsers", { method: "POST", body });
    if (await replace(response, "switch-push")) return;
    says.textContent = "The desk did not take the subscription. Load the page again.";
  } catch (error) {
    says.textContent = `The browser did not subscribe: ${error.message}`;
  }
  announce(says.textContent);
}

navigator.serviceWorker?.addEventListener("message", ({ data }) => {
  if (data?.shown) announce(`Shown: ${data.shown}`);
});

showThisBrowser();
