package deliverytest

import (
	"slices"
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/desk/storetest"
	"countersign/internal/replies"
)

func testFollowUp(t *testing.T, open func(*testing.T) storetest.Store) {
	storetest.Cases(t, open, map[string]func(*testing.T, storetest.Store){
		"Kept":              followUpKept,
		"FailureIsKept":     failureKept,
		"Attention":         attentionAfterFailure,
		"AttentionByFilter": attentionFiltered,
		"AttentionInPages":  attentionInPages,
	})
}

// NewFollowUp is a follow-up with every field set. Its times are to the millisecond, as stores
// keep them.
func NewFollowUp() *callbacks.FollowUp {
	at := callbackstest.T0.Add(1250 * time.Millisecond)
	return &callbacks.FollowUp{
		Status: callbacks.StatusFailed, ResumedAt: callbackstest.T0.Add(time.Millisecond), EndedAt: at, Event: 21,
		Error: callbacks.ErrorObject{ErrorType: "ValidationError", ErrorMessage: "card <b>expired</b>, \"so\" it says"},
		Steps: []callbacks.FollowUpStep{
			{Operation: "c4ca", Name: "charge-card", Kind: callbacks.OperationStep, Status: callbacks.StatusFailed, At: at, Took: 1200 * time.Millisecond, Note: "ValidationError: é\u2028"},
			{Operation: "c81e", Kind: callbacks.OperationWait, Status: callbacks.StatusRunning, At: callbackstest.T0},
		},
		Skipped: true, Last: 22, ReadAt: callbackstest.T0.Add(time.Minute), Readings: 3,
	}
}

// FailedAfterwards puts a decision on a callback, which completed it, and lets the execution fail
// afterwards.
func FailedAfterwards(subject string, at time.Time) callbackstest.Option {
	return func(c *callbacks.Callback) {
		callbackstest.DecidedBy(subject, at)(c)
		callbackstest.Ended(callbacks.Completed, at)(c)
		c.ExecutionFailed = true
	}
}

func followUpKept(t *testing.T, s storetest.Store) {
	c := storetest.Put(t, s, callbackstest.NewCallback())
	storetest.Decide(t, s, c.ID, callbackstest.T0)
	want := NewFollowUp()
	for i, followUp := range []*callbacks.FollowUp{want, nil, {Status: callbacks.StatusRunning, Last: 7}} {
		now := callbackstest.T0.Add(time.Duration(i) * time.Hour)
		w := claimOne(t, s, "worker", now)
		result := func(c *callbacks.Case) error {
			c.Delivery.FollowUp, c.Delivery.DueAt = followUp, now.Add(time.Minute)
			return nil
		}
		if _, err := finish(t, s, "worker", answered(w, now, replies.Accepted), c.ID, result); err != nil {
			t.Fatal(err)
		}
		callbackstest.Same(t, "follow-up", deliveryOf(t, s, c.ID).FollowUp, followUp)
		callbackstest.Same(t, "claimed follow-up", claimOne(t, s, "reader", now.Add(time.Minute)).Delivery.FollowUp, followUp)
	}
}

func failureKept(t *testing.T, s storetest.Store) {
	want := storetest.Put(t, s, callbackstest.NewCallback(FailedAfterwards("ada", callbackstest.T0)))
	if !want.ExecutionFailed {
		t.Error("that the execution failed is lost")
	}
	callbackstest.Same(t, "row", storetest.List(t, s, storetest.EveryRow(desk.Filter{Scope: desk.ScopeHistory})).Rows[0].Callback, want)
	got := storetest.Change(t, s, want.ID, func(c *callbacks.Case) error {
		c.ExecutionFailed = false
		return nil
	})
	if got.ExecutionFailed || storetest.Get(t, s, want.ID).ExecutionFailed {
		t.Error("that the execution failed cannot be taken back")
	}
}

