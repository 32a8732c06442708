package review

import (
	"strings"

	"countersign/internal/callbacks"
	"countersign/views"
	"countersign/views/untrusted"
	"countersign/views/words"
)

// recordLine is one thing that is on record of a signature.
type recordLine struct{ Name, Value string }

// signRecord is everything that is on record of a signature, as it was given.
func signRecord(m Review, s views.Shell, given *callbacks.Signature) []recordLine {
	lines := []recordLine{
		{"Signed", outcomeLabel(m, given.Outcome) + ", " + s.Moment.Full(given.At)},
		{"Groups", strings.Join(given.Groups, ", ")},
	}
	if d := given.ActingFor; d != nil {
		lines = append(lines, recordLine{"Acting for", untrusted.Isolate(d.Name) + " of " + strings.Join(d.Groups, ", ")})
	}
	lines = append(lines,
		recordLine{"Changes", words.Changes(signedChanges(m, given))},
		recordLine{"Via", viaWords(given.Via)},
		recordLine{"Rule", given.Rule},
		recordLine{"Configuration", given.ConfigVersion.Short()},
		recordLine{"Was shown", given.Shown},
		recordLine{"Comment", untrusted.Isolate(given.Comment)},
		recordLine{"Became", words.Fate(m.Fate(given))},
	)
	if end := given.End; end != nil {
		lines = append(lines, recordLine{"Ended", s.Moment.Full(end.At) + ". " + untrusted.Isolate(end.Why)})
	}
	var known []recordLine
	for _, line := range lines {
		if line.Value != "" {
			known = append(known, line)
		}
	}
	return known
}

// viaWords names the way by which a signature came.
func viaWords(via callbacks.Via) string {
	if via == callbacks.ViaWeb {
		return "This page"
	}
	return string(via)
}
