// Package printable turns text that somebody else wrote into what a person can be shown: a
// character that cannot be seen, or that moves others about, becomes a marked escape such as
// ⟨U+202E⟩. What emoji and scripts need of such characters stays. It is the only place that knows
// which characters those are.
package printable
