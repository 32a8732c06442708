// Package review shows one callback in any state: the request, its clocks, who reviews it, the bar
// in which people decide, with preview and second step, what became of the decision, and the
// answers to a decision that was not recorded.
//
// The bar keeps people from deciding by accident. static/js/bar.js runs it; without scripts, the
// form does the same.
//
//   - A key, a tab or a button chooses an outcome, until Esc. Ctrl Enter continues only with a
//     chosen outcome; nobody has chosen the preview that is open at first.
//   - One request refreshes all previews as the reviewer types. A button is armed only for what the
//     page shows.
//   - A decision is disarmed when the focus leaves the bar and the bytes that it shows, when the
//     page is hidden, and one minute after the focus last moved; the page announces it. A few
//     seconds would be too short for people who use a screen reader or a switch.
package review
