package replies_test

import (
	"errors"
	"fmt"
	"testing"

	"countersign/internal/replies"
)

func TestReply(t *testing.T) {
	t.Parallel()
	type row struct{ operator, doubtful, closed, maybeClosed, unreadable bool }
	for reply, want := range map[replies.Reply]row{
		replies.Accepted:    {},
		replies.Closed:      {closed: true, maybeClosed: true, unreadable: true},
		replies.Gone:        {closed: true, maybeClosed: true, unreadable: true},
		replies.MaybeClosed: {maybeClosed: true, unreadable: true},
		replies.Invalid:     {unreadable: true},
		replies.Denied:      {operator: true, unreadable: true},
		replies.KMS:         {operator: true, doubtful: true},
		replies.Skew:        {operator: true},
		replies.Credentials: {operator: true},
		replies.Throttled:   {},
		replies.Fault:       {doubtful: true},
		replies.None:        {doubtful: true},
		replies.Unsent:      {},
	} {
		got := row{
			reply.NeedsOperator(), reply.Doubtful(), reply.Closed(), reply.MaybeClosed(), reply.Unreadable(),
		}
		if got != want {
			t.Errorf("%s: got %+v, want %+v", reply, got, want)
		}
	}
}

func TestOf(t *testing.T) {
	t.Parallel()
	throttled := &replies.Error{Reply: replies.Throttled, Status: 429}
	broken := errors.New("broken")
	for name, test := range map[string]struct {
		err  error
		want replies.Error
	}{
		"Accepted": {nil, replies.Error{Reply: replies.Accepted, Status: 200}},
		"Wrapped":  {fmt.Errorf("complete: %w", throttled), *throttled},
		"NoAnswer": {broken, replies.Error{Reply: replies.None, Err: broken}},
	} {
		if got := *replies.Of(test.err); got != test.want {
			t.Errorf("%s: got %+v, want %+v", name, got, test.want)
		}
	}
}
