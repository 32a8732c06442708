package main

import (
	"log/slog"
	"strings"
	"testing"

	"countersign/internal/standin"
)

// TestDemoDelegation: the delegation is there before anybody signs in, and no visitor's change of
// countersign.yaml keeps the demo from starting.
func TestDemoDelegation(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		desk   string
		exists bool
	}{
		"OK":      {string(standin.DeskFile), true},
		"NoQueue": {"roles: {reviewers: [approvers, controllers]}\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			writeFile(t, deskPath(folder), tc.desk)
			var said strings.Builder
			w, err := newWorld(t.Context(), demoCommand{Port: 18680}, folder, nil, slog.New(slog.NewTextHandler(&said, nil)))
			if err != nil {
				t.Fatal(err)
			}
			defer w.close()
			from := demoProfile(w.surroundings.Settings()["OIDC_ISSUER"], standin.Delegated.From, w.desk.now())
			all, err := w.desk.store.Delegations(t.Context(), from.ID, 10)
			if err != nil {
				t.Fatal(err)
			}
			if exists := len(all) == 1 && all[0].To.Name == "Dana Fischer" && all[0].MadeBy.Name == "Tomasz Wierzbicki"; exists != tc.exists {
				t.Errorf("delegations: %+v", all)
			}
			if told := strings.Contains(said.String(), "the delegation of the demo was not made"); told == tc.exists {
				t.Errorf("the log says %q", said.String())
			}
		})
	}
}
