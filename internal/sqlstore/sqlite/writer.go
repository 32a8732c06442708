package sqlite

import (
	"context"
	"fmt"
	"iter"
	"runtime/debug"
	"slices"

	"countersign/internal/callbacks"
	"countersign/internal/sqlstore/engine"
)

const (
	// maxBatch bounds how many requests are committed together, and so how long the first of them
	// waits for the last.
	maxBatch = 128
	// maxRow is how many batches of rank [engine.First] go before one of [engine.Behind] that
	// waits. Meanwhile more of that rank collect, which share pages and commit.
	maxRow = 4
)

// writer is the only goroutine that writes to SQLite. It commits in groups: while one commit waits
// for the disk, requests collect, and the next transaction takes them all. If no other request
// waits, a request is committed at once. A batch has requests of one rank.
type writer struct {
	statements engine.Statements
	waiting    [engine.Ranks]chan *request
	row        int // batches of the first rank since the last one of another
	stop, done chan struct{}
}

// request is one unit of work. If it fails, the others in its transaction are not undone.
type request struct {
	// carries values only; it does not interrupt the work, since that would roll back the whole
	// batch
	ctx      context.Context
	rank     engine.Rank
	fn       func(context.Context, engine.Statements) error
	err      error
	panicked *panicked
	answered chan struct{} // closed after the commit
}

// panicked is the value that a request's function panicked with. It is raised again in the
// goroutine that made the request.
type panicked struct {
	value any
	stack []byte
}

func newWriter(on engine.Statements) *writer {
	w := &writer{
		statements: on, stop: make(chan struct{}), done: make(chan struct{}),
	}
	for rank := range w.waiting {
		w.waiting[rank] = make(chan *request)
	}
	go w.run()
	return w
}

// transact hands fn to the writer and waits for its commit. If ctx ends before the writer takes the
// request, it is not done. Once it is taken, it gets the answer of its batch whatever happens to
// ctx, so that its result is never unknown.
func (w *writer) transact(
	ctx context.Context, rank engine.Rank, fn func(context.Context, engine.Statements) error,
) error {
	r := &request{ctx: context.WithoutCancel(ctx), rank: rank, fn: fn, answered: make(chan struct{})}
	if err := ctx.Err(); err != nil { // otherwise the select below could still choose to send
		return unavailable(err)
	}
	select {
	case w.waiting[rank] <- r:
	case <-ctx.Done():
		return unavailable(ctx.Err())
	case <-w.stop:
		return fmt.Errorf("%w: it is closed", callbacks.ErrUnavailable)
	}
	<-r.answered
	if r.panicked != nil {
		panic(fmt.Sprintf("%v\n%s", r.panicked.value, r.panicked.stack))
	}
	return r.err
}

// close ends the goroutine after its current batch. It must be called only once.
func (w *writer) close() {
	close(w.stop)
	<-w.done
}

func (w *writer) run() {
	defer close(w.done)
	for r := w.take(); r != nil; r = w.take() {
		w.batch(r)
	}
}

// take waits for the request that begins the next batch. It is nil when the writer stops.
func (w *writer) take() *request {
	favoured := engine.First
	if w.row >= maxRow {
		favoured = engine.Behind
	}
	r := w.waits(favoured)
	if r == nil {
		select {
		case <-w.stop:
			return nil
		case r = <-w.waiting[engine.First]:
		case r = <-w.waiting[engine.Behind]:
		}
	}
	if w.row++; r.rank == engine.Behind {
		w.row = 0
	}
	return r
}

// waits returns a request of a rank that is waiting now, or nil.
func (w *writer) waits(rank engine.Rank) *request {
	select {
	case r := <-w.waiting[rank]:
		return r
	default:
		return nil
	}
}

// batch runs a request and the others of its rank that wait in one transaction, and answers them
// all. If one of them fails, the others run again without it. That costs less than a savepoint for
// each, because few fail.
func (w *writer) batch(first *request) {
	taken := []*request{first}
	failed, err := w.together(func(yield func(*request) bool) {
		for r := first; r != nil && yield(r); {
			if r = nil; len(taken) < maxBatch {
				r = w.waits(first.rank)
			}
			if r != nil {
				taken = append(taken, r)
			}
		}
	})
	for left := taken; failed != nil && len(left) > 1; {
		left = slices.DeleteFunc(slices.Clone(left), func(r *request) bool { return r == failed })
		failed, err = w.together(slices.Values(left))
	}
	for _, r := range taken {
		if err != nil {
			r.err = fmt.Errorf("%w: %w", absence(err), err)
		}
		close(r.answered)
	}
}

// together runs requests in one transaction and commits it. If a request fails, together rolls back
// what all of them did and returns that request. An error is why the transaction is gone.
func (w *writer) together(requests iter.Seq[*request]) (failed *request, err error) {
	defer func() {
		if failed != nil || err != nil {
			_ = w.exec("rollback") // fails if SQLite has already rolled back
		}
	}()
	if err := w.exec("begin immediate"); err != nil {
		return nil, err
	}
	for r := range requests {
		if !w.call(r) {
			return r, nil
		}
	}
	return nil, w.exec("commit")
}

// call runs a request and reports whether it succeeded.
func (w *writer) call(r *request) (ok bool) {
	r.err, r.panicked = nil, nil
	defer func() {
		if value := recover(); value != nil {
			r.panicked = &panicked{value: value, stack: debug.Stack()}
		}
	}()
	r.err = r.fn(r.ctx, w.statements)
	return r.err == nil
}

func (w *writer) exec(text string) error {
	_, err := w.statements.Exec(context.Background(), text, nil)
	return err
}
