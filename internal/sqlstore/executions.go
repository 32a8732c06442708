package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"countersign/internal/callbacks"
	"countersign/internal/discovery"
)

// executionRow is a row of executions.
type executionRow struct {
	bun.BaseModel `bun:"table:executions"`

	Watch   int64  `bun:",pk"`
	Hash    []byte `bun:",pk"`
	ARN     string `bun:"arn"`
	Trace   string
	Open    int64
	SeenAt  int64
	ReadAt  int64
	CheckAt int64
}

func (r *executionRow) execution() (discovery.WatchedExecution, error) {
	e := discovery.WatchedExecution{ARN: r.ARN, SeenAt: fromMillis(r.SeenAt), CheckAt: fromMillis(r.CheckAt)}
	var err error
	if e.Trace, err = decodeTrace(r.Trace); err != nil {
		return e, fmt.Errorf("trace of %s: %w", r.ARN, err)
	}
	return e, nil
}

// SeeExecutions implements discovery.ExecutionStore.
func (s *Store) SeeExecutions(ctx context.Context, owner string, w discovery.Watch, scan time.Time, arns []string) error {
	return s.leased(ctx, owner, w, func(ctx context.Context, t *tx, num int64) error {
		for _, arn := range arns {
			text, args := t.insertion(&executionRow{Watch: num, Hash: hashOf(arn), ARN: arn, Trace: "{}", SeenAt: millis(scan)})
			if err := t.later(ctx, text+` on conflict (watch, hash) do update set seen_at = excluded.seen_at`, args...); err != nil {
				return fmt.Errorf("write execution: %w", err)
			}
		}
		return nil
	})
}

// MissExecutions implements discovery.ExecutionStore.
func (s *Store) MissExecutions(ctx context.Context, owner string, w discovery.Watch, scan time.Time) error {
	return s.leased(ctx, owner, w, func(ctx context.Context, t *tx, num int64) error {
		for _, text := range []string{
			`delete from executions where watch = ? and seen_at < ? and open = 0`,
			`update executions set check_at = 0 where watch = ? and seen_at < ?`,
		} {
			if err := t.later(ctx, text, num, millis(scan)); err != nil {
				return fmt.Errorf("mark executions that a list misses: %w", err)
			}
		}
		return nil
	})
}

// pressingExecutions and dueExecutions find the executions that a scan still has to read.
// pressingExecutions has few rows to look at: pending callbacks that are past their deadline, and
// open reviews. Each query returns an execution at most once; both may return the same one.
const (
	pressingExecutions = `select executions.* from executions where watch = ? and read_at < ? and hash in (
			select execution_hash from callbacks where state = 'pending' and deadline <= ?
			union all select execution_hash from reviews join callbacks on num = callback where closed_at = 0 and renewed_at > ?)
		limit ?`
	dueExecutions = `select * from executions where watch = ? and check_at <= ? and read_at < ? order by check_at limit ?`
)

// DueExecutions implements discovery.ExecutionStore.
func (s *Store) DueExecutions(ctx context.Context, w discovery.Watch, scan, now time.Time, limit int) ([]discovery.WatchedExecution, error) {
	var nums []int64
	err := s.db.NewRaw(`select num from watches where function = ? and account = ? and region = ?`,
		storable(w.Function), storable(w.Account), storable(w.Region)).Scan(ctx, &nums)
	if err != nil || len(nums) == 0 {
		return nil, s.unavailable(err)
	}
	at := millis(now)
	var pressing, due []executionRow
	err = s.db.NewRaw(pressingExecutions, nums[0], millis(scan), at, millis(now.Add(-callbacks.ReviewLease)), limit).Scan(ctx, &pressing)
	if err == nil {
		err = s.db.NewRaw(dueExecutions, nums[0], at, millis(scan), limit).Scan(ctx, &due)
	}
	if err != nil {
		return nil, fmt.Errorf("find due executions: %w", s.unavailable(err))
	}
	found := make([]discovery.WatchedExecution, 0, limit)
	taken := map[string]bool{}
	for _, r := range append(pressing, due...) {
		if taken[r.ARN] || len(found) == limit {
			continue
		}
		taken[r.ARN] = true
		e, err := r.execution()
		if err != nil {
			return nil, err
		}
		found = append(found, e)
	}
	return found, nil
}

// SaveExecution implements discovery.ExecutionStore.
func (s *Store) SaveExecution(ctx context.Context, owner string, w discovery.Watch, scan time.Time, e discovery.WatchedExecution) error {
	trace, err := encodeTrace(e.Trace)
	if err != nil {
		return fmt.Errorf("encode trace: %w", err)
	}
	return s.leased(ctx, owner, w, func(ctx context.Context, t *tx, num int64) error {
		if e.Trace.Ended {
			return t.later(ctx, `delete from executions where watch = ? and hash = ?`, num, hashOf(e.ARN))
		}
		return t.later(ctx, `update executions set trace = ?, open = ?, read_at = ?, check_at = ? where watch = ? and hash = ?`,
			trace, len(e.Trace.Callbacks), millis(scan), millis(e.CheckAt), num, hashOf(e.ARN))
	})
}

// traceDocument is a trace as its column holds it. Empty fields are left out, because most
// executions wait for nothing.
type traceDocument struct {
	Last      int                                `json:"last,omitempty"`
	LastAt    int64                              `json:"lastAt,omitempty"`
	Root      string                             `json:"root,omitempty"`
	Deadline  int64                              `json:"deadline,omitempty"`
	Contexts  map[string]contextDocument         `json:"contexts,omitempty"`
	Callbacks map[string]callbackInTraceDocument `json:"callbacks,omitempty"`
}

