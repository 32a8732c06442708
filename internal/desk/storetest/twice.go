package storetest

import (
	"context"
	"reflect"
	"time"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/delegation"
	"countersign/internal/discovery"
	"countersign/internal/readquota"
	"countersign/internal/replies"
)

// Twice is a store that runs every function argument more than once, like a database that repeats a
// transaction: first on a state that might have been stored before, then on a copy of the stored
// state, and finally for good. A function that keeps anything from an earlier run, or
// that does anything but change its arguments, then gives a different result than after one run.
func Twice(s Store) Store { return twice{s} }

type twice struct{ Store }

func (s twice) Change(ctx context.Context, id callbacks.ID, parts callbacks.Parts, change func(*callbacks.Case) error) (callbacks.Callback, error) {
	return s.Store.Change(ctx, id, parts, func(c *callbacks.Case) error {
		for _, copied := range copies(c, parts) {
			_ = change(copied)
		}
		return change(c)
	})
}

func (s twice) ChangeQuota(ctx context.Context, lane arn.Lane, now time.Time, fn func(*readquota.Quota, time.Time)) error {
	return s.Store.ChangeQuota(ctx, lane, now, func(b *readquota.Quota, at time.Time) {
		copied := clone(*b)
		fn(&copied, at)
		copied = clone(*b)
		copied.Strikes += 3
		fn(&copied, at.Add(-time.Minute))
		fn(b, at)
	})
}

func (s twice) AddDelegation(
	ctx context.Context, d delegation.Delegation, check func([]delegation.Delegation) error, e callbacks.AuditEntry,
) error {
	return s.Store.AddDelegation(ctx, d, func(others []delegation.Delegation) error {
		_ = check(nil)
		return check(others)
	}, e)
}

func (s twice) EndDelegation(
	ctx context.Context, id callbacks.ID, end func(*delegation.Delegation) (callbacks.AuditEntry, error),
) (delegation.Delegation, error) {
	return s.Store.EndDelegation(ctx, id, func(d *delegation.Delegation) (callbacks.AuditEntry, error) {
		copied := clone(*d)
		_, _ = end(&copied)
		return end(d)
	})
}

func (s twice) ChangeWatches(ctx context.Context, change func(discovery.Watchlist) discovery.Watchlist) error {
	return s.Store.ChangeWatches(ctx, func(l discovery.Watchlist) discovery.Watchlist {
		other := discovery.Watch{Function: "another", Region: "ap-southeast-2", Queue: "other"}
		change(append(clone(l), discovery.WatchedFunction{Watch: other, Origin: discovery.OriginConfig}))
		change(clone(l))
		return change(l)
	})
}

// copies returns the case as it might have been a moment ago, and as it is stored.
func copies(c *callbacks.Case, parts callbacks.Parts) []*callbacks.Case {
	same, other := clone(*c), clone(*c)
	other.Revision--
	other.ExecutionARN, other.Region = "arn:aws:lambda:ap-southeast-2:999999999999:function:another:1/durable-execution/a/b", "ap-southeast-2"
	other.Clocks.StartedAt = c.Clocks.StartedAt.Add(-time.Minute)
	other.Clocks.Timeout, other.Clocks.HeartbeatTimeout = time.Second, 2*time.Second
	other.Problem, other.HeldUntil = replies.Fault, time.Time{}
	if other.Delivery != nil {
		disturbDelivery(other.Delivery)
	}
	if parts.Reviews {
		disturbReviews(&other)
	}
	return []*callbacks.Case{&other, &same}
}

func disturbDelivery(d *callbacks.Delivery) {
	d.Doubtful, d.Closed, d.Readings = !d.Doubtful, !d.Closed, d.Readings+1000
	d.FollowUp = &callbacks.FollowUp{Status: callbacks.StatusStopped, EndedAt: callbackstest.T0, Last: 1000}
}

// disturbReviews makes all reviews an hour old, and adds one by Mara, a person of the tests who may
// have none.
func disturbReviews(c *callbacks.Case) {
	for i := range c.Reviews {
		c.Reviews[i].OpenedAt, c.Reviews[i].LastInputAt = callbackstest.T0.Add(-time.Hour), callbackstest.T0.Add(-time.Hour)
	}
	c.Reviews = append(c.Reviews, callbacks.Review{ID: "other", Callback: c.ID, By: callbacks.Actor{Kind: callbacks.ActorPerson, ID: "u-mara"}, OpenedAt: callbackstest.T0, RenewedAt: callbackstest.T0})
}

// clone copies a value with everything it points to.
func clone[T any](v T) T { return deepCopy(reflect.ValueOf(&v).Elem()).Interface().(T) }

func deepCopy(v reflect.Value) reflect.Value {
	copied := reflect.New(v.Type()).Elem()
	copied.Set(v)
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			copied.Set(reflect.New(v.Type().Elem()))
			copied.Elem().Set(deepCopy(v.Elem()))
		}
	case reflect.Slice:
		if !v.IsNil() {
			copied.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				copied.Index(i).Set(deepCopy(v.Index(i)))
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if copied.Field(i).CanSet() { // a time.Time has no others
				copied.Field(i).Set(deepCopy(v.Field(i)))
			}
		}
	}
	return copied
}
