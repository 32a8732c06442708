package review_test

import (
	"testing"

	"countersign/internal/callbacks"
	"countersign/views/pagetest"
	"countersign/views/review"
	"countersign/views/viewstest"
)

// TestHoldingForReaders: people who only read are offered nothing that would be refused.
func TestHoldingForReaders(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		roles   callbacks.Roles
		refused error
		want    int
	}{
		"Auditor":  {callbacks.Roles{Auditor: true}, &callbacks.Refusal{Code: callbacks.CodeRole}, 0},
		"Admin":    {callbacks.Roles{Admin: true}, &callbacks.Refusal{Code: callbacks.CodeRole}, 2},
		"Reviewer": {callbacks.Roles{Reviewer: true}, nil, 2},
		"Delegate": {callbacks.Roles{}, nil, 2},
	} {
		s, m := viewstest.Shell("mine", "/"), pagetest.Review(viewstest.Pending())
		s.Viewer.Roles, m.Refused = test.roles, test.refused
		doc := viewstest.HTML(t, review.Page(s, m))
		if got := doc.Find(`#holding [data-key="i"], #holding [data-key="z"]`).Length(); got != test.want {
			t.Errorf("%s: %d ways on, want %d", name, got, test.want)
		}
	}
}
