package desk_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/desk/storetest"
	"countersign/internal/desktest"
)

// signings is a store that notes which signatures are written.
type signings struct {
	storetest.Store
	last *callbacks.Signature
}

func (s *signings) Change(
	ctx context.Context, id callbacks.ID, parts callbacks.Parts, change func(*callbacks.Case) error,
) (callbacks.Callback, error) {
	return s.Store.Change(ctx, id, parts, func(c *callbacks.Case) error {
		err := change(c)
		if n := len(c.Signatures); n > 0 {
			s.last = &c.Signatures[n-1]
		}
		return err
	})
}

// TestDecisionIsSigned: who decides on the page signs for what they decide, and decision, signature
// and audit name the version of the configuration that allowed it.
func TestDecisionIsSigned(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	store := &signings{Store: d.Store}
	d.Restart(store)
	d.MustDecide(desktest.Mara, c.ID, "reject", "Too dear.")
	want := callbacks.Signature{
		By: desktest.Mara.Actor(), Subject: "u-mara", Email: desktest.Mara.Email, Address: desktest.Mara.Email, Groups: []string{"finance-approvers"}, InQueue: true, NotRequester: true,
		Shown: d.Get(c.ID).Decision.SHA256, Via: callbacks.ViaWeb, Proposal: callbacks.DefaultOutcomes(callbacks.Failure)[1].Proposal(nil),
		Comment: "Too dear.", At: d.Clock.Now(), ConfigVersion: desktest.ConfigVersion,
	}
	if diff := cmp.Diff(&want, store.last); diff != "" {
		t.Errorf("signed (-want +got):\n%s", diff)
	}
	if got := d.Get(c.ID).Decision.ConfigVersion; got != desktest.ConfigVersion {
		t.Errorf("the decision was made under %q", got)
	}
	decided := storetest.Audit(t, d.Store, desk.AuditQuery{Action: callbacks.ActionDecided})
	if len(decided) != 1 || decided[0].Facts.Decision.ConfigVersion != desktest.ConfigVersion {
		t.Errorf("the audit has %+v", decided)
	}
	required := callbacks.OneSignature
	required.Exclude = []callbacks.Exclusion{callbacks.ExcludeRequester} // the queue asks for four eyes
	if diff := cmp.Diff(required, d.Get(c.ID).Requirement); diff != "" {
		t.Errorf("required (-want +got):\n%s", diff)
	}
}
