package postgres

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"countersign/internal/callbacks"
)

func TestNoticeSet(t *testing.T) {
	t.Parallel()
	notice := func(queue, id string) callbacks.Invalidation {
		return callbacks.Invalidation{Queue: queue, Callback: callbacks.ID(id)}
	}
	many := func(n int, queue func(int) string) []callbacks.Invalidation {
		var all []callbacks.Invalidation
		for i := range n {
			all = append(all, notice(queue(i), fmt.Sprintf("callback-%03d", i)))
		}
		return all
	}
	escalated := notice("finance", "a")
	escalated.Audience = `["leads" "x\"y"]`
	oneQueue := func(int) string { return "finance" }
	for name, tt := range map[string]struct {
		told, want []callbacks.Invalidation
		all        bool
	}{
		"OneEach": {
			told: []callbacks.Invalidation{notice("finance", "a"), notice("legal", "b"), notice("finance", "c")},
			want: []callbacks.Invalidation{notice("finance", "a"), notice("finance", "c"), notice("legal", "b")},
		},
		"Repeated":   {told: []callbacks.Invalidation{notice("finance", "a"), notice("finance", "a")}, want: []callbacks.Invalidation{notice("finance", "a")}},
		"Moved":      {told: []callbacks.Invalidation{notice("legal", "a"), notice("finance", "a")}, want: []callbacks.Invalidation{notice("finance", "a"), notice("legal", "a")}},
		"Escalated":  {told: []callbacks.Invalidation{escalated, notice("finance", "a")}, want: []callbacks.Invalidation{notice("finance", "a"), escalated}},
		"AsManyAs":   {told: many(maxNotices, oneQueue), want: many(maxNotices, oneQueue)},
		"TooMany":    {told: many(maxNotices+1, oneQueue), all: true},
		"FarTooMany": {told: many(3*maxNotices, oneQueue), all: true},
		"TooLong":    {told: many(maxNotices, func(i int) string { return fmt.Sprintf("%03d-%s", i, strings.Repeat("q", 60)) }), all: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var s noticeSet
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
			got, all := parseNotices(payload)
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
		if got, all := parseNotices(payload); !all || len(got) > 0 {
			t.Errorf("%q is read as %v and everything: %t", payload, got, all)
		}
	}
}
