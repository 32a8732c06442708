package words

import (
	"testing"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/replies"
)

var t0 = time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC)

func at(d time.Duration) time.Time { return t0.Add(d) }

// TestLoseSaysWhen: the audit tells when that happened which was faster and how close it was, or
// else when Lambda said so.
func TestLoseSaysWhen(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		ending callbacks.Ending
		want   string
	}{
		"Late":     {callbacks.Ending{By: callbacks.EndedByClock, At: at(-800 * time.Millisecond), Cause: callbacks.CauseTimeout}, "The callback's timeout ran out. That was on 2026-11-24 at 12:59:59.200 UTC, 0.8 s before the decision."},
		"VeryLate": {callbacks.Ending{By: callbacks.EndedByExecution, At: at(-125 * time.Second)}, "The execution ended around the callback. That was on 2026-11-24 at 12:57:55.000 UTC, 2m5s before the decision."},
		"Close":    {callbacks.Ending{By: callbacks.EndedByOther, At: at(12 * time.Millisecond)}, "Another client completed the callback. That was on 2026-11-24 at 13:00:00.012 UTC, 12 ms after the decision, which had not arrived."},
		"AtOnce":   {callbacks.Ending{By: callbacks.EndedByOther, At: t0}, "Another client completed the callback. That was on 2026-11-24 at 13:00:00.000 UTC, 0 ms before the decision."},
		"Unknown":  {callbacks.Ending{By: callbacks.EndedByUnknown, At: at(time.Hour)}, "Lambda says that the callback was closed already. By whom is not known: its history does not tell. Lambda said so on 2026-11-24 at 14:00:00.000 UTC."},
		"Gone":     {callbacks.Ending{By: callbacks.EndedByGone, At: at(time.Hour)}, "Lambda does not know this callback any more. Lambda said so on 2026-11-24 at 14:00:00.000 UTC."},
	} {
		c := callbacks.Callback{State: callbacks.Decided, Decision: &callbacks.Decision{At: t0}}
		entry, err := c.Lose(tt.ending, at(time.Hour), callbacks.System("test"))
		if err != nil || Audit(entry) != tt.want || *c.Ending != tt.ending {
			t.Errorf("%s: %q, %v, want %q", name, Audit(entry), err, tt.want)
		}
	}
}

// TestDecidedNamesTheConfiguration: the audit says what was sent and under which rules.
func TestDecidedNamesTheConfiguration(t *testing.T) {
	t.Parallel()
	d := callbacks.Decision{Label: "Approve", Kind: callbacks.Success, Size: 12, SHA256: "5f2c"}
	entry := callbacks.AuditEntry{Action: callbacks.ActionDecided, Facts: callbacks.Facts{Decision: &d}}
	const sent = "Approve, success of 12 bytes, sha256 5f2c"
	if got := Audit(entry); got != sent {
		t.Errorf("got %q, want %q", got, sent)
	}
	d.ConfigVersion = "6a1f09c2d4e87b3500aa"
	if got, want := Audit(entry), sent+", under configuration 6a1f09c2d4e8"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestEndingSays: each way to end has a sentence of its own.
func TestEndingSays(t *testing.T) {
	t.Parallel()
	d := &callbacks.Decision{SHA256: "5f2c", Size: 1 << 19}
	around := func(a callbacks.Around) callbacks.Ending {
		return callbacks.Ending{By: callbacks.EndedByExecution, Around: a}
	}
	for want, e := range map[string]callbacks.Ending{
		"Lambda accepted the decision.":                                                                           {By: callbacks.EndedByUs},
		"Lambda's answer was lost; history event 14 holds our payload, sha256 5f2c.":                              {By: callbacks.EndedByUs, Event: 14, Proven: true},
		"The execution ended around the callback.":                                                                around(callbacks.AroundUnknown),
		"The part of the function that waited for the callback ended without it.":                                 around(callbacks.AroundContext),
		"The execution succeeded without waiting for the callback any longer.":                                    around(callbacks.AroundSucceeded),
		"The execution failed while the callback was open.":                                                       around(callbacks.AroundFailed),
		"The execution was stopped.":                                                                              around(callbacks.AroundStopped),
		"The execution reached its own time limit.":                                                               {By: callbacks.EndedByClock, Cause: callbacks.CauseExecution},
		"By our clock no heartbeat came within the heartbeat timeout; its history could not be read.":             {By: callbacks.EndedByClock, Cause: callbacks.CauseHeartbeat, Assumed: true},
		"Lambda does not know the execution any more.":                                                            {By: callbacks.EndedByGone, Around: callbacks.AroundGone},
		"Lambda does not know this callback any more.":                                                            {By: callbacks.EndedByGone},
		"Another client completed the callback with a failure.":                                                   {By: callbacks.EndedByOther, Kind: callbacks.Failure},
		"Lambda accepted the decision, but the execution's history shows another end: the execution was stopped.": {By: callbacks.EndedByExecution, Around: callbacks.AroundStopped, Accepted: true},
		"Lambda refused the decision for good: X. Its size may be why: it has 524288 bytes, and where the limit has not been raised yet Lambda takes at most 262144.": {By: callbacks.EndedByUnknown, Refusal: replies.Invalid, Code: "X"},
		"An answer was lost, and AWS throttled the reading of the execution's history until the end.":                                                                 {By: callbacks.EndedByUnknown, Doubt: callbacks.DoubtThrottled},
	} {
		if got := Ending(&e, d); got != want {
			t.Errorf("%+v is told as %q, want %q", e, got, want)
		}
	}
	if got := Ending(nil, nil); got != "" {
		t.Errorf("an open callback ended as %q", got)
	}
}

// TestNobodyEligible: the audit says of which groups people are missing. None are named if the queue was
// not configured any more.
func TestNobodyEligible(t *testing.T) {
	t.Parallel()
	const few = "All who may sign and were seen here in 30 days are too few to decide it."
	for want, groups := range map[string][]string{
		"Its queue was not configured any more, so nobody could sign it.": nil,
		few + " Missing: members of controllers, finance.":                {"controllers", "finance"},
	} {
		entry := callbacks.AuditEntry{Action: callbacks.ActionNobodyEligible, Facts: callbacks.Facts{Groups: groups}}
		if got := Audit(entry); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestSentences: every action of the audit has a sentence, or is known to need none.
func TestSentences(t *testing.T) {
	t.Parallel()
	for _, action := range callbackstest.Actions(t, "../../internal/callbacks/audit.go") {
		if _, ok := sentences[action]; !ok {
			t.Errorf("nobody has decided what %s says", action)
		}
	}
}
