package callbackstest

import (
	"slices"
	"testing"
	"time"

	"countersign/internal/callbacks"
)

func testAftermath(t *testing.T, open func(*testing.T) Store) {
	cases(t, open, map[string]func(*testing.T, Store){
		"Kept":              aftermathKept,
		"FailureIsKept":     failureKept,
		"Attention":         attentionAfterFailure,
		"AttentionByFilter": attentionFiltered,
		"AttentionInPages":  attentionInPages,
	})
}

// NewAftermath is what followed a decision, with every field set. Times are to the millisecond, as stores keep them.
func NewAftermath() *callbacks.Aftermath {
	at := T0.Add(1250 * time.Millisecond)
	return &callbacks.Aftermath{
		Status: callbacks.AfterFailed, ResumedAt: T0.Add(time.Millisecond), EndedAt: at, Event: 21,
		Error: callbacks.ErrorObject{ErrorType: "ValidationError", ErrorMessage: "card <b>expired</b>, \"so\" it says"},
		Steps: []callbacks.AfterStep{
			{Operation: "c4ca", Name: "charge-card", Kind: callbacks.OperationStep, Status: callbacks.AfterFailed, At: at, Took: 1200 * time.Millisecond, Note: "ValidationError: é\u2028"},
			{Operation: "c81e", Kind: callbacks.OperationWait, Status: callbacks.AfterRunning, At: T0},
		},
		Skipped: true, Last: 22, ReadAt: T0.Add(time.Minute), Readings: 3,
	}
}

// FailedAfterwards puts a decision on a callback that was completed by it, and after which the execution failed.
func FailedAfterwards(subject string, at time.Time) Option {
	return func(c *callbacks.Callback) {
		DecidedBy(subject, at)(c)
		Ended(callbacks.Completed, at)(c)
		c.ExecutionFailed = true
	}
}

func aftermathKept(t *testing.T, s Store) {
	c := put(t, s, NewCallback())
	decide(t, s, c.ID, T0)
	want := NewAftermath()
	for i, aftermath := range []*callbacks.Aftermath{want, nil, {Status: callbacks.AfterRunning, Last: 7}} {
		now := T0.Add(time.Duration(i) * time.Hour)
		w := claimOne(t, s, "worker", now)
		finish := func(_ *callbacks.Callback, d *callbacks.Delivery) (callbacks.AuditEntry, error) {
			d.Aftermath, d.DueAt = aftermath, now.Add(time.Minute)
			return callbacks.AuditEntry{}, nil
		}
		if _, err := s.FinishDelivery(t.Context(), "worker", answered(w, now, callbacks.AnswerAccepted), c.ID, finish); err != nil {
			t.Fatal(err)
		}
		same(t, "aftermath", deliveryOf(t, s, c.ID).Aftermath, aftermath)
		same(t, "claimed aftermath", claimOne(t, s, "reader", now.Add(time.Minute)).Delivery.Aftermath, aftermath)
	}
}

func failureKept(t *testing.T, s Store) {
	want := put(t, s, NewCallback(FailedAfterwards("ada", T0)))
	if !want.ExecutionFailed {
		t.Error("that the execution failed is lost")
	}
	same(t, "row", list(t, s, all(callbacks.Filter{Scope: callbacks.ScopeHistory})).Rows[0].Callback, want)
	got := update(t, s, want.ID, func(c *callbacks.Callback) (callbacks.Change, error) {
		c.ExecutionFailed = false
		return callbacks.Change{}, nil
	})
	if got.ExecutionFailed || get(t, s, want.ID).ExecutionFailed {
		t.Error("that the execution failed cannot be taken back")
	}
}

// readers are who may ask for what failed: the one who decided, another reviewer, and an admin.
func readers() map[string]callbacks.Query {
	f := callbacks.Filter{Scope: callbacks.ScopeAttention}
	return map[string]callbacks.Query{
		"ada":     {Filter: f, Queues: []string{callbacks.DefaultQueue, "b"}, Person: "ada", Now: T0},
		"bob":     {Filter: f, Queues: []string{callbacks.DefaultQueue, "b"}, Person: "bob", Now: T0},
		"blind":   {Filter: f, Queues: []string{"others"}, Person: "ada", Now: T0},
		"admin":   {Filter: f, AllQueues: true, Operator: true, Person: "zoe", Now: T0},
		"auditor": {Filter: f, AllQueues: true, Person: "kim", Now: T0},
	}
}

func attentionAfterFailure(t *testing.T, s Store) {
	const week = 7 * 24 * time.Hour
	adas := put(t, s, NewCallback(FailedAfterwards("ada", T0.Add(-week)))).ID
	inB := put(t, s, NewCallback(Queue("b"), FailedAfterwards("ada", T0))).ID
	bobs := put(t, s, NewCallback(FailedAfterwards("bob", T0.Add(-time.Hour)))).ID
	put(t, s, NewCallback(FailedAfterwards("ada", T0.Add(-week-time.Millisecond))))
	put(t, s, NewCallback(DecidedBy("ada", T0), Ended(callbacks.Completed, T0)))
	want := map[string][]callbacks.ID{"ada": {inB, adas}, "bob": {bobs}, "admin": {inB, bobs, adas}}
	for reader, q := range readers() {
		same(t, "what "+reader+" finds", idsOf(listAll(t, s, q)), want[reader])
		same(t, "how many "+reader+" finds", count(t, s, q, 10), len(want[reader]))
	}
}

// attentionFiltered asks in every other way, all of which find the same.
func attentionFiltered(t *testing.T, s Store) {
	want := []callbacks.ID{put(t, s, NewCallback(Title("findme"), FailedAfterwards("ada", T0))).ID}
	put(t, s, NewCallback(Title("findme"), FailedAfterwards("bob", T0)))
	q := readers()["ada"]
	for name, f := range map[string]callbacks.Filter{
		"Search": {Search: "findme"}, "Function": {Function: "orders"}, "Queue": {Queue: callbacks.DefaultQueue},
		"State": {States: []callbacks.State{callbacks.Completed}}, "Newest": {Order: callbacks.OrderNewest}, "Deadline": {Order: callbacks.OrderDeadline},
	} {
		f.Scope = callbacks.ScopeAttention
		q.Filter = f
		same(t, name, idsOf(listAll(t, s, q)), want)
		same(t, name+" count", count(t, s, q, 10), 1)
	}
	for name, f := range map[string]callbacks.Filter{"Function": {Function: "others"}, "State": {States: []callbacks.State{callbacks.Lost}}} {
		f.Scope = callbacks.ScopeAttention
		q.Filter = f
		same(t, "another "+name, idsOf(listAll(t, s, q)), nil)
	}
}

// attentionInPages mixes failures with what else needs attention.
func attentionInPages(t *testing.T, s Store) {
	var want []callbacks.ID
	for i := range 8 {
		at := T0.Add(-time.Duration(i) * time.Minute)
		option := FailedAfterwards("ada", at)
		if i%3 == 0 {
			option = Ended(callbacks.Lost, at)
		}
		want = append(want, put(t, s, NewCallback(option)).ID)
	}
	for _, order := range []callbacks.Order{"", callbacks.OrderNewest, callbacks.OrderDeadline} {
		q := readers()["ada"]
		q.Order, q.Limit = order, 3
		got := idsOf(listAll(t, s, q))
		if order != "" {
			slices.Sort(got)
			want = slices.Sorted(slices.Values(want))
		}
		same(t, "by "+string(order), got, want)
	}
}
