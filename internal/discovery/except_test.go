package discovery_test

import (
	"testing"

	"countersign/durable"
	"countersign/internal/callbacks"
	"countersign/internal/discovery"
)

// probe asks for a callback that is for a machine, and for one that is for people.
func probe(ctx durable.Context, _ any) (string, error) {
	if _, err := durable.CreateCallback[string](ctx, "health-db"); err != nil {
		return "", err
	}
	return sign(ctx, nil)
}

// leaving is a search that leaves out what has such names or subtypes.
func leaving(t *testing.T, names, subtypes []string) *search {
	t.Helper()
	s := watching(t, "expenses")
	s.settings.Exceptions = []discovery.Exception{{Watch: s.settings.Watches[0], Names: names, Subtypes: subtypes}}
	s.discovery = discovery.NewWorker(s.settings)
	return s
}

// TestDiscovery_LeavesOut: what the operator does not want is counted and not recorded, scan after
// scan, and the rest is found.
func TestDiscovery_LeavesOut(t *testing.T) {
	t.Parallel()
	s := leaving(t, []string{"health-*"}, nil)
	register(s, "expenses", probe)
	s.start("expenses")
	for range 3 {
		s.again()
		if got := s.only(callbacks.Pending); got.Name != "sign" {
			t.Errorf("found %q", got.Name)
		}
		if got := s.watches()[0]; got.LeftOut != 1 || got.Open != 2 || got.Unannounced != 1 {
			t.Errorf("counts are %+v", got)
		}
	}
}

// TestDiscovery_LeavesOutSubtypes: also by the subtype, which is kept until the next reading.
func TestDiscovery_LeavesOutSubtypes(t *testing.T) {
	t.Parallel()
	s := leaving(t, nil, []string{"Call*"})
	register(s, "expenses", probe)
	s.start("expenses")
	s.scan()
	s.again()
	if got := s.all(); len(got) != 0 {
		t.Errorf("found %+v", got)
	}
	if got := s.watches()[0]; got.LeftOut != 2 {
		t.Errorf("counts are %+v", got)
	}
}

// TestDiscovery_LeavesOutNothingAnnounced: whoever announces a callback wants it at the desk.
func TestDiscovery_LeavesOutNothingAnnounced(t *testing.T) {
	t.Parallel()
	s := leaving(t, []string{"sign"}, nil)
	register(s, "expenses", sign)
	arn, token := s.start("expenses")
	s.scan()
	if got := s.all(); len(got) != 0 {
		t.Fatalf("found %+v", got)
	}
	s.announce(token, named(arn))
	s.again()
	if got := s.only(callbacks.Pending); got.Name != "sign" || got.Clocks.HeartbeatTimeout == 0 {
		t.Errorf("got %+v, want its true clocks", got)
	}
	if got := s.watches()[0]; got.LeftOut != 0 {
		t.Errorf("counts are %+v", got)
	}
	s.stop(arn)
	s.again()
	s.only(callbacks.Closed)
}
