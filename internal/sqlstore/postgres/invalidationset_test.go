package postgres

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"countersign/internal/callbacks"
)

func TestInvalidationSet(t *testing.T) {
	t.Parallel()
	invalidation := func(queue, id string) callbacks.Invalidation {
		return callbacks.Invalidation{Queue: queue, Callback: callbacks.ID(id)}
	}
	many := func(n int, queue func(int) string) []callbacks.Invalidation {
		var all []callbacks.Invalidation
		for i := range n {
			all = append(all, invalidation(queue(i), fmt.Sprintf("callback-%03d", i)))
		}
		return all
	}
	escalated := invalidation("finance", "a")
	escalated.Audience = `["leads" "x\"y"]`
	oneQueue := func(int) string { return "finance" }
	for name, tt := range map[string]struct {
		told, want []callbacks.Invalidation
		all        bool
	}{
		"OneEach": {
			told: []callbacks.Invalidation{invalidation("finance", "a"), invalidation("legal", "b"), invalidation("finance", "c")},
			want: []callbacks.Invalidation{invalidation("finance", "a"), invalidation("finance", "c"), invalidation("legal", "b")},
		},
		"Repeated":   {told: []callbacks.Invalidation{invalidation("finance", "a"), invalidation("finance", "a")}, want: []callbacks.Invalidation{invalidation("finance", "a")}},
		"Moved":      {told: []callbacks.Invalidation{invalidation("legal", "a"), invalidation("finance", "a")}, want: []callbacks.Invalidation{invalidation("finance", "a"), invalidation("legal", "a")}},
		"Escalated":  {told: []callbacks.Invalidation{escalated, invalidation("finance", "a")}, want: []callbacks.Invalidation{invalidation("finance", "a"), escalated}},
		"AsManyAs":   {told: many(maxNamed, oneQueue), want: many(maxNamed, oneQueue)},
		"TooMany":    {told: many(maxNamed+1, oneQueue), all: true},
		"FarTooMany": {told: many(3*maxNamed, oneQueue), all: true},
		"TooLong":    {told: many(maxNamed, func(i int) string { return fmt.Sprintf("%03d-%s", i, strings.Repeat("q", 60)) }), all: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var s invalidationSet
			if !s.empty() {
				t.Error("not empty at first")
			}
			for _, n := range tt.told {
				s.add(n)
			}
			if s.empty() {
				t.Error("empty although something was told")
			}
			payload := s.payload()
			if len(payload) > maxPayload {
				t.Errorf("the payload has %d bytes", len(payload))
			}
			got, all := parsePayload(payload)
			slices.SortFunc(got, func(a, b callbacks.Invalidation) int {
				return cmp.Or(cmp.Compare(a.Queue, b.Queue), cmp.Compare(a.Callback, b.Callback), cmp.Compare(a.Audience, b.Audience))
			})
			if all != tt.all || !slices.Equal(got, tt.want) {
				t.Errorf("read back %v and everything: %t, want %v and %t", got, all, tt.want, tt.all)
			}
		})
	}
}

// TestUnknownPayload: what another version may send is never passed over in silence.
func TestUnknownPayload(t *testing.T) {
	t.Parallel()
	for _, payload := range []string{"", everything, "[]", `{"finance":["a"]}`, `{"finance":{"":["a"`, "v2:finance/a"} {
		if got, all := parsePayload(payload); !all || len(got) > 0 {
			t.Errorf("%q is read as %v and everything: %t", payload, got, all)
		}
	}
}
