package sqlstore_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/sqlstore"
)

// fillWorkers is how many announce at once when a store is filled.
const fillWorkers = 64

// fill announces n pending callbacks in four queues, without payload, with deadlines over a day.
func fill(tb testing.TB, s *sqlstore.Store, n int) {
	tb.Helper()
	var all sync.WaitGroup
	for w := range fillWorkers {
		all.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(w)))
			for i := w; i < n; i += fillWorkers {
				if err := announce(tb, s, i, time.Duration(random.IntN(86400))*time.Second); err != nil {
					tb.Errorf("receive: %v", err)
					return
				}
			}
		})
	}
	all.Wait()
}

func announce(tb testing.TB, s *sqlstore.Store, i int, timeout time.Duration) error {
	c := callbackstest.NewCallback(callbackstest.Queue(fmt.Sprint("queue-", i%4)), callbackstest.Function(fmt.Sprint("orders-", i%16)),
		callbackstest.Title(fmt.Sprint("Approve order ", i, " over 12,400 EUR")),
		callbackstest.ReceivedAt(callbackstest.T0.Add(time.Duration(i)*time.Millisecond)), callbackstest.Timeout(timeout+time.Second))
	c.ID = callbacks.NewIDAt(time.Now())
	_, err := s.Receive(tb.Context(), callbacks.Message{Source: "shop", ID: string(c.ID), At: c.ReceivedAt}, c,
		callbacks.Content{Description: "Order from *ACME*.", Tags: []string{"finance"}}, string(c.ID), callbacks.Queues{}.Bind,
		callbackstest.Entry(c, callbacks.ActionReceived, c.ReceivedAt))
	return err
}

// maxRowBytes is what one pending callback without payload may cost on disk, with its indexes,
// words and audit entry.
const maxRowBytes = 2500

func TestSizeOfPendingCallback(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "desk.db")
	s, err := sqlstore.Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	const n = 600
	fill(t, s, n)
	if err := s.Close(); err != nil { // the log goes into the file
		t.Fatal(err)
	}
	if perRow := sizeOf(t, path) / n; perRow > maxRowBytes {
		t.Errorf("a pending callback takes %d bytes, want at most %d", perRow, maxRowBytes)
	}
}

func sizeOf(tb testing.TB, path string) int64 {
	tb.Helper()
	info, err := os.Stat(path)
	if err != nil {
		tb.Fatal(err)
	}
	return info.Size()
}

// onEach runs a benchmark on both databases, with one sender and with as many as a group commit may
// take.
func onEach(b *testing.B, run func(b *testing.B, s *sqlstore.Store, senders int)) {
	for name, open := range map[string]func(testing.TB) *sqlstore.Store{"SQLite": openSQLite, "PostgreSQL": openPostgres} {
		for _, senders := range []int{1, 64} {
			b.Run(fmt.Sprint(name, "/senders-", senders), func(b *testing.B) { run(b, open(b), senders) })
		}
	}
}