// readers are queries of the people who may ask for failures: the one who decided, another
// reviewer, and an admin.
func readers() map[string]desk.Query {
	f := desk.Filter{Scope: desk.ScopeAttention}
	return map[string]desk.Query{
		"ada":     {Filter: f, Queues: []string{callbacks.DefaultQueue, "b"}, Person: "ada", Now: callbackstest.T0},
		"bob":     {Filter: f, Queues: []string{callbacks.DefaultQueue, "b"}, Person: "bob", Now: callbackstest.T0},
		"blind":   {Filter: f, Queues: []string{"others"}, Person: "ada", Now: callbackstest.T0},
		"admin":   {Filter: f, AllQueues: true, Operator: true, Person: "zoe", Now: callbackstest.T0},
		"auditor": {Filter: f, AllQueues: true, Person: "kim", Now: callbackstest.T0},
	}
}

func attentionAfterFailure(t *testing.T, s storetest.Store) {
	const week = 7 * 24 * time.Hour
	adas := storetest.Put(t, s, callbackstest.NewCallback(FailedAfterwards("ada", callbackstest.T0.Add(-week)))).ID
	inB := storetest.Put(t, s, callbackstest.NewCallback(callbackstest.Queue("b"), FailedAfterwards("ada", callbackstest.T0))).ID
	bobs := storetest.Put(t, s, callbackstest.NewCallback(FailedAfterwards("bob", callbackstest.T0.Add(-time.Hour)))).ID
	storetest.Put(t, s, callbackstest.NewCallback(FailedAfterwards("ada", callbackstest.T0.Add(-week-time.Millisecond))))
	storetest.Put(t, s, callbackstest.NewCallback(callbackstest.DecidedBy("ada", callbackstest.T0), callbackstest.Ended(callbacks.Completed, callbackstest.T0)))
	want := map[string][]callbacks.ID{"ada": {inB, adas}, "bob": {bobs}, "admin": {inB, bobs, adas}}
	for reader, q := range readers() {
		callbackstest.Same(t, "what "+reader+" finds", storetest.IDsOf(storetest.ListAll(t, s, q)), want[reader])
		callbackstest.Same(t, "how many "+reader+" finds", storetest.Count(t, s, q, 10), len(want[reader]))
	}
}

// attentionFiltered combines attention with every other filter; all of them find the same.
func attentionFiltered(t *testing.T, s storetest.Store) {
	want := []callbacks.ID{storetest.Put(t, s, callbackstest.NewCallback(callbackstest.Title("findme"), FailedAfterwards("ada", callbackstest.T0))).ID}
	storetest.Put(t, s, callbackstest.NewCallback(callbackstest.Title("findme"), FailedAfterwards("bob", callbackstest.T0)))
	q := readers()["ada"]
	for name, f := range map[string]desk.Filter{
		"Search": {Search: "findme"}, "Function": {Function: "orders"}, "Queue": {Queue: callbacks.DefaultQueue},
		"State": {States: []callbacks.State{callbacks.Completed}}, "Newest": {Order: desk.OrderNewest}, "Deadline": {Order: desk.OrderDeadline},
	} {
		f.Scope = desk.ScopeAttention
		q.Filter = f
		callbackstest.Same(t, name, storetest.IDsOf(storetest.ListAll(t, s, q)), want)
		callbackstest.Same(t, name+" count", storetest.Count(t, s, q, 10), 1)
	}
	for name, f := range map[string]desk.Filter{"Function": {Function: "others"}, "State": {States: []callbacks.State{callbacks.Lost}}} {
		f.Scope = desk.ScopeAttention
		q.Filter = f
		callbackstest.Same(t, "another "+name, storetest.IDsOf(storetest.ListAll(t, s, q)), nil)
	}
}

// attentionInPages mixes failures with the other callbacks that need attention.
func attentionInPages(t *testing.T, s storetest.Store) {
	var want []callbacks.ID
	for i := range 8 {
		at := callbackstest.T0.Add(-time.Duration(i) * time.Minute)
		option := FailedAfterwards("ada", at)
		if i%3 == 0 {
			option = callbackstest.Ended(callbacks.Lost, at)
		}
		want = append(want, storetest.Put(t, s, callbackstest.NewCallback(option)).ID)
	}
	for _, order := range []desk.Order{"", desk.OrderNewest, desk.OrderDeadline} {
		q := readers()["ada"]
		q.Order, q.Limit = order, 3
		got := storetest.IDsOf(storetest.ListAll(t, s, q))
		if order != "" {
			slices.Sort(got)
			want = slices.Sorted(slices.Values(want))
		}
		callbackstest.Same(t, "by "+string(order), got, want)
	}
}
