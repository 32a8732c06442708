package payload

import (
	"strings"
	"testing"
)

// TestSearch_Deep: the label of a hit is made of the names that it has room for, however many lead
// to the hit.
func TestSearch_Deep(t *testing.T) {
	const levels = 5000
	document := strings.Repeat("[", levels) + `"canary"` + strings.Repeat("]", levels)
	var hits []hit
	made := testing.AllocsPerRun(1, func() { hits, _ = search(Document{Text: []byte(document)}, "canary") })
	if len(hits) != 1 || made > 2*levels {
		t.Errorf("%d hits took %.0f allocations for %d levels", len(hits), made, levels)
	}
}
