package history

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
)

// TestClosing: what ends a callback, and what does not.
func TestClosing(t *testing.T) {
	t.Parallel()
	failure := callbacks.ErrorObject{ErrorType: "Rejected", ErrorMessage: "too dear", ErrorData: "{}", StackTrace: []string{"x"}}
	type closing = callbacks.Closing
	for name, tt := range map[string]struct {
		event Event
		want  *closing
	}{
		"Succeeded": {
			Event{Kind: callbacks.OperationCallback, Status: callbacks.StatusSucceeded, Payload: []byte("1")},
			&closing{By: callbacks.EndedByOther, Kind: callbacks.Success, Completion: &callbacks.Completion{Kind: callbacks.Success, Result: []byte("1")}},
		},
		"SucceededEmpty": {
			Event{Kind: callbacks.OperationCallback, Status: callbacks.StatusSucceeded, Payload: []byte{}},
			&closing{By: callbacks.EndedByOther, Kind: callbacks.Success, Completion: &callbacks.Completion{Kind: callbacks.Success, Result: []byte{}}},
		},
		"SucceededWithNothing": {
			Event{Kind: callbacks.OperationCallback, Status: callbacks.StatusSucceeded},
			&closing{By: callbacks.EndedByOther, Kind: callbacks.Success, NoPayload: true},
		},
		"SucceededCutToNothing": {
			Event{Kind: callbacks.OperationCallback, Status: callbacks.StatusSucceeded, Truncated: true},
			&closing{By: callbacks.EndedByOther, Kind: callbacks.Success},
		},
		"SucceededTruncated": {
			Event{Kind: callbacks.OperationCallback, Status: callbacks.StatusSucceeded, Payload: []byte("1"), Truncated: true},
			&closing{By: callbacks.EndedByOther, Kind: callbacks.Success},
		},
		"Failed": {
			Event{Kind: callbacks.OperationCallback, Status: callbacks.StatusFailed, Error: &failure},
			&closing{By: callbacks.EndedByOther, Kind: callbacks.Failure, Completion: &callbacks.Completion{Kind: callbacks.Failure, Error: failure}},
		},
		"FailedTruncated": {
			Event{Kind: callbacks.OperationCallback, Status: callbacks.StatusFailed, Error: &failure, Truncated: true},
			&closing{By: callbacks.EndedByOther, Kind: callbacks.Failure},
		},
		"TimedOut": {
			Event{Kind: callbacks.OperationCallback, Status: callbacks.StatusTimedOut, Cause: callbacks.CauseHeartbeat},
			&closing{By: callbacks.EndedByClock, Cause: callbacks.CauseHeartbeat},
		},
		"ContextSucceeded": {
			Event{Kind: callbacks.OperationContext, Status: callbacks.StatusSucceeded}, &closing{By: callbacks.EndedByExecution, Around: callbacks.AroundContext},
		},
		"ContextFailed": {
			Event{Kind: callbacks.OperationContext, Status: callbacks.StatusFailed, Error: &failure}, &closing{By: callbacks.EndedByExecution, Around: callbacks.AroundContext},
		},
		"ExecutionSucceeded": {Event{Kind: callbacks.OperationExecution, Status: callbacks.StatusSucceeded}, &closing{By: callbacks.EndedByExecution, Around: callbacks.AroundSucceeded}},
		"ExecutionFailed":    {Event{Kind: callbacks.OperationExecution, Status: callbacks.StatusFailed}, &closing{By: callbacks.EndedByExecution, Around: callbacks.AroundFailed}},
		"ExecutionStopped":   {Event{Kind: callbacks.OperationExecution, Status: callbacks.StatusStopped}, &closing{By: callbacks.EndedByExecution, Around: callbacks.AroundStopped}},
		"ExecutionTimedOut":  {Event{Kind: callbacks.OperationExecution, Status: callbacks.StatusTimedOut}, &closing{By: callbacks.EndedByClock, Cause: callbacks.CauseExecution}},
		"CallbackStarted":    {Event{Kind: callbacks.OperationCallback, Status: callbacks.StatusRunning}, nil},
		"ContextStarted":     {Event{Kind: callbacks.OperationContext, Status: callbacks.StatusRunning}, nil},
		"ExecutionStarted":   {Event{Kind: callbacks.OperationExecution, Status: callbacks.StatusRunning}, nil},
		"StepFailed":         {Event{Kind: callbacks.OperationStep, Status: callbacks.StatusFailed, Error: &failure}, nil},
		"InvokeStopped":      {Event{Kind: callbacks.OperationInvoke, Status: callbacks.StatusStopped}, nil},
		"WaitCancelled":      {Event{Kind: callbacks.OperationWait, Status: callbacks.StatusCancelled}, nil},
		"Invocation":         {Event{Kind: callbacks.OperationInvocation, Status: callbacks.StatusSucceeded}, nil},
		"SomethingNew":       {Event{}, nil},
	} {
		tt.event.ID, tt.event.At = 7, time.Unix(7, 0)
		if tt.want != nil {
			tt.want.EventID, tt.want.At = 7, time.Unix(7, 0)
		}
		got, ends := tt.event.Closing()
		if ends != (tt.want != nil) || ends && !cmp.Equal(got, *tt.want) {
			t.Errorf("%s: %+v, %t; want %+v", name, got, ends, tt.want)
		}
	}
}

// TestUnfinished_Room: what is kept between two pages is bounded, and whatever is kept comes to its
// end: a newcomer does not displace it, unless nobody came back for it.
func TestUnfinished_Room(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	of := func(id string, bytes int) *reading {
		return &reading{query: Query{Target: callbacks.Target{ID: callbacks.ID(id)}}, pages: 1, ending: &ending{size: bytes}}
	}
	u := unfinished{all: map[key]*reading{}}
	u.keep(of("huge", 2*keptBytes), now)
	if !u.take(of("huge", 0), now).resumed {
		t.Error("a huge reading is not kept although there is no other")
	}
	u.keep(of("half", keptBytes/2), now)
	u.keep(of("huge", keptBytes), now)
	if u.take(of("huge", 0), now).resumed || !u.take(of("half", 0), now).resumed {
		t.Error("a huge reading was kept beside another, or in its place")
	}
	for i := range keptReadings {
		u.keep(of(string(rune('a'+i)), 0), now.Add(time.Duration(i)*time.Minute))
	}
	u.keep(of("late", 0), now.Add(staleAfter))
	if len(u.all) != keptReadings || u.take(of("late", 0), now).resumed {
		t.Errorf("%d readings are kept, want the first %d", len(u.all), keptReadings)
	}
	u.keep(of("late", 0), now.Add(staleAfter+time.Second))
	if !u.take(of("late", 0), now).resumed || u.take(of("a", 0), now).resumed {
		t.Error("what nobody came back for did not make room")
	}
	if u.take(of("b", 0), now.Add(time.Minute+staleAfter+time.Second)).resumed {
		t.Error("a reading goes on although the history has gone on for long")
	}
	whole := of("whole", 0)
	whole.whole, u.all = true, map[key]*reading{}
	u.keep(whole, now)
	u.keep(u.take(of("whole", 0), now.Add(staleAfter)), now.Add(staleAfter))
	if u.take(of("whole", 0), now.Add(staleAfter+time.Second)).resumed {
		t.Error("asking again and again makes the pages of a reading younger")
	}
	u.keep(of("c", 0), now)
	elsewhere := of("c", 0)
	elsewhere.query.Lane = arn.Lane{Region: "eu-west-1"}
	if u.take(elsewhere, now).resumed {
		t.Error("a reading goes on in another lane")
	}
}