// atOnce does a piece of work b.N times by so many senders, and reports the time of this process's
// CPUs beside that of the clock: it says more on a machine that does other things too.
func atOnce(b *testing.B, senders int, work func(i int) error) {
	b.Helper()
	var next atomic.Int64
	began := processTime(b)
	b.ResetTimer()
	var all sync.WaitGroup
	for range senders {
		all.Go(func() {
			for i := int(next.Add(1)); i <= b.N; i = int(next.Add(1)) {
				if err := work(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	b.StopTimer()
	b.ReportMetric(float64((processTime(b)-began).Microseconds())/float64(b.N), "cpu-µs/op")
}

// processTime is how long the CPUs have worked for this process.
func processTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkReceiveTold is the intake of a desk that tells people: each announcement is noted for
// messages.
func BenchmarkReceiveTold(b *testing.B) {
	onEach(b, func(b *testing.B, s *sqlstore.Store, senders int) {
		s.Tell(true)
		atOnce(b, senders, func(i int) error { return announce(b, s, i, time.Hour) })
	})
}

// BenchmarkReceive is the intake: what group commit gives, and what an announcement costs.
func BenchmarkReceive(b *testing.B) {
	onEach(b, func(b *testing.B, s *sqlstore.Store, senders int) {
		atOnce(b, senders, func(i int) error { return announce(b, s, i, time.Hour) })
	})
}

// BenchmarkDecide is the transaction of a decision: callback, signature, delivery with its first
// attempt, audit.
func BenchmarkDecide(b *testing.B) {
	onEach(b, func(b *testing.B, s *sqlstore.Store, senders int) {
		ids := pending(b, s)
		atOnce(b, senders, func(i int) error {
			_, err := s.Change(b.Context(), ids[i-1], callbacks.Parts{Signatures: true}, decide)
			return err
		})
	})
}

// BenchmarkSign is the transactions of a decision that three people sign: two signatures that wait,
// and the decision of BenchmarkDecide.
func BenchmarkSign(b *testing.B) {
	onEach(b, func(b *testing.B, s *sqlstore.Store, senders int) {
		ids := pending(b, s)
		atOnce(b, senders, func(i int) error {
			for _, change := range []func(*callbacks.Case) error{wait, wait, decide} {
				if _, err := s.Change(b.Context(), ids[i-1], callbacks.Parts{Signatures: true}, change); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// pending fills a store and returns the callbacks that wait in it.
func pending(b *testing.B, s *sqlstore.Store) []callbacks.ID {
	b.Helper()
	fill(b, s, b.N)
	ids := make([]callbacks.ID, 0, b.N)
	q := desk.Query{Filter: desk.Filter{Scope: desk.ScopeAvailable, Limit: desk.MaxPage}, AllQueues: true, Now: callbackstest.T0}
	for len(ids) < b.N {
		page, err := s.List(b.Context(), q)
		if err != nil {
			b.Fatal(err)
		}
		for _, row := range page.Rows {
			ids = append(ids, row.ID)
		}
		q.After = page.Next
	}
	return ids
}

// wait is what a signature changes that waits for others.
func wait(c *callbacks.Case) error {
	c.Signatures = append(c.Signatures, signature(c))
	c.WaitingSince = c.Signatures[0].At
	return c.Record(callbackstest.Entry(c.Callback, callbacks.ActionSigned, c.WaitingSince), nil)
}

// signature is the next person's signature.
func signature(c *callbacks.Case) callbacks.Signature {
	return callbacks.Signature{
		By: callbackstest.Person(fmt.Sprint("ada-", len(c.Signatures))), Via: callbacks.ViaWeb,
		At:       callbackstest.T0.Add(time.Minute),
		Proposal: callbacks.Proposal{Outcome: "approve", Stance: callbacks.For},
	}
}

// decide is what a decision changes.
func decide(c *callbacks.Case) error {
	at := callbackstest.T0.Add(time.Minute)
	callbackstest.DecidedBy("ada", at)(&c.Callback)
	c.Signatures = append(c.Signatures, signature(c))
	c.Delivery = &callbacks.Delivery{
		Callback: c.ID, Completion: callbackstest.NewCompletion(), Lane: arn.Lane{Region: "eu-west-1"}, DueAt: at,
		Tries: 1, Lease: callbacks.Lease{Owner: "w", Until: at.Add(time.Minute)},
	}
	c.Delivery.Begin(&c.Callback, at)
	return c.Record(callbackstest.Entry(c.Callback, callbacks.ActionDecided, at), nil)
}

// BenchmarkList reads first pages out of 100,000 pending callbacks.
func BenchmarkList(b *testing.B) {
	path := filepath.Join(b.TempDir(), "desk.db")
	s, err := sqlstore.Open(b.Context(), "sqlite:"+path)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	const n = 100_000
	fill(b, s, n)
	b.Logf("%d bytes on disk for each callback", sizeOf(b, path)/n)
	available := desk.Filter{Scope: desk.ScopeAvailable, Limit: desk.PageSize}
	with := func(change func(*desk.Filter)) desk.Filter {
		f := available
		change(&f)
		return f
	}
	for name, f := range map[string]desk.Filter{
		"available":  available,
		"function":   with(func(f *desk.Filter) { f.Function = "orders-3" }),
		"newest":     with(func(f *desk.Filter) { f.Order = desk.OrderNewest }),
		"all":        with(func(f *desk.Filter) { f.Scope = desk.ScopeAll }),
		"unattended": with(func(f *desk.Filter) { f.Ends.Unattended = true }),
		"mine":       with(func(f *desk.Filter) { f.Scope = desk.ScopeMine }),
		"word":       with(func(f *desk.Filter) { f.Search = "4711" }),
		"everyWord":  with(func(f *desk.Filter) { f.Search = "approve" }),
	} {
		for reader, q := range map[string]desk.Query{"all": {AllQueues: true}, "two": {Queues: []string{"queue-1", "queue-2"}}} {
			q.Filter, q.Person, q.Now = f, "ada", callbackstest.T0
			b.Run(name+"/"+reader, func(b *testing.B) {
				for b.Loop() {
					if _, err := s.List(b.Context(), q); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run(name+"/"+reader+"/count", func(b *testing.B) {
				for b.Loop() {
					if _, err := s.Count(b.Context(), q, 1000); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
