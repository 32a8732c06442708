package words_test

import (
	"strings"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/form"
	"countersign/views/words"
)

func TestChange(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		change form.Change
		want   string
	}{
		{form.Change{Title: "Quantity", Kind: form.Changed, Old: "40", New: "36", Unit: "pieces", Note: "4 fewer"}, "“Quantity” 40 → 36 pieces, 4 fewer"},
		{
			form.Change{Title: "Deliver by", Kind: form.Changed, Old: "2026-12-04", New: "2026-12-11", Widget: form.Date},
			"“Deliver by” Fri 4 Dec 2026 → Fri 11 Dec 2026",
		},
		{
			form.Change{Title: "Handover", Kind: form.Changed, Old: "2026-12-11T09:30:00+02:00", New: "soon", Widget: form.DateTime},
			"“Handover” Fri 11 Dec 2026, 09:30:00 +02:00 → soon",
		},
		{form.Change{Title: "Lines, line 1, Pieces", Kind: form.Changed, Old: "30", New: "31", Note: "1 more"}, "“Lines, line 1, Pieces” 30 → 31, 1 more"},
		{form.Change{Title: "Tell", Kind: form.Added, New: "teo@harborline.example"}, "“Tell” added teo@harborline.example"},
		{form.Change{Title: "Lines, line 2", Kind: form.Removed, Old: "Cradle, 6"}, "“Lines, line 2” removed Cradle, 6"},
		{form.Change{Title: "Instructions", Kind: form.Emptied, Old: "Ramp 3", Note: "had 66 characters"}, "“Instructions” emptied, had 66 characters"},
		{form.Change{Title: "Partial", Kind: form.Answered, New: "No"}, "“Partial” not answered → No"},
		{form.Change{Title: "Note", Kind: form.Changed, New: "x"}, "“Note” empty → x"},
		{form.Change{Title: "PIN", Kind: form.Replaced, Widget: form.Secret}, "“PIN” replaced, value not shown"},
	} {
		if got := words.ChangeOf(tc.change).String(); got != tc.want {
			t.Errorf("got  %s\nwant %s", got, tc.want)
		}
	}
}

// TestChange_Foreign: text of others is bounded, stays in one line, and turns nothing around it.
func TestChange_Foreign(t *testing.T) {
	t.Parallel()
	long := form.Change{Title: strings.Repeat("t", 500), Kind: form.Changed, Old: "a\nb", New: "\u05d0\u05d1"}
	got := words.ChangeOf(long).String()
	if len([]rune(got)) > 100 || strings.Contains(got, "\n") || !strings.Contains(got, "\u2068\u05d0\u05d1\u2069") {
		t.Errorf("got %q", got)
	}
}

func TestChanges(t *testing.T) {
	t.Parallel()
	change := form.Change{Title: "N", Kind: form.Added, New: "1"}
	for n, want := range map[int]string{
		0: "", 1: "“N” added 1", 4: strings.Repeat("“N” added 1, ", 3) + "“N” added 1", 6: strings.Repeat("“N” added 1, ", 3) + "and 3 more",
	} {
		changes := make([]form.Change, n)
		for i := range changes {
			changes[i] = change
		}
		if got := words.Changes(changes); got != want {
			t.Errorf("%d changes: got %q, want %q", n, got, want)
		}
	}
}

// TestAudit_Changes: the audit says the changes of a decision as the page did.
func TestAudit_Changes(t *testing.T) {
	t.Parallel()
	entry := callbacks.AuditEntry{Action: callbacks.ActionDecided, Facts: callbacks.Facts{
		Decision: &callbacks.Decision{Label: "Approve", Kind: callbacks.Success, Size: 2, SHA256: "ab"},
		Changes:  []form.Change{{Title: "Quantity", Kind: form.Changed, Old: "40", New: "36"}},
	}}
	if got, want := words.Audit(entry), "Approve with 1 change (“Quantity” 40 → 36), success of 2 bytes, sha256 ab"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
