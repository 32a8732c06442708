// Package review shows one callback, whatever its state is: the request, its clocks, who reviews
// it, the bar in which it is decided, with preview and second step, what came of the decision, and
// the answers to a decision that was not recorded.
//
// The bar (static/js/bar.js works it, the form does the same without scripts) keeps people from
// deciding by accident:
//
//   - An outcome is chosen by a key, a tab or a button, until Esc. Ctrl Enter continues with what
//     was chosen and with nothing else; the preview that is open at first is nobody's choice.
//   - One request refreshes all previews as the reviewer types. What is armed is what the page
//     shows.
//   - A decision is disarmed when the focus leaves the bar and the bytes it shows, when the page is
//     hidden, and a minute after the focus last moved, which is announced. A few seconds would be
//     too short for people who work with a screen reader or a switch.
package review
