package storetest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/replies"
)

func testAudit(t *testing.T, open func(*testing.T) Store) {
	Cases(t, open, map[string]func(*testing.T, Store){
		"Record":   auditRecord,
		"Facts":    auditFacts,
		"Once":     auditOnce,
		"Pages":    auditPages,
		"Narrowed": auditNarrowed,
		"Time":     auditTime,
	})
}

func record(t testing.TB, s Store, e callbacks.AuditEntry) {
	t.Helper()
	if err := s.Record(t.Context(), e); err != nil {
		t.Fatalf("record: %v", err)
	}
}

func auditRecord(t *testing.T, s Store) {
	want := callbacks.AuditEntry{At: callbackstest.T0.Add(time.Millisecond), Actor: callbackstest.Person("ada"), Action: callbacks.ActionSignedIn, Detail: "From the desk's sign-in page."}
	record(t, s, want)
	entries := Audit(t, s, desk.AuditQuery{})
	if len(entries) != 1 || entries[0].Seq < 1 {
		t.Fatalf("got %+v, want one numbered entry", entries)
	}
	want.Seq = entries[0].Seq
	callbackstest.Same(t, "entries", entries[0], want)
}

func auditOnce(t *testing.T, s Store) {
	c := Put(t, s, callbackstest.NewCallback())
	entry := callbackstest.Entry(c, callbacks.ActionContested, callbackstest.T0)
	failed := make([]error, 8)
	var all sync.WaitGroup
	for i := range failed {
		all.Go(func() { failed[i] = s.RecordOnce(t.Context(), entry) })
	}
	all.Wait()
	if err := errors.Join(failed...); err != nil {
		t.Fatal(err)
	}
	other := entry
	other.Actor = callbackstest.Person("somebody else")
	if err := s.RecordOnce(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	if got := Audit(t, s, desk.AuditQuery{Callback: c.ID, Action: callbacks.ActionContested}); len(got) != 2 {
		t.Errorf("%d entries of two actors, eight of the first at once, want 2", len(got))
	}
	if got := Get(t, s, c.ID); got.Revision != c.Revision {
		t.Error("it made pages stale")
	}
	entry.Callback = "nothing"
	if err := s.RecordOnce(t.Context(), entry); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("%v, want ErrNotFound", err)
	}
}

func auditPages(t *testing.T, s Store) {
	const n = 7
	for range n {
		record(t, s, callbackstest.Entry(callbackstest.NewCallback(), callbacks.ActionReceived, callbackstest.T0))
	}
	all := Audit(t, s, desk.AuditQuery{})
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
		page := Audit(t, s, desk.AuditQuery{Before: before, Limit: 3})
		if len(page) == 0 {
			break
		}
		record(t, s, callbackstest.Entry(callbackstest.NewCallback(), callbacks.ActionReceived, callbackstest.T0)) // newer than every page
		paged = append(paged, page...)
		before = page[len(page)-1].Seq
	}
	callbackstest.Same(t, "all pages and all entries", paged, all)
}

func auditNarrowed(t *testing.T, s Store) {
	a, b := callbackstest.NewCallback(), callbackstest.NewCallback()
	byAda := callbackstest.Entry(a, callbacks.ActionDecided, callbackstest.T0)
	byAda.Actor = callbackstest.Person("ada")
	record(t, s, callbackstest.Entry(a, callbacks.ActionReceived, callbackstest.T0))
	record(t, s, callbackstest.Entry(b, callbacks.ActionReceived, callbackstest.T0))
	record(t, s, byAda)
	for name, tt := range map[string]struct {
		query desk.AuditQuery
		want  int
	}{
		"Callback":            {desk.AuditQuery{Callback: a.ID}, 2},
		"Actor":               {desk.AuditQuery{Actors: []string{"ada"}}, 1},
		"Action":              {desk.AuditQuery{Action: callbacks.ActionReceived}, 2},
		"CallbackAndAction":   {desk.AuditQuery{Callback: a.ID, Action: callbacks.ActionReceived}, 1},
		"ActorAndOtherAction": {desk.AuditQuery{Actors: []string{"ada"}, Action: callbacks.ActionReceived}, 0},
		"Unknown":             {desk.AuditQuery{Callback: callbacks.NewID()}, 0},
		"People":              {desk.AuditQuery{People: true}, 1},
		"PeopleAndAction":     {desk.AuditQuery{People: true, Action: callbacks.ActionReceived}, 0},
		"Actors":              {desk.AuditQuery{Actors: []string{"ada", "test", "nobody"}}, 3},
		"NoActor":             {desk.AuditQuery{Actors: []string{}}, 0},
	} {
		if got := len(Audit(t, s, tt.query)); got != tt.want {
			t.Errorf("%s: got %d entries, want %d", name, got, tt.want)
		}
	}
}

