package desk

import (
	"fmt"
	"strings"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/form"
	"countersign/internal/mask"
)

// TestDeliver_Masks: what the execution says after a decision is shown without masked values, and
// what was read of it is not changed.
func TestDeliver_Masks(t *testing.T) {
	t.Parallel()
	content := callbacks.Content{Payload: []byte(`{"iban":"DE02canary"}`), Masked: []string{"/iban"}}
	sheet := Sheet{cover: callbacks.Queues{}.Cover("finance", &content)}
	read := &callbacks.FollowUp{
		Steps: []callbacks.FollowUpStep{{Note: "wrote DE02canary"}, {Note: "done"}},
		Error: callbacks.ErrorObject{ErrorType: "Bank", ErrorMessage: "no account DE02canary"},
	}
	sheet.deliver(&callbacks.Delivery{
		Completion: callbacks.Completion{Kind: callbacks.Success, Result: []byte(`["DE02canary"]`)}, FollowUp: read,
	}, false)
	after := sheet.Delivery.FollowUp
	if string(sheet.Sent) != `["••••••"]` || after.Steps[0].Note != "wrote ••••••" || after.Steps[1].Note != "done" ||
		after.Error.ErrorType != "Bank" || after.Error.ErrorMessage != "no account ••••••" {
		t.Errorf("shown are %s and %+v", sheet.Sent, after)
	}
	if read.Steps[0].Note != "wrote DE02canary" {
		t.Errorf("what was read is now %+v", read)
	}
}

// TestHideHashes: of what may have a masked value in it, a page has neither size nor hash.
func TestHideHashes(t *testing.T) {
	t.Parallel()
	masking := callbacks.Content{Payload: []byte(`{"iban":"DE02canary"}`), Masked: []string{"/iban"}}
	success := func(result string) *callbacks.Delivery {
		return &callbacks.Delivery{Completion: callbacks.Completion{Kind: callbacks.Success, Result: []byte(result)}}
	}
	for name, tt := range map[string]struct {
		content  callbacks.Content
		delivery *callbacks.Delivery
		encoded  bool
		hidden   bool
	}{
		"Repeats":     {masking, success(`["DE02canary"]`), false, true},
		"Encoded":     {masking, success(`yranac20ED`), true, true},
		"Unknown":     {masking, nil, false, true},
		"WithoutIt":   {masking, success(`["fine"]`), false, false},
		"Rejected":    {masking, &callbacks.Delivery{Completion: callbacks.Completion{Kind: callbacks.Failure}}, true, false},
		"NothingMask": {callbacks.Content{Payload: masking.Payload}, success(`["DE02canary"]`), true, false},
	} {
		sheet := Sheet{cover: callbacks.Queues{}.Cover("finance", &tt.content), Signatures: []callbacks.Signature{{Shown: "9f31"}}}
		decision := callbacks.Decision{SHA256: "9f31", Size: 14, Label: "Pay"}
		sheet.Callback.Decision = &decision
		sheet.Audit = []callbacks.AuditEntry{{Facts: callbacks.Facts{Decision: &decision}}, {}}
		if tt.delivery != nil {
			sheet.deliver(tt.delivery, tt.encoded)
		}
		sheet.hideHashes()
		for _, d := range []*callbacks.Decision{sheet.Callback.Decision, sheet.Audit[0].Facts.Decision} {
			if hidden := d.SHA256 == "" && d.Size == 0; hidden != tt.hidden || d.Label != "Pay" {
				t.Errorf("%s: the page has %+v", name, d)
			}
		}
		if saw := sheet.Signatures[0].Shown == ""; saw != (sheet.cover != nil) {
			t.Errorf("%s: what signers saw is hidden: %t", name, saw)
		}
		if decision.SHA256 == "" {
			t.Errorf("%s: what was read is changed", name)
		}
	}
}

