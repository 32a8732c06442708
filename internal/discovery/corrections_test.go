package discovery_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
)

func TestDiscovery_CorrectsTheClocksOnce(t *testing.T) {
	t.Parallel()
	s := watching(t, "expenses")
	register(s, "expenses", sign)
	began := s.clock.Now()
	arn, token := s.start("expenses")
	s.clock.Advance(40 * time.Second)
	known := s.announce(token, func(a *announcement.Announcement) { a.Timeout = 5 * time.Hour }).Callback
	s.scan()
	s.again()
	got := s.only(callbacks.Pending)
	want := callbacks.Clocks{StartedAt: began, Timeout: time.Hour, HeartbeatTimeout: 10 * time.Minute, ExecutionDeadline: began.Add(7 * time.Hour)}
	if got.ID != known.ID || got.Clocks != want || got.Name != "sign" || got.ExecutionARN != arn || got.Source != "expenses" || got.Title != known.Title {
		t.Errorf("got %+v", got)
	}
	told := s.told(got.ID)
	if len(told) != 2 || told[1] != "Taken from the execution's history: execution, execution limit, function, heartbeat timeout, name, start, timeout." {
		t.Errorf("the audit says %q", told)
	}
	if asked := s.front.take(); slices.Contains(asked, "input") {
		t.Errorf("asked for %v: what was announced needs no input", asked)
	}
}

// TestDiscovery_CorrectsTheExecution: what is read of an execution afterwards, and what is told of
// it, is of the right one.
func TestDiscovery_CorrectsTheExecution(t *testing.T) {
	t.Parallel()
	for name, function := range map[string]string{"FunctionFromTheARN": "", "FunctionAnnounced": "Expenses"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := watching(t, "expenses")
			register(s, "expenses", sign)
			arn, token := s.start("expenses")
			s.announce(token, func(a *announcement.Announcement) {
				a.Function, a.ExecutionARN = function, "arn:aws:lambda:us-east-1:123456789012:function:refunds:1/durable-execution/x/y"
			})
			s.scan()
			if got := s.only(callbacks.Pending); got.ExecutionARN != arn || got.Region != region || got.Function != "expenses" {
				t.Errorf("it is in %s of %s in %s", got.ExecutionARN, got.Function, got.Region)
			}
			closed, err := s.service.ExecutionEnded(t.Context(), callbacks.System("eventbridge"), arn, desk.ExecutionStopped, s.clock.Now())
			if err != nil || closed != 1 {
				t.Errorf("the end of its execution closed %d, %v", closed, err)
			}
		})
	}
}

func TestDiscovery_RightAnnouncementStays(t *testing.T) {
	t.Parallel()
	s := watching(t, "expenses")
	register(s, "expenses", sign)
	began := s.clock.Now()
	arn, token := s.start("expenses")
	known := s.announce(token, func(a *announcement.Announcement) {
		a.Name, a.ExecutionARN, a.Timeout, a.HeartbeatTimeout = "sign", arn, time.Hour, 10*time.Minute
		a.StartedAt, a.ExecutionDeadline = began.Add(300*time.Millisecond), began.Add(7*time.Hour)
	}).Callback
	s.scan()
	if got := s.only(callbacks.Pending); got.Revision != known.Revision || len(s.told(got.ID)) != 1 {
		t.Errorf("changed to %+v", got)
	}
}

func TestDiscovery_AnnouncementAfterwards(t *testing.T) {
	t.Parallel()
	s := watching(t, "expenses")
	register(s, "expenses", sign)
	_, token := s.start("expenses")
	s.scan()
	found := s.only(callbacks.Pending)
	say := func(a *announcement.Announcement) {
		a.Queue, a.Title, a.Timeout = "default", "Dinner for nine", time.Second
	}
	if r := s.announce(token, say); !r.Created || r.Callback.ID != found.ID {
		t.Errorf("receipt is %+v, want the found callback, created", r)
	}
	got := s.only(callbacks.Pending)
	if got.Title != "Dinner for nine" || got.Queue != "default" || got.Source != "expenses" || got.Clocks != found.Clocks {
		t.Errorf("got %+v", got)
	}
	if r := got.Requirement; !r.ExcludesRequester() || r.Basis != callbacks.BasisStood {
		t.Errorf("bound by %+v, although it was found where the requester may not sign", r)
	}
	if told := s.told(got.ID); len(told) != 2 || told[1] != "Announced after it was found in the execution's history." {
		t.Errorf("the audit says %q", told)
	}
	if r := s.announce(token, say); r.Created {
		t.Error("the same announcement again counts as created")
	}
	_, err := s.service.Receive(t.Context(), desk.Source{Name: "expenses"}, "", announcement.Announcement{CallbackID: token, Title: "other"})
	if !errors.Is(err, callbacks.ErrDifferent) {
		t.Errorf("another announcement gives %v, want ErrDifferent", err)
	}
}

func TestDiscovery_LeavesTheDecidedToTheirDelivery(t *testing.T) {
	t.Parallel()
	s, d, c, _ := foundIn(t, callbacks.DefaultQueue)
	arn := c.ExecutionARN
	d.MustDecide(rita, c.ID, "approve", "")
	if _, err := s.aws.StopDurableExecution(t.Context(), &lambda.StopDurableExecutionInput{DurableExecutionArn: &arn}); err != nil {
		t.Fatal(err)
	}
	s.again()
	s.only(callbacks.Decided)
}
