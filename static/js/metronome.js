// Ticks for a hidden tab, because browsers slow down its own timers.

setInterval(() => postMessage("tick"), 5_000);