// auditFacts: every value behind an entry comes back.
func auditFacts(t *testing.T, s Store) {
	c := Put(t, s, callbackstest.NewCallback())
	want := callbackstest.Entry(c, callbacks.ActionLost, callbackstest.T0)
	want.Detail = ""
	want.Facts = callbacks.Facts{
		Field: "/vendor/iban", ActingFor: "Mara Okafor",
		Reply: replies.Denied, Attempt: 3, Failed: 4, Announced: callbacks.AnnouncedLate,
		Differs: []string{"title", "payload"}, Source: "expenses",
		Requester: &callbacks.Requester{ID: "u", Name: "N", Email: "e@x.example", StatedBy: "p", StatedByAddress: "p@x.example"},
		Reason:    "Her ticket.",
		Decision: &callbacks.Decision{
			Outcome: "approve", Label: "Approve", Kind: callbacks.Success, By: callbackstest.Person("ada"), At: callbackstest.T0,
			SHA256: "5f", Size: 12, ConfigVersion: "6a1f",
		},
		Ending: &callbacks.Ending{
			By: callbacks.EndedByClock, Cause: callbacks.CauseTimeout, At: callbackstest.T0, Assumed: true,
			Around: callbacks.AroundStopped, Kind: callbacks.Failure, Event: 7,
			Proven: true, Accepted: true, Doubt: callbacks.DoubtRefusal, Unread: callbacks.DoubtKMS,
			Refusal: replies.Invalid, Code: "InvalidParameterValueException",
		},
		Execution: callbacks.StatusFailed, Event: 9,
	}
	record(t, s, want)
	entries := Audit(t, s, desk.AuditQuery{Action: callbacks.ActionLost})
	if len(entries) != 1 {
		t.Fatalf("got %+v, want one entry", entries)
	}
	want.Seq = entries[0].Seq
	callbackstest.Same(t, "entries", entries[0], want)
}

// auditTime: entries come by their time, whenever they were written, and those of one callback as they
// were written.
func auditTime(t *testing.T, s Store) {
	c := callbackstest.NewCallback()
	for _, minute := range []time.Duration{3, 1, 2, 2} {
		record(t, s, callbackstest.Entry(c, callbacks.ActionReceived, callbackstest.T0.Add(minute*time.Minute)))
	}
	at := func(minute time.Duration) time.Time { return callbackstest.T0.Add(minute * time.Minute) }
	numbers := func(q desk.AuditQuery) (all []int64) {
		for _, e := range Audit(t, s, q) {
			all = append(all, e.Seq)
		}
		return all
	}
	all := numbers(desk.AuditQuery{})
	first := all[0]
	for name, test := range map[string]struct {
		query desk.AuditQuery
		want  []int64
	}{
		"all":         {desk.AuditQuery{}, []int64{first, first + 3, first + 2, first + 1}},
		"behind":      {desk.AuditQuery{Before: first + 3}, []int64{first + 2, first + 1}},
		"a page":      {desk.AuditQuery{Before: first, Limit: 2}, []int64{first + 3, first + 2}},
		"from":        {desk.AuditQuery{From: at(2)}, []int64{first, first + 3, first + 2}},
		"until":       {desk.AuditQuery{Until: at(2)}, []int64{first + 1}},
		"between":     {desk.AuditQuery{From: at(2), Until: at(3)}, []int64{first + 3, first + 2}},
		"an actor's":  {desk.AuditQuery{Actors: []string{"test"}, From: at(2), Before: first}, []int64{first + 3, first + 2}},
		"two actors'": {desk.AuditQuery{Actors: []string{"test", "ada"}, Before: first + 3}, []int64{first + 2, first + 1}},
		"a callback":  {desk.AuditQuery{Callback: c.ID}, []int64{first + 3, first + 2, first + 1, first}},
		"its past":    {desk.AuditQuery{Callback: c.ID, Before: first + 2, From: at(2)}, []int64{first}},
	} {
		callbackstest.Same(t, name, numbers(test.query), test.want)
	}
}
