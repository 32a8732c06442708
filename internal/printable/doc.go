// Package printable makes text from outside safe to show to a person: a character that is
// invisible, or that moves others, becomes a marked escape such as ⟨U+202E⟩. Such characters stay
// if emoji or scripts need them. Only this package knows which characters those are.
package printable
