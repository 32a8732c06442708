package record

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/people"
	"countersign/internal/replies"
)

// TestStretches: what follows each other and says the same is one line; everything else stays a line
// of its own.
func TestStretches(t *testing.T) {
	t.Parallel()
	ada, bob := callbackstest.Person("ada"), callbackstest.Person("bob")
	entry := func(a callbacks.Action, by callbacks.Actor, id callbacks.ID) callbacks.AuditEntry {
		return callbacks.AuditEntry{Action: a, Actor: by, Callback: id}
	}
	failed := entry(callbacks.ActionHeartbeatFailed, callbacks.System("beats"), "c1")
	other := failed
	other.Facts.Reply = replies.Throttled
	attempt := func(n int) callbacks.AuditEntry {
		e := entry(callbacks.ActionAttemptFailed, callbacks.System("deliveries"), "c1")
		e.Facts = callbacks.Facts{Attempt: n, Reply: replies.Throttled}
		return e
	}
	for name, test := range map[string]struct {
		entries []callbacks.AuditEntry
		want    []int
	}{
		"attempts":             {[]callbacks.AuditEntry{attempt(3), attempt(2), attempt(1)}, []int{3}},
		"none":                 {},
		"heartbeats":           {[]callbacks.AuditEntry{failed, failed, failed}, []int{3}},
		"another reason":       {[]callbacks.AuditEntry{failed, other, failed}, []int{1, 1, 1}},
		"another callback":     {[]callbacks.AuditEntry{failed, entry(failed.Action, failed.Actor, "c2")}, []int{1, 1}},
		"visits":               {[]callbacks.AuditEntry{entry(callbacks.ActionReviewReleased, ada, "c1"), entry(callbacks.ActionReviewOpened, ada, "c1")}, []int{2}},
		"another visitor":      {[]callbacks.AuditEntry{entry(callbacks.ActionReviewOpened, ada, "c1"), entry(callbacks.ActionReviewOpened, bob, "c1")}, []int{1, 1}},
		"decisions never fold": {[]callbacks.AuditEntry{entry(callbacks.ActionDecided, ada, "c1"), entry(callbacks.ActionDecided, ada, "c1")}, []int{1, 1}},
		"something between":    {[]callbacks.AuditEntry{failed, entry(callbacks.ActionDecided, ada, "c1"), failed}, []int{1, 1, 1}},
	} {
		for i := range test.entries {
			test.entries[i].At = callbackstest.T0.Add(-time.Duration(i) * time.Minute)
		}
		var page AuditPage
		for i := range test.entries {
			page.add(&test.entries[i])
		}
		var got []int
		for _, s := range page.Stretches {
			got = append(got, s.Count)
			if s.Count > 1 && !s.Since.Equal(test.entries[len(test.entries)-1].At) {
				t.Errorf("%s: since %v", name, s.Since)
			}
		}
		callbackstest.Same(t, name, got, test.want)
	}
}

// log is an audit whose entries have the numbers from its length down to 1.
type log struct {
	entries []callbacks.AuditEntry // the newest first
	asked   []desk.AuditQuery
}

func (l *log) read(_ context.Context, _ callbacks.Person, q desk.AuditQuery) ([]callbacks.AuditEntry, error) {
	l.asked = append(l.asked, q)
	from := 0
	if q.Before > 0 {
		from = len(l.entries) + 1 - int(q.Before)
	}
	return slices.Clone(l.entries[from:min(from+q.Limit, len(l.entries))]), nil
}

// logged makes a log of stretches of heartbeats that were not taken, each as long as it says.
func logged(lengths ...int) *log {
	var l log
	for i, n := range lengths {
		e := callbacks.AuditEntry{Action: callbacks.ActionHeartbeatFailed, Actor: callbacks.System("heartbeats"), Callback: callbacks.ID(rune('a' + i%2))}
		l.entries = append(l.entries, slices.Repeat([]callbacks.AuditEntry{e}, n)...)
	}
	for i := range l.entries {
		l.entries[i].Seq, l.entries[i].At = int64(len(l.entries)-i), callbackstest.T0.Add(-time.Duration(i)*time.Minute)
	}
	return &l
}

func (l *log) service() *Service {
	return New(Config{
		Entries: l.read, People: crowd{}, Now: func() time.Time { return callbackstest.T0 },
		Titles: func(context.Context, callbacks.Person, []callbacks.AuditEntry) (map[callbacks.ID]string, error) {
			return map[callbacks.ID]string{"a": " Refund "}, nil
		},
	})
}

