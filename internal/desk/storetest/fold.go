package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
)

func testFolds(t *testing.T, open func(*testing.T) Store) {
	Cases(t, open, map[string]func(*testing.T, Store){
		"OneRow":                 foldOneRow,
		"OnlyWhatIsSeen":         foldSeen,
		"Giant":                  foldGiant,
		"AgreeWithAPlainReading": foldModel,
	})
}

// asked is a callback of a group that ends after some minutes.
func asked(group string, minutes int, options ...callbackstest.Option) callbacks.Callback {
	c := callbackstest.NewCallback(append(options, callbackstest.Timeout(time.Duration(minutes)*time.Minute))...)
	c.Group = group
	return c
}

// folded is a folded list of all that is pending.
func folded() desk.Query { return EveryRow(desk.Filter{Scope: desk.ScopeAvailable, Folded: true}) }

// foldOneRow: what asks the same is one row, at the place of the one that ends first. It leaves the fold
// with its decision, and with another announcement.
func foldOneRow(t *testing.T, s Store) {
	first := Put(t, s, asked("deploys", 10))
	alone := Put(t, s, asked("", 20))
	other := Put(t, s, asked("deploys", 30, callbackstest.Title("Another"), callbackstest.Function("elsewhere")))
	Put(t, s, asked("deploys", 5, callbackstest.Source("shop 2")))
	Put(t, s, asked("deploys", 40, callbackstest.Queue("b")))
	q := folded()
	q.Source = "shop"
	q.AllQueues, q.Queues = false, []string{callbacks.DefaultQueue}
	page := List(t, s, q)
	callbackstest.Same(t, "rows", IDsOf(page.Rows), []callbacks.ID{first.ID, alone.ID})
	callbackstest.Same(t, "fold", page.Rows[0].Fold, desk.Fold{Key: desk.Alike(&first), Number: 2, Titles: 2, Requesters: 1})
	callbackstest.Same(t, "fold of one", page.Rows[1].Fold, desk.Fold{})
	within := q
	within.Alike = desk.Alike(&first)
	callbackstest.Same(t, "what asks the same", IDsOf(List(t, s, within).Rows), []callbacks.ID{first.ID, other.ID})
	callbackstest.Same(t, "number", Count(t, s, within, 10), 2)
	Decide(t, s, first.ID, callbackstest.T0)
	page = List(t, s, q)
	callbackstest.Same(t, "rows after a decision", IDsOf(page.Rows), []callbacks.ID{alone.ID, other.ID})
	callbackstest.Same(t, "fold after a decision", page.Rows[1].Fold, desk.Fold{})
}

// foldSeen: a row counts and stands for what its reader may see, and nothing else.
func foldSeen(t *testing.T, s Store) {
	escalates := func(c *callbacks.Callback) {
		c.Requirement.Escalate = &callbacks.Escalation{After: 0.5, To: []string{"leads"}}
	}
	hidden := Put(t, s, asked("deploys", 10, escalates))
	shown := Put(t, s, asked("deploys", 20, escalates))
	for _, c := range []callbacks.Callback{shown, Put(t, s, asked("deploys", 30, escalates))} {
		Change(t, s, c.ID, func(c *callbacks.Case) error {
			return c.Record(c.Escalate(c.EscalatesAt(), callbacks.System("escalations")))
		})
	}
	q := folded()
	q.AllQueues, q.Queues, q.Escalated = false, []string{"b"}, []string{(&callbacks.Escalation{To: []string{"leads"}}).Audience()}
	page := List(t, s, q)
	callbackstest.Same(t, "rows", IDsOf(page.Rows), []callbacks.ID{shown.ID})
	callbackstest.Same(t, "number", page.Rows[0].Fold.Number, 2)
	q.Queues = []string{callbacks.DefaultQueue}
	page = List(t, s, q)
	callbackstest.Same(t, "rows of the queue", IDsOf(page.Rows), []callbacks.ID{hidden.ID})
	callbackstest.Same(t, "number in the queue", page.Rows[0].Fold.Number, 3)
}

// foldGiant: a page looks at no more than so many callbacks, whatever asks the same. The pages together
// have each row once.
func foldGiant(t *testing.T, s Store) {
	const many = 1100
	first := Put(t, s, asked("giant", 10))
	for range many {
		Put(t, s, asked("giant", 20))
	}
	last := Put(t, s, asked("last", 30))
	page := List(t, s, folded())
	callbackstest.Same(t, "rows", IDsOf(page.Rows), []callbacks.ID{first.ID})
	callbackstest.Same(t, "number", page.Rows[0].Fold.Number, desk.MaxAlike+1)
	callbackstest.Same(t, "all rows", IDsOf(ListAll(t, s, folded())), []callbacks.ID{first.ID, last.ID})
}

// foldModel compares folded lists with the plain ones.
func foldModel(t *testing.T, s Store) {
	for i, c := range rapid.SliceOfN(anyCallback(), 90, 90).Example(2) {
		c.Group = []string{"", "", "a", "b"}[i%4]
		Put(t, s, c)
	}
	rapid.Check(t, func(rt *rapid.T) {
		q := anyQuery().Draw(rt, "query")
		q.Order = desk.OrderDeadline
		var want, got []string
		numbers := map[string]int{}
		plain := ListAll(t, s, q)
		for i := range plain {
			if c := &plain[i].Callback; c.State == callbacks.Pending {
				numbers[desk.Alike(c)]++
			}
		}
		line := func(c *callbacks.Callback, n int) string { return fmt.Sprint(c.ID, " ", max(n, 1)) }
		seen := map[string]bool{}
		for i := range plain {
			c := &plain[i].Callback
			key := desk.Alike(c)
			if c.State != callbacks.Pending {
				want = append(want, line(c, 1))
			} else if !seen[key] {
				seen[key] = true
				want = append(want, line(c, numbers[key]))
			}
		}
		q.Folded = true
		for _, r := range ListAll(t, s, q) {
			got = append(got, line(&r.Callback, r.Fold.Number))
		}
		if q.Alike == "" && !slices.Equal(got, want) {
			rt.Fatalf("folded: %v, want %v", got, want)
		}
	})
}