type contextDocument struct {
	Parent  string `json:"parent,omitempty"`
	Name    string `json:"name,omitempty"`
	SubType string `json:"subType,omitempty"`
}

type callbackInTraceDocument struct {
	Parent string           `json:"parent,omitempty"`
	ID     callbacks.ID     `json:"id,omitempty"`
	Start  *startedDocument `json:"start,omitempty"`
}

type startedDocument struct {
	CallbackID       callbacks.CallbackID `json:"callbackId"`
	At               int64                `json:"at"`
	Name             string               `json:"name,omitempty"`
	Own              calledDocument       `json:"own,omitzero"`
	Around           calledDocument       `json:"around,omitzero"`
	Timeout          int64                `json:"timeout,omitempty"`
	HeartbeatTimeout int64                `json:"heartbeatTimeout,omitempty"`
}

type calledDocument struct {
	Name    string `json:"name,omitempty"`
	SubType string `json:"subType,omitempty"`
}

func documentOfOpen(c discovery.OpenCallback) callbackInTraceDocument {
	d := callbackInTraceDocument{Parent: c.Parent, ID: c.ID}
	if s := c.Start; s != (discovery.Started{}) {
		d.Start = &startedDocument{
			s.CallbackID, millis(s.At), s.Name, calledDocument(s.Own), calledDocument(s.Around), seconds(s.Timeout), seconds(s.HeartbeatTimeout),
		}
	}
	return d
}

func (d callbackInTraceDocument) open() discovery.OpenCallback {
	c := discovery.OpenCallback{Parent: d.Parent, ID: d.ID}
	if s := d.Start; s != nil {
		c.Start = discovery.Started{
			CallbackID: s.CallbackID, At: fromMillis(s.At), Name: s.Name, Own: discovery.Called(s.Own), Around: discovery.Called(s.Around),
			Timeout: time.Duration(s.Timeout) * time.Second, HeartbeatTimeout: time.Duration(s.HeartbeatTimeout) * time.Second,
		}
	}
	return c
}

func encodeTrace(t discovery.Trace) (string, error) {
	d := traceDocument{
		Last: t.Last, LastAt: millis(t.LastAt), Root: t.Root, Deadline: millis(t.Deadline),
		Contexts: map[string]contextDocument{}, Callbacks: map[string]callbackInTraceDocument{},
	}
	for operation, c := range t.Contexts {
		d.Contexts[operation] = contextDocument(c)
	}
	for operation, c := range t.Callbacks {
		d.Callbacks[operation] = documentOfOpen(c)
	}
	document, err := encode(d)
	return storable(document.String), err
}

func decodeTrace(column string) (discovery.Trace, error) {
	var d traceDocument
	if _, err := decode(sql.NullString{String: column, Valid: true}, &d); err != nil {
		return discovery.Trace{}, err
	}
	t := discovery.Trace{
		Last: d.Last, LastAt: fromMillis(d.LastAt), Root: d.Root, Deadline: fromMillis(d.Deadline),
		Contexts: map[string]discovery.OpenContext{}, Callbacks: map[string]discovery.OpenCallback{},
	}
	for operation, c := range d.Contexts {
		t.Contexts[operation] = discovery.OpenContext(c)
	}
	for operation, c := range d.Callbacks {
		t.Callbacks[operation] = c.open()
	}
	return t, nil
}

// arrivalRow is a pending callback with the trace of its execution. The trace is empty if there is
// none.
type arrivalRow struct {
	callbackRow
	Trace string
}

// arrived walks the index by arrival and looks up each execution.
const arrived = `select callbacks.*, coalesce((select trace from executions join watches on watches.num = watch
			where hash = execution_hash and watches.function = ? and account = ? and watches.region = ?), '{}') as trace
		from callbacks where state = 'pending' and received_at >= ? and received_at < ?
			and execution_hash is not null and (function = ? or execution_arn like ?)`

// Arrived implements discovery.ExecutionStore.
func (s *Store) Arrived(ctx context.Context, w discovery.Watch, from, before time.Time, after callbacks.ID, limit int) ([]discovery.Arrival, error) {
	text, args := arrived, []any{
		storable(w.Function), storable(w.Account), storable(w.Region), millis(from), millis(before), storable(w.Name()), "%:function:" + storable(w.Name()) + ":%",
	}
	if after != "" {
		text, args = text+` and (received_at, callbacks.num) > (select received_at, num from callbacks where id = ?)`, append(args, string(after))
	}
	var found []arrivalRow
	if err := s.db.NewRaw(text+` order by received_at, callbacks.num limit ?`, append(args, limit)...).Scan(ctx, &found); err != nil {
		return nil, fmt.Errorf("find arrivals: %w", s.unavailable(err))
	}
	all := make([]discovery.Arrival, len(found))
	for i := range found {
		var err error
		if all[i].Callback, err = found[i].callback(); err != nil {
			return nil, err
		}
		if all[i].Trace, err = decodeTrace(found[i].Trace); err != nil {
			return nil, fmt.Errorf("trace of %s: %w", found[i].ExecutionARN, err)
		}
	}
	return all, nil
}

// ReadAnew implements discovery.ExecutionStore. The callbacks that are open in an execution stay
// counted until it is read.
func (s *Store) ReadAnew(ctx context.Context, owner string, w discovery.Watch, arns []string) error {
	return s.leased(ctx, owner, w, func(ctx context.Context, t *tx, num int64) error {
		for _, arn := range arns {
			text, args := t.insertion(&executionRow{Watch: num, Hash: hashOf(arn), ARN: arn, Trace: "{}"})
			if err := t.later(ctx, text+` on conflict (watch, hash) do update set trace = excluded.trace, read_at = 0, check_at = 0`, args...); err != nil {
				return fmt.Errorf("write execution: %w", err)
			}
		}
		return nil
	})
}