// TestAudit_Pages: a page ends where a stretch does, however many entries that are, and the pages
// together have each entry once. A page that would read without a bound ends within a stretch.
func TestAudit_Pages(t *testing.T) {
	t.Parallel()
	long := slices.Repeat([]int{7}, desk.PageSize)
	for name, test := range map[string]struct {
		lengths []int
		want    [][]int // of the pages, the lengths of their stretches
		through bool
	}{
		"nothing":                  {nil, [][]int{nil}, false},
		"one page":                 {[]int{3, 1, 2}, [][]int{{3, 1, 2}}, false},
		"exactly one page":         {long, [][]int{long}, false},
		"two pages":                {append(long[:desk.PageSize:desk.PageSize], 300, 5), [][]int{long, {300, 5}}, false},
		"a stretch behind a read":  {[]int{desk.MaxPage + 50, 1}, [][]int{{desk.MaxPage + 50, 1}}, false},
		"longer than a page reads": {[]int{MaxAudited + 10, 1}, [][]int{{MaxAudited}, {10, 1}}, true},
	} {
		l := logged(test.lengths...)
		s := l.service()
		var got [][]int
		through := false
		for before := int64(0); ; {
			page, err := s.Audit(t.Context(), callbacks.Person{}, AuditFilter{}, before)
			callbackstest.Must(t, err)
			var counts []int
			for _, stretch := range page.Stretches {
				counts = append(counts, stretch.Count)
			}
			got, through, before = append(got, counts), through || !page.Through.IsZero(), page.Next
			if before == 0 {
				break
			}
		}
		if name == "exactly one page" && len(got) == 2 && got[1] == nil { // it cannot know
			got = got[:1]
		}
		callbackstest.Same(t, name, got, test.want)
		if through != test.through {
			t.Errorf("%s: bounded is %t", name, through)
		}
	}
}

// TestAudit_Asks: what a filter asks of the store.
func TestAudit_Asks(t *testing.T) {
	t.Parallel()
	key, day := people.ID("issuer", "subject"), callbackstest.T0
	for name, test := range map[string]struct {
		filter AuditFilter
		want   desk.AuditQuery
	}{
		"nothing":    {AuditFilter{}, desk.AuditQuery{People: true}},
		"days":       {AuditFilter{From: day, Before: day.Add(time.Hour)}, desk.AuditQuery{People: true, From: day, Until: day.Add(time.Hour)}},
		"everything": {AuditFilter{System: true}, desk.AuditQuery{}},
		"a callback": {AuditFilter{Callback: "c"}, desk.AuditQuery{Callback: "c"}},
		"an action":  {AuditFilter{Action: callbacks.ActionTimedOut}, desk.AuditQuery{Action: callbacks.ActionTimedOut}},
		"a name":     {AuditFilter{Actor: "Ada"}, desk.AuditQuery{Actors: []string{"ada", "adam", "Ada"}}},
		"a key":      {AuditFilter{Actor: key}, desk.AuditQuery{Actors: []string{key}}},
		"a worker":   {AuditFilter{Actor: "expiry"}, desk.AuditQuery{Actors: []string{"expiry"}}},
	} {
		l := logged()
		_, err := l.service().Audit(t.Context(), callbacks.Person{}, test.filter, 0)
		callbackstest.Must(t, err)
		test.want.Limit = desk.MaxPage
		callbackstest.Same(t, name, l.asked, []desk.AuditQuery{test.want})
	}
}

// TestExportAudit: a file has each entry of the filter by itself, and is on record before its first line.
func TestExportAudit(t *testing.T) {
	t.Parallel()
	l := logged(desk.MaxPage+10, 2)
	s := l.service()
	var audit []callbacks.AuditEntry
	s.Record = func(_ context.Context, e callbacks.AuditEntry) error {
		audit = append(audit, e)
		return nil
	}
	var out strings.Builder
	p := callbacks.Person{ID: "audrey", Name: "Audrey"}
	say := func(callbacks.AuditEntry) string { return "=cmd()" }
	callbackstest.Must(t, s.ExportAudit(t.Context(), p, AuditFilter{System: true}, say, File{
		Format: CSV, Says: "As CSV.", Out: &out, Flush: func(context.Context) error { return nil },
	}))
	rows := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(rows) != desk.MaxPage+10+2+1 || !strings.HasPrefix(rows[0], "entry,at_utc,") || !strings.HasSuffix(rows[1], "heartbeat.failed,a,Refund,,,,'=cmd()") {
		t.Errorf("%d rows, %q, %q", len(rows), rows[0], rows[1])
	}
	callbackstest.Same(t, "on record", audit, []callbacks.AuditEntry{{At: callbackstest.T0, Actor: p.Actor(), Action: ActionAuditExported, Detail: "As CSV."}})
	for _, q := range l.asked {
		if !q.Until.Equal(callbackstest.T0) {
			t.Errorf("up to %v", q.Until)
		}
	}
}
