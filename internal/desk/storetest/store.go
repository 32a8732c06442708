package storetest

import (
	"context"
	"testing"
	"time"

	"countersign/internal/arn"
	"countersign/internal/batch"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/delegation"
	"countersign/internal/delivery"
	"countersign/internal/desk"
	"countersign/internal/discovery"
	"countersign/internal/people"
	"countersign/internal/policy"
	"countersign/internal/readquota"
	"countersign/internal/rollout"
	"countersign/internal/upkeep"
)

// Store is everything that the domain keeps.
type Store interface {
	// Ping checks that the database answers.
	Ping(ctx context.Context) error
	// Record writes an audit entry that belongs to no callback, such as a sign-in.
	Record(ctx context.Context, entry callbacks.AuditEntry) error
	desk.Store
	batch.Store
	delivery.Store
	upkeep.Store
	discovery.Store
	discovery.WatchStore
	discovery.ExecutionStore
	readquota.Store
	rollout.Store
	people.Store
	delegation.Store
	policy.Store
}

// RunStore runs the contract. open returns an empty store for one test and closes it when the test
// ends; parallel tests call it.
func RunStore(t *testing.T, open func(*testing.T) Store) {
	RunTopics(t, open, map[string]func(*testing.T, func(*testing.T) Store){
		"Receive":     testReceive,
		"Messages":    testMessages,
		"Read":        testRead,
		"Contexts":    testContexts,
		"List":        testList,
		"Folds":       testFolds,
		"Around":      testAround,
		"Risk":        testRisk,
		"Scopes":      testScopes,
		"Filters":     testFilters,
		"Search":      testSearch,
		"Functions":   testFunctions,
		"Audiences":   testAudiences,
		"Past":        testPast,
		"Change":      testChange,
		"InExecution": testInExecution,
		"Reviews":     testReviews,
		"Audit":       testAudit,
		"Announced":   testAnnounced,
	})
}

// RunTopics runs topics of a contract in parallel.
func RunTopics(t *testing.T, open func(*testing.T) Store, topics map[string]func(*testing.T, func(*testing.T) Store)) {
	for name, topic := range topics {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			topic(t, open)
		})
	}
}

// Cases runs tests of one topic in parallel, each with its own store.
func Cases(t *testing.T, open func(*testing.T) Store, tests map[string]func(*testing.T, Store)) {
	t.Helper()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

// Put stores a callback as it was built.
func Put(t testing.TB, s Store, c callbacks.Callback) callbacks.Callback {
	t.Helper()
	announced := c
	announced.State, announced.Decision, announced.Ending, announced.Problem = callbacks.Pending, nil, nil, ""
	announced.ExecutionFailed = false
	Receive(t, s, callbacks.Message{Source: c.Source, At: c.ReceivedAt}, announced)
	if c.State == callbacks.Pending && c.Problem == "" {
		return Get(t, s, c.ID)
	}
	return Change(t, s, c.ID, func(stored *callbacks.Case) error {
		stored.State, stored.Decision, stored.Ending, stored.Problem = c.State, c.Decision, c.Ending, c.Problem
		stored.ExecutionFailed = c.ExecutionFailed
		stored.NextHeartbeatAt, stored.MissedHeartbeats = c.NextHeartbeatAt, c.MissedHeartbeats
		return nil
	})
}

// fingerprintOf stands in for the fingerprint of the announcement of a callback.
func fingerprintOf(c callbacks.Callback) string { return "fingerprint of " + string(c.CallbackID) }

// Receive records a callback as an announcement does.
func Receive(t testing.TB, s Store, m callbacks.Message, c callbacks.Callback) callbacks.Acknowledgment {
	t.Helper()
	r, err := s.Receive(t.Context(), m, c, callbacks.Content{}, fingerprintOf(c), callbacks.Queues{}.Bind, callbackstest.Entry(c, callbacks.ActionReceived, c.ReceivedAt))
	if err != nil {
		t.Fatalf("receive: %v", err)
	}
	return r
}

// Get reads a callback.
func Get(t testing.TB, s Store, id callbacks.ID) callbacks.Callback {
	t.Helper()
	c, err := s.Get(t.Context(), id)
	if err != nil {
		t.Fatalf("get %s: %v", id, err)
	}
	return c
}

// Change changes a callback without its parts.
func Change(t testing.TB, s Store, id callbacks.ID, change func(*callbacks.Case) error) callbacks.Callback {
	t.Helper()
	c, err := s.Change(t.Context(), id, callbacks.Parts{}, change)
	if err != nil {
		t.Fatalf("change %s: %v", id, err)
	}
	return c
}

// Correct lets a history show another origin of a pending callback than it has.
func Correct(t testing.TB, s Store, id callbacks.ID, change func(*callbacks.Sighting)) {
	t.Helper()
	_, err := s.Change(t.Context(), id, callbacks.Parts{Signatures: true}, func(c *callbacks.Case) error {
		found := callbacks.Sighting{ExecutionARN: c.ExecutionARN, Function: c.Function, Name: c.Name, Clocks: c.Clocks}
		change(&found)
		same := func(*callbacks.Callback, *callbacks.Content) callbacks.Requirement { return c.Requirement }
		return c.Corrected(found, &callbacks.Content{}, same, c.ReceivedAt, callbacks.System("discovery"))
	})
	if err != nil {
		t.Fatalf("correct %s: %v", id, err)
	}
}

// Decide records a decision with its delivery, which is due at a given time.
func Decide(t testing.TB, s Store, id callbacks.ID, due time.Time) callbacks.Callback {
	t.Helper()
	return DecideIn(t, s, id, arn.Lane{}, due)
}

// DecideIn records a decision that is delivered in a lane.
func DecideIn(t testing.TB, s Store, id callbacks.ID, lane arn.Lane, due time.Time) callbacks.Callback {
	t.Helper()
	return Change(t, s, id, func(c *callbacks.Case) error {
		callbackstest.DecidedBy("ada", due)(&c.Callback)
		c.Delivery = &callbacks.Delivery{Callback: id, Completion: callbackstest.NewCompletion(), Lane: lane, DueAt: due}
		return c.Record(callbackstest.Entry(c.Callback, callbacks.ActionDecided, due), nil)
	})
}

// Audit reads entries; if the query has no limit, it reads a full page.
func Audit(t testing.TB, s Store, q desk.AuditQuery) []callbacks.AuditEntry {
	t.Helper()
	if q.Limit == 0 {
		q.Limit = desk.MaxPage
	}
	entries, err := s.Audit(t.Context(), q)
	if err != nil {
		t.Fatalf("audit: %v", err)
	}
	return entries
}

// AuditOf returns the actions recorded for a callback, newest first.
func AuditOf(t testing.TB, s Store, id callbacks.ID) []callbacks.Action {
	t.Helper()
	var actions []callbacks.Action
	for _, e := range Audit(t, s, desk.AuditQuery{Callback: id}) {
		actions = append(actions, e.Action)
	}
	return actions
}
