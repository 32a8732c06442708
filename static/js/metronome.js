// Ticks for a hidden tab, whose own timers are slowed down.

setInterval(() => postMessage("tick"), 5_000);
