package notice_test

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/notice"
	"countersign/internal/sqlstore/sqlstoretest"
)

// BenchmarkNotices is what a message costs from the change to its record, without the channel's own
// work: b.N requests of which a channel is told, and then the change of each of these messages. It
// reports how many messages one core does in a minute.
func BenchmarkNotices(b *testing.B) {
	for name, url := range map[string]func(testing.TB) string{"SQLite": sqlstoretest.NewDatabase, "PostgreSQL": sqlstoretest.NewPostgresDatabase} {
		b.Run(name, func(b *testing.B) {
			r := newRig(b, url(b))
			delete(r.setup.Channels, notice.Push)
			delete(r.setup.Channels, notice.Email)
			for range b.N {
				r.announce(4 * time.Hour)
			}
			r.clock.Advance(time.Second)
			before := processTime(b)
			b.ResetTimer()
			for len(r.slack.shown) < b.N {
				callbackstest.Must(b, r.worker.RunOnce(b.Context()))
			}
			b.StopTimer()
			used := processTime(b) - before
			b.ReportMetric(float64(b.N)/used.Minutes(), "messages/cpu-minute")
		})
	}
}

// BenchmarkPlan is the plan of a request that many people may sign.
func BenchmarkPlan(b *testing.B) {
	for _, n := range []int{3, 50, 500} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			sc := newScene()
			for i := range n {
				sc.circle.Members = append(sc.circle.Members, person(fmt.Sprint("p", i), "approvers"))
			}
			for b.Loop() {
				sc.circle.Plan(&sc.s)
			}
		})
	}
}

// processTime is how long the processors have worked for this process.
func processTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