// TestHideFault: a reason that was recorded before a value was masked tells nothing of it.
func TestHideFault(t *testing.T) {
	t.Parallel()
	content := callbacks.Content{Payload: []byte(`{"iban":"DE02canary"}`), Masked: []string{"/iban"}}
	cover := callbacks.Queues{}.Cover("finance", &content)
	for said, want := range map[string]string{
		`large: the text "DE02canary" is not a number`: `large: the text "••••••" is not a number`,
		`large: the text "DE02can…" is not a number`:   "the reason is not shown, because values of this request are masked",
		`large: there is no total in the request`:      `large: there is no total in the request`,
		"": "",
	} {
		sheet := Sheet{cover: cover}
		sheet.Callback.Requirement.Fault = said
		if sheet.hideFault(); sheet.Callback.Requirement.Fault != want {
			t.Errorf("%q is shown as %q, want %q", said, sheet.Callback.Requirement.Fault, want)
		}
		unmasked := Sheet{Callback: callbacks.Callback{Requirement: callbacks.Requirement{Fault: said}}}
		if unmasked.hideFault(); unmasked.Callback.Requirement.Fault != said {
			t.Errorf("without masks, %q is shown as %q", said, unmasked.Callback.Requirement.Fault)
		}
	}
}

// TestHideChanges: changes that were recorded before a value was masked tell nothing of it, also where they
// have a part of it.
func TestHideChanges(t *testing.T) {
	t.Parallel()
	cover := mask.CoverOf([]byte(`{"iban":"DE02canary"}`), []string{"/iban"})
	for old, shown := range map[string]string{"40": "40", "to DE02canary": "", strings.Repeat("x", 196) + "DE02…": ""} {
		for given, want := range map[*mask.Cover]string{nil: old, cover: shown} {
			change := form.Change{Title: "Note", Kind: form.Changed, Old: old, New: "30"}
			sheet := Sheet{cover: given, Audit: []callbacks.AuditEntry{{Facts: callbacks.Facts{Changes: []form.Change{change}}}}}
			sheet.hideChanges()
			if got := sheet.Audit[0].Facts.Changes[0]; got.Old != want || (got.Kind == form.Replaced) != (want == "") {
				t.Errorf("%q is shown as %+v", old, got)
			}
		}
	}
}

// TestHideChanges_Moved: an item that was only moved in its list is no value that a reviewer typed.
func TestHideChanges_Moved(t *testing.T) {
	t.Parallel()
	removed := form.Change{Pointer: "/0", Title: "Line 1", Kind: form.Removed, Old: "DE02canary"}
	added := form.Change{Pointer: "/1", Title: "Line 2", Kind: form.Added, New: "DE02canary"}
	for name, tt := range map[string]struct {
		changes []form.Change
		shows   bool
	}{"Moved": {[]form.Change{removed, added}, false}, "Typed": {[]form.Change{added}, true}} {
		sheet := Sheet{
			cover: mask.CoverOf([]byte(`{"iban":"DE02canary"}`), []string{"/iban"}),
			Audit: []callbacks.AuditEntry{{Facts: callbacks.Facts{Changes: tt.changes}}},
		}
		sheet.hideChanges()
		if got := fmt.Sprintf("%+v", sheet.Audit[0].Facts.Changes); strings.Contains(got, "canary") != tt.shows {
			t.Errorf("%s: the page tells %s", name, got)
		}
	}
}

// TestHideChanges_Names: a member that no schema names is called by its name, which may be masked since. One
// that a reviewer typed stays, because a mask there would tell them that it is the value.
func TestHideChanges_Names(t *testing.T) {
	t.Parallel()
	for kind, hidden := range map[form.ChangeKind]bool{form.Changed: true, form.Removed: true, form.Emptied: true, form.Added: false, form.Answered: false} {
		change := form.Change{Pointer: "/by/DE02canary", Title: "By, DE02canary", Kind: kind, New: "2"}
		sheet := Sheet{
			cover: mask.CoverOf([]byte(`{"iban":"DE02canary"}`), []string{"/iban"}),
			Audit: []callbacks.AuditEntry{{Facts: callbacks.Facts{Changes: []form.Change{change}}}},
		}
		sheet.hideChanges()
		want := change
		if hidden {
			want = form.Change{Title: "Answer", Kind: form.Replaced}
		}
		if got := sheet.Audit[0].Facts.Changes[0]; got != want {
			t.Errorf("the page tells %+v", got)
		}
	}
}
