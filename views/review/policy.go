package review

import (
	"countersign/internal/callbacks"
	"countersign/views"
	"countersign/views/words"
)

// PolicyDraft is what an admin entered to apply the present rules, with what to correct first.
type PolicyDraft struct {
	Reason, Fault string
}

// mayApplyPolicy reports whether the reader may bind the callback to the present rules, and they ask
// for something else than what binds it.
func mayApplyPolicy(m Review, viewer callbacks.Person) bool {
	return m.Policy != nil && viewer.Roles.Admin
}

// boundBy says what a requirement asks for: "Rule large expenses: 2 of finance-approvers. …".
func boundBy(r callbacks.Requirement) string {
	if r.Rule == "" {
		return "No rule: " + words.Terms(r.Terms)
	}
	return "Rule " + r.Rule + ": " + words.Terms(r.Terms)
}

func (d PolicyDraft) field() askerField {
	return askerField{
		Name: "policy", Label: "Why", Hint: "goes on record", Value: d.Reason,
		Limit: callbacks.MaxReasonRunes, Required: true,
	}
}

// policyPath is where the form posts. The list's place in it is not kept, as for the other forms.
func policyPath(list views.Address, id callbacks.ID) string {
	return list.With("item", "", "after", "").At(id.Path() + "/policy").String()
}
