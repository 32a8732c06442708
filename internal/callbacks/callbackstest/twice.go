package callbackstest

import (
	"context"
	"reflect"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/readquota"
)

// Twice is a store that runs every function argument more than once, like a database that repeats a
// transaction: first on a state that might have been stored before, then on a copy of the stored
// state, and finally for good. A function that keeps anything from an earlier run, or
// that does anything but change its arguments, then gives a different result than after one run.
func Twice(s Store) Store { return twice{s} }

type twice struct{ Store }

func (s twice) Update(ctx context.Context, id callbacks.ID, fn func(*callbacks.Callback) (callbacks.Change, error)) (callbacks.Callback, error) {
	return s.Store.Update(ctx, id, func(c *callbacks.Callback) (callbacks.Change, error) {
		for _, copied := range copies(c) {
			_, _ = fn(copied)
		}
		return fn(c)
	})
}

func (s twice) FinishDelivery(ctx context.Context, owner string, attempt callbacks.Attempt, id callbacks.ID, fn func(*callbacks.Callback, *callbacks.Delivery) (callbacks.AuditEntry, error)) (callbacks.Callback, error) {
	return s.Store.FinishDelivery(ctx, owner, attempt, id, withDelivery(fn))
}

func (s twice) ChangeFollowUp(ctx context.Context, id callbacks.ID, fn func(*callbacks.Callback, *callbacks.Delivery) (callbacks.AuditEntry, error)) (callbacks.Callback, error) {
	return s.Store.ChangeFollowUp(ctx, id, withDelivery(fn))
}

func withDelivery(fn func(*callbacks.Callback, *callbacks.Delivery) (callbacks.AuditEntry, error)) func(*callbacks.Callback, *callbacks.Delivery) (callbacks.AuditEntry, error) {
	return func(c *callbacks.Callback, d *callbacks.Delivery) (callbacks.AuditEntry, error) {
		for i, copied := range copies(c) {
			delivery := clone(*d)
			if i == 0 {
				disturbDelivery(&delivery)
			}
			_, _ = fn(copied, &delivery)
		}
		return fn(c, d)
	}
}

func (s twice) RetryDelivery(ctx context.Context, id callbacks.ID, now time.Time, fn func(*callbacks.Callback) (callbacks.AuditEntry, error)) (callbacks.Callback, error) {
	return s.Store.RetryDelivery(ctx, id, now, func(c *callbacks.Callback) (callbacks.AuditEntry, error) {
		for _, copied := range copies(c) {
			_, _ = fn(copied)
		}
		return fn(c)
	})
}

func (s twice) Review(ctx context.Context, id callbacks.ID, fn func(*callbacks.Callback, []callbacks.Review) ([]callbacks.Review, callbacks.AuditEntry, error)) (callbacks.Callback, error) {
	return s.Store.Review(ctx, id, func(c *callbacks.Callback, all []callbacks.Review) ([]callbacks.Review, callbacks.AuditEntry, error) {
		for i, copied := range copies(c) {
			reviews := clone(all)
			if i == 0 {
				disturbReviews(c, &reviews)
			}
			_, _, _ = fn(copied, reviews)
		}
		return fn(c, all)
	})
}

func (s twice) ChangeQuota(ctx context.Context, lane callbacks.Lane, now time.Time, fn func(*readquota.Quota, time.Time)) error {
	return s.Store.ChangeQuota(ctx, lane, now, func(b *readquota.Quota, at time.Time) {
		copied := clone(*b)
		fn(&copied, at)
		copied = clone(*b)
		copied.Strikes += 3
		fn(&copied, at.Add(-time.Minute))
		fn(b, at)
	})
}

// copies returns the callback as it is stored, and as it might have been a moment ago.
func copies(c *callbacks.Callback) []*callbacks.Callback {
	same, other := clone(*c), clone(*c)
	other.Revision--
	other.ExecutionARN, other.Region = "arn:aws:lambda:ap-southeast-2:999999999999:function:another:1/durable-execution/a/b", "ap-southeast-2"
	other.Clocks.StartedAt = c.Clocks.StartedAt.Add(-time.Minute)
	other.Clocks.Timeout, other.Clocks.HeartbeatTimeout = time.Second, 2*time.Second
	other.Problem, other.ReviewedUntil = callbacks.ReplyFault, time.Time{}
	return []*callbacks.Callback{&other, &same}
}

func disturbDelivery(d *callbacks.Delivery) {
	d.Doubtful, d.Closed, d.Readings = !d.Doubtful, !d.Closed, d.Readings+1000
	d.FollowUp = &callbacks.FollowUp{Status: callbacks.StatusStopped, EndedAt: T0, Last: 1000}
}

// disturbReviews makes all reviews an hour old, and adds one by Mara, a person of the tests who may
// have none.
func disturbReviews(c *callbacks.Callback, all *[]callbacks.Review) {
	for i := range *all {
		(*all)[i].OpenedAt, (*all)[i].LastInputAt = T0.Add(-time.Hour), T0.Add(-time.Hour)
	}
	*all = append(*all, callbacks.Review{ID: "other", Callback: c.ID, By: callbacks.Actor{Kind: callbacks.ActorPerson, ID: "u-mara"}, OpenedAt: T0, RenewedAt: T0})
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
