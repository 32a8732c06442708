// The part of the settings that this browser keeps: what an open tab does when something is newly
// at risk.

import { local } from "./page.js";

const section = document.getElementById("signals");

function show() {
  section.hidden = false;
  for (const control of section.querySelectorAll("[data-signal]")) {
    const row = control.closest("li"), way = control.dataset.signal;
    const allowed = way !== "notify" || ("Notification" in window && Notification.permission !== "denied");
    const on = allowed && local.getItem(way) === "on";
    control.hidden = !allowed;
    control.ariaChecked = String(on);
    control.textContent = on ? "On" : "Off";
    row.querySelector("[data-blocked]")?.toggleAttribute("hidden", allowed);
  }
}

// The browser asks for permission only because of the press, and a sound is heard at once.
section.addEventListener("click", async ({ target }) => {
  const control = target.closest("[data-signal]");
  if (!control) return;
  const way = control.dataset.signal, on = control.ariaChecked !== "true";
  if (on && way === "notify" && (await Notification.requestPermission()) !== "granted") return show();
  local.setItem(way, on ? "on" : "off");
  show();
  const { sound } = await import("./signals.js");
  if (on && way === "sound") sound();
  document.dispatchEvent(new Event("signals:chosen"));
});

show();
