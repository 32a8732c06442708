package review

import (
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/views"
	"countersign/views/words"
)

// TestGroupsNote: the line comes late enough that nobody reads it whose groups are read again in
// time, at half that age.
func TestGroupsNote(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		age, limit time.Duration
		want       string
	}{
		{7*time.Hour + 49*time.Minute, 8 * time.Hour, ""},
		{7*time.Hour + 50*time.Minute, 8 * time.Hour, "Your groups were read 7 h 50 m ago; after 8 h you sign in again to sign."},
		{8*time.Hour - time.Second, 8 * time.Hour, "Your groups were read 7 h 59 m ago; after 8 h you"},
		{8 * time.Hour, 8 * time.Hour, "Your groups were read 8 h ago; after 8 h you"},
		{14 * time.Minute, 20 * time.Minute, ""},
		{15 * time.Minute, 20 * time.Minute, "Your groups were read 15 min ago; after 20 min you"},
		{30 * time.Second, 40 * time.Second, "Your groups were read 30 s ago; after 40 s you"},
		{time.Hour, 0, ""}, // no limit
	} {
		s := views.Shell{Moment: words.Moment{Now: now}, Viewer: callbacks.Person{ID: "p", GroupsReadAt: now.Add(-c.age)}}
		m := Review{Sheet: desk.Sheet{Callback: callbacks.Callback{State: callbacks.Pending}}}
		if c.limit > 0 {
			m.FreshUntil = s.Viewer.GroupsReadAt.Add(c.limit)
		}
		if got := groupsNote(s, m); got == "" != (c.want == "") || !strings.HasPrefix(got, c.want) {
			t.Errorf("%v of %v: %q, want %q", c.age, c.limit, got, c.want)
		}
		m.Refused = &callbacks.Refusal{}
		if got := groupsNote(s, m); got != "" {
			t.Errorf("somebody who decides nothing reads %q", got)
		}
		m.Refused, m.Callback.State = nil, callbacks.Decided
		if got := groupsNote(s, m); got != "" {
			t.Errorf("of what is decided the page says %q", got)
		}
	}
}
