package callbacks

import (
	"encoding/json"
	"testing"
)

// TestOutcomesThatMislead: each is refused, where its sender sees it.
func TestOutcomesThatMislead(t *testing.T) {
	t.Parallel()
	success := func(name, label string) Outcome {
		return Outcome{Name: name, Label: label, Kind: Success, Payload: json.RawMessage(`1`)}
	}
	failure := func(name, label string) Outcome {
		return Outcome{Name: name, Label: label, Kind: Failure, ErrorType: "No"}
	}
	for name, tt := range map[string]struct {
		rejectAs Kind
		outcomes []Outcome
		want     string // pointer of the only fault, empty for none
	}{
		"Ours":                  {Failure, []Outcome{success("approve", "Approve"), failure("reject", "Reject")}, ""},
		"OursAsSuccess":         {Success, []Outcome{success("approve", "Approve"), success("reject", "Reject")}, ""},
		"OtherLabels":           {Failure, []Outcome{success("approve", "Deploy"), failure("reject", "Stop the train")}, ""},
		"SameLabel":             {Failure, []Outcome{success("go", "Go"), failure("stop", "Go")}, "/outcomes/1/label"},
		"LooksLikeTheSecond":    {Failure, []Outcome{success("a", "Yes"), failure("b", "Stop"), success("c", "STOP")}, "/outcomes/2/label"},
		"Lookalikes":            {Failure, []Outcome{success("approve", "Accept"), failure("reject", "Ассерт")}, "/outcomes/1/label"},
		"MixedAlphabets":        {Failure, []Outcome{success("go", "Аpprove")}, "/outcomes/0/label"},
		"AnAccentAlone":         {Failure, []Outcome{success("go", "\u0301")}, "/outcomes/0/label"},
		"NoInk":                 {Failure, []Outcome{success("go", "\u3164")}, "/outcomes/0/label"},
		"ApproveFails":          {Failure, []Outcome{failure("approve", "Approve")}, "/outcomes/0/kind"},
		"RejectSucceeds":        {Failure, []Outcome{success("reject", "Reject")}, "/outcomes/0/kind"},
		"RejectFailsElsewhere":  {Success, []Outcome{failure("reject", "Reject")}, "/outcomes/0/kind"},
		"RejectUnderOtherLabel": {Failure, []Outcome{success("reject", "Approve")}, "/outcomes/0/kind"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var faults Invalid
			checkOutcomes(tt.outcomes, tt.rejectAs, "/outcomes", &faults)
			switch {
			case tt.want == "" && faults != nil:
				t.Errorf("got %v, want none", faults)
			case tt.want != "" && (len(faults) != 1 || faults[0].Pointer != tt.want):
				t.Errorf("got %v, want a fault at %s", faults, tt.want)
			}
		})
	}
}

// TestOurs: name, kind and the first word of the label together make an outcome what reviewers take
// it for.
func TestOurs(t *testing.T) {
	t.Parallel()
	for want, outcomes := range map[bool][]Outcome{
		true: append(append(DefaultOutcomes(Failure), DefaultOutcomes(Success)...),
			Outcome{Name: "approve", Label: "Approve $7,846.20", Kind: Success},
			Outcome{Name: "approve", Label: "Approve with 1 change", Kind: Success},
			Outcome{Name: "approve", Label: "Approve \u20ac\u00a018.420,00", Kind: Success},
			Outcome{Name: "reject", Label: "Reject EXP-2291", Kind: Failure},
			Outcome{Name: "reject", Label: "Reject 2 of 3", Kind: Success}),
		false: {
			{Name: "approve", Label: "Deploy", Kind: Success}, {Name: "go", Label: "Approve", Kind: Success},
			{Name: "approve", Label: "Approve", Kind: Failure}, {Name: "approve", Label: "Reject", Kind: Success},
			{Name: "reject", Label: "Approve", Kind: Failure}, {Name: "reject", Label: "reject", Kind: Failure},
			{},
			{Name: "go", Label: "Approve $7,846.20", Kind: Success},
			{Name: "approve", Label: "Approve $7,846.20", Kind: Failure},
			{Name: "reject", Label: "Approve $7,846.20", Kind: Failure},
			{Name: "approve", Label: "Reject $7,846.20", Kind: Success},
			{Name: "approve", Label: "approve $7,846.20", Kind: Success},
			{Name: "approve", Label: "Please Approve $7,846.20", Kind: Success},
			{Name: "approve", Label: " Approve $7,846.20", Kind: Success},
			{Name: "approve", Label: "Approved $7,846.20", Kind: Success},
			{Name: "approve", Label: "Approve\u2026", Kind: Success},
			{Name: "approve", Label: "Approve/Reject", Kind: Success},
			{Name: "approve", Label: "Approve, then reject", Kind: Success},
			{Name: "approve", Label: "Approve\u00a0$7,846.20", Kind: Success},
			{Name: "approve", Label: "Approve\u3000$7,846.20", Kind: Success},
			{Name: "approve", Label: "Approve\u200b $7,846.20", Kind: Success},
			{Name: "approve", Label: "Approve\u0336 $7,846.20", Kind: Success},
			{Name: "approve", Label: "\u0410pprove $7,846.20", Kind: Success},
			{Name: "reject", Label: "R\u0435ject EXP-2291", Kind: Failure},
		},
	} {
		for _, o := range outcomes {
			if o.Ours() != want {
				t.Errorf("%s %+q, a %s: ours %v, want %v", o.Name, o.Label, o.Kind, !want, want)
			}
		}
	}
}
