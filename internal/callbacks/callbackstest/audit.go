package callbackstest

import (
	"testing"
	"time"

	"countersign/internal/callbacks"
)

func testAudit(t *testing.T, open func(*testing.T) callbacks.Store) {
	cases(t, open, map[string]func(*testing.T, callbacks.Store){
		"Record":     auditRecord,
		"Pages":      auditPages,
		"Narrowed":   auditNarrowed,
		"Visibility": auditVisibility,
	})
}

func record(t testing.TB, s callbacks.Store, e callbacks.AuditEntry) {
	t.Helper()
	if err := s.Record(t.Context(), e); err != nil {
		t.Fatalf("record: %v", err)
	}
}

func auditRecord(t *testing.T, s callbacks.Store) {
	want := callbacks.AuditEntry{At: T0.Add(time.Millisecond), Actor: Person("ada"), Action: callbacks.ActionSignedIn, Detail: "From the desk's sign-in page."}
	record(t, s, want)
	entries := audit(t, s, callbacks.AuditQuery{AllQueues: true})
	if len(entries) != 1 || entries[0].Seq < 1 {
		t.Fatalf("got %+v, want one numbered entry", entries)
	}
	want.Seq = entries[0].Seq
	same(t, "entries", entries[0], want)
}

func auditPages(t *testing.T, s callbacks.Store) {
	const n = 7
	for range n {
		record(t, s, Entry(NewCallback(), callbacks.ActionReceived, T0))
	}
	all := audit(t, s, callbacks.AuditQuery{AllQueues: true})
	if len(all) != n {
		t.Fatalf("got %d entries, want %d", len(all), n)
	}
	for i := range all[1:] {
		if all[i].Seq <= all[i+1].Seq {
			t.Errorf("entry %d follows %d, want the newest first", all[i+1].Seq, all[i].Seq)
		}
	}
	var paged []callbacks.AuditEntry
	for before := int64(0); ; {
		page := audit(t, s, callbacks.AuditQuery{AllQueues: true, Before: before, Limit: 3})
		if len(page) == 0 {
			break
		}
		record(t, s, Entry(NewCallback(), callbacks.ActionReceived, T0)) // newer than every page
		paged = append(paged, page...)
		before = page[len(page)-1].Seq
	}
	same(t, "all pages and all entries", paged, all)
}

func auditNarrowed(t *testing.T, s callbacks.Store) {
	a, b := NewCallback(), NewCallback()
	byAda := Entry(a, callbacks.ActionDecided, T0)
	byAda.Actor = Person("ada")
	record(t, s, Entry(a, callbacks.ActionReceived, T0))
	record(t, s, Entry(b, callbacks.ActionReceived, T0))
	record(t, s, byAda)
	for name, tt := range map[string]struct {
		query callbacks.AuditQuery
		want  int
	}{
		"Callback":            {callbacks.AuditQuery{Callback: a.ID}, 2},
		"Actor":               {callbacks.AuditQuery{ActorID: "ada"}, 1},
		"Action":              {callbacks.AuditQuery{Action: callbacks.ActionReceived}, 2},
		"CallbackAndAction":   {callbacks.AuditQuery{Callback: a.ID, Action: callbacks.ActionReceived}, 1},
		"ActorAndOtherAction": {callbacks.AuditQuery{ActorID: "ada", Action: callbacks.ActionReceived}, 0},
		"Unknown":             {callbacks.AuditQuery{Callback: callbacks.NewID()}, 0},
	} {
		tt.query.AllQueues = true
		if got := len(audit(t, s, tt.query)); got != tt.want {
			t.Errorf("%s: got %d entries, want %d", name, got, tt.want)
		}
	}
}

func auditVisibility(t *testing.T, s callbacks.Store) {
	a, b := NewCallback(Queue("a")), NewCallback(Queue("b"))
	record(t, s, Entry(a, callbacks.ActionReceived, T0))
	record(t, s, Entry(b, callbacks.ActionReceived, T0))
	record(t, s, Entry(a, callbacks.ActionDecided, T0))
	record(t, s, callbacks.AuditEntry{At: T0, Actor: callbacks.System("test"), Action: callbacks.ActionSignedIn})
	for name, tt := range map[string]struct {
		query callbacks.AuditQuery
		want  int
	}{
		"All":             {callbacks.AuditQuery{AllQueues: true}, 4},
		"None":            {callbacks.AuditQuery{}, 0},
		"One":             {callbacks.AuditQuery{Queues: []string{"a"}}, 2},
		"Both":            {callbacks.AuditQuery{Queues: []string{"b", "a"}}, 3},
		"OneOfCallback":   {callbacks.AuditQuery{Queues: []string{"b"}, Callback: a.ID}, 0},
		"OneOfActor":      {callbacks.AuditQuery{Queues: []string{"a"}, ActorID: "test"}, 2},
		"OneAfterAnother": {callbacks.AuditQuery{Queues: []string{"a", "b"}, Action: callbacks.ActionReceived}, 2},
	} {
		if got := len(audit(t, s, tt.query)); got != tt.want {
			t.Errorf("%s: got %d entries, want %d", name, got, tt.want)
		}
	}
}
