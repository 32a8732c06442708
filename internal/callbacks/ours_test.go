package callbacks

import (
	"testing"
)

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
