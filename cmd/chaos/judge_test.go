package main

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"countersign/internal/callbacks"
	"countersign/internal/standin/slack"
)

var at = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// ours and theirs are two completions.
var (
	ours   = callbacks.Completion{Kind: callbacks.Success, Result: []byte(`{"approved":true}`)}
	theirs = completion{callbacks.Success, "another hash"}
)

// delivered is the evidence of a decision that went well.
func delivered() evidence {
	sent := completion{ours.Kind, ours.SHA256()}
	return evidence{
		decision: &decision{recorded: []told{{"mara", ours.SHA256(), at}}},
		record: callbacks.Callback{
			State:    callbacks.Completed,
			Decision: &callbacks.Decision{Outcome: "approve", Kind: ours.Kind, SHA256: ours.SHA256(), By: callbacks.Actor{ID: "mara"}, At: at},
			Ending:   &callbacks.Ending{By: callbacks.EndedByUs},
		},
		signatures: []callbacks.Signature{signedBy("mara", ours.SHA256())},
		delivery:   &callbacks.Delivery{Completion: ours},
		offered:    map[completion]int{sent: 1},
		closings:   []completion{sent},
	}
}

// signedBy is somebody's signature for what was decided.
func signedBy(person, shown string) callbacks.Signature {
	return callbacks.Signature{
		By: callbacks.Actor{ID: person}, InQueue: true, At: at, Shown: shown,
		Proposal: callbacks.Proposal{Hash: "a1", Outcome: "approve", Kind: callbacks.Success, Stance: callbacks.For},
	}
}

// signedTogether is the evidence of a decision that two people signed.
func signedTogether(e *evidence) {
	e.fate = together
	e.signed = []told{{"dana", "shown", at}}
	e.signatures = append([]callbacks.Signature{signedBy("dana", "shown")}, e.signatures...)
}

// lostTo is the evidence of a decision that came too late, by a history event of that type.
func lostTo(by callbacks.EndedBy, cause callbacks.DeadlineCause, proof types.EventType, closings ...completion) func(*evidence) {
	return func(e *evidence) {
		e.record.State, e.closings = callbacks.Lost, closings
		e.record.Ending = &callbacks.Ending{By: by, Cause: cause, At: at}
		e.proof = types.Event{EventType: proof, EventTimestamp: &at}
		if proof == types.EventTypeCallbackTimedOut {
			name := map[callbacks.DeadlineCause]string{callbacks.CauseTimeout: "Callback.Timeout", callbacks.CauseHeartbeat: "Callback.Heartbeat"}[cause]
			e.proof.CallbackTimedOutDetails = &types.CallbackTimedOutDetails{Error: &types.EventError{Payload: &types.ErrorObject{ErrorType: &name}}}
		}
	}
}

// The ways to lose.
var (
	expired     = completion{kind: clockRanOut}
	toTimeout   = lostTo(callbacks.EndedByClock, callbacks.CauseTimeout, types.EventTypeCallbackTimedOut, expired)
	toHeartbeat = lostTo(callbacks.EndedByClock, callbacks.CauseHeartbeat, types.EventTypeCallbackTimedOut, expired)
	toLimit     = lostTo(callbacks.EndedByClock, callbacks.CauseExecution, types.EventTypeExecutionTimedOut)
	toClient    = lostTo(callbacks.EndedByOther, "", types.EventTypeCallbackSucceeded, theirs)
	toEnd       = lostTo(callbacks.EndedByExecution, "", types.EventTypeExecutionStopped)
)

// but changes the evidence of a way to lose.
func but(lost, change func(*evidence)) func(*evidence) {
	return func(e *evidence) { lost(e); change(e) }
}

// judgements are how a decision is counted: a delivered one with a change to its evidence.
var judgements = map[string]struct {
	change func(*evidence)
	want   []count
}{
	"Delivered":      {func(*evidence) {}, []count{decided, deliveredOnce}},
	"OfferedAgain":   {func(e *evidence) { e.offered[e.sent()] = 3 }, []count{decided, deliveredAgain}},
	"ShownTwice":     {func(e *evidence) { e.recorded = append(e.recorded, e.recorded[0]) }, []count{decided, deliveredOnce}},
	"LostToTimeout":  {toTimeout, []count{decided, lostToTimeout}},
	"LostToBeat":     {toHeartbeat, []count{decided, lostToHeartbeat}},
	"LostToLimit":    {toLimit, []count{decided, lostToLimit}},
	"LostToClient":   {toClient, []count{decided, lostToClient}},
	"LostToEnd":      {toEnd, []count{decided, lostToEnd}},
	"FailedByClient": {lostTo(callbacks.EndedByOther, "", types.EventTypeCallbackFailed, completion{callbacks.Failure, "x"}), []count{decided, lostToClient}},
	"Unconfirmed":    {func(e *evidence) { e.record.State = callbacks.Unconfirmed }, []count{decided, unconfirmed}},
	"Undeliverable":  {func(e *evidence) { e.record.State, e.closings = callbacks.Undeliverable, nil }, []count{decided, undeliverable}},
	"ClosedBefore": {func(e *evidence) {
		*e = evidence{decision: &decision{}, record: callbacks.Callback{State: callbacks.TimedOut}, closings: []completion{{kind: clockRanOut}}}
	}, []count{undecided}},
	"Denied":          {func(e *evidence) { e.denied = []told{{"mara", ours.SHA256(), at.Add(time.Second)}} }, []count{decided, deniedThoughRecorded, deliveredOnce}},
	"DeniedRightly":   {func(e *evidence) { e.denied = []told{{"mara", ours.SHA256(), at.Add(-time.Second)}} }, []count{decided, deliveredOnce}},
	"DeniedToAnother": {func(e *evidence) { e.denied = []told{{"dana", theirs.hash, at.Add(time.Second)}} }, []count{decided, deliveredOnce}},

	"Together": {signedTogether, []count{decided, decidedTogether, deliveredOnce}},
	"OneOfTwo": {but(signedTogether, func(e *evidence) {
		e.signed, e.signatures = nil, e.signatures[1:]
	}), []count{decided, tooFewSigned, deliveredOnce}},
	"OneOfTwoTwice": {but(signedTogether, func(e *evidence) {
		e.signed, e.signatures[0].By.ID = nil, "mara"
	}), []count{decided, tooFewSigned, deliveredOnce}},
	// The desk weighed by a rule of one signature, where the run asked for two.
	"WeighedWrongly": {but(signedTogether, func(e *evidence) {
		e.record.Requirement, e.signed, e.signatures = callbacks.OneSignature, nil, e.signatures[1:]
	}), []count{decided, tooFewSigned, deliveredOnce}},
	"OfTwoGroups": {but(signedTogether, func(e *evidence) {
		e.fate, e.seconds = grouped, []string{"dana", "lena"}
	}), []count{decided, decidedTogether, deliveredOnce}},
	"OfOneGroup": {but(signedTogether, func(e *evidence) {
		e.fate, e.seconds = grouped, []string{"dana", "mara"}
	}), []count{decided, decidedTogether, tooFewSigned, deliveredOnce}},
	"OfTheOtherGroup": {but(signedTogether, func(e *evidence) {
		e.fate, e.seconds = grouped, []string{"lena"}
	}), []count{decided, decidedTogether, tooFewSigned, deliveredOnce}},
	"Withdrawn": {but(signedTogether, func(e *evidence) {
		e.fate, e.takenBack = withdrawn, []told{{"dana", "before", at}}
		e.signatures = append(e.signatures, signedBy("dana", "before"))
		e.signatures[2].End = &callbacks.SignatureEnd{Lapse: callbacks.Withdrawn}
	}), []count{decided, decidedTogether, changedMind, deliveredOnce}},
	"ByDelegate": {but(signedTogether, func(e *evidence) {
		e.signatures[0].ActingFor = &callbacks.Delegator{ID: "lena"}
	}), []count{decided, decidedTogether, actedFor, deliveredOnce}},
	"ByEscalation": {but(signedTogether, func(e *evidence) {
		e.signatures[0].InQueue, e.signatures[0].Escalated = false, true
	}), []count{decided, decidedTogether, byEscalation, deliveredOnce}},
	"WithdrawnInVain": {but(signedTogether, func(e *evidence) {
		e.fate, e.takenBack, e.signed = withdrawn, e.signed, nil
	}), []count{decided, decidedTogether, changedMind, withdrawalLost, deliveredOnce}},
	"SaidInChat": {func(e *evidence) {
		e.said = []slack.Message{{Shown: "Approved by Mara"}}
	}, []count{decided, saidInChat, deliveredOnce}},
	"SaidTwiceAndWrong": {func(e *evidence) {
		e.said = []slack.Message{{Shown: "Approved by Mara"}, {Shown: "Read and decide"}}
	}, []count{decided, saidInChat, saidTwice, saidWrong, deliveredOnce}},
	"ToldByAll": {func(e *evidence) {
		e.told = []evidenced{said("email", "m1", true), said("push", "m2", true), said("webhooks", "m3", true)}
	}, []count{decided, saidByMail, saidByPush, saidByEvent, deliveredOnce}},
	"ToldAnew": {func(e *evidence) {
		e.told = []evidenced{said("push", "m1", true), said("push", "m2", true)}
	}, []count{decided, saidByPush, toldAnew, deliveredOnce}},
	"ToldOfAnother": {func(e *evidence) {
		other := said("push", "m2", true)
		other.on.kind = "needed"
		e.told = []evidenced{said("push", "m1", true), other}
	}, []count{decided, saidByPush, deliveredOnce}},
	"ToldStale": {func(e *evidence) { e.told = []evidenced{said("email", "m1", false)} }, []count{decided, saidByMail, toldStale, deliveredOnce}},
	"ToldAPersonByMail": {func(e *evidence) {
		mail := said("email", "m1", false)
		mail.on.person = "mara"
		e.told = []evidenced{mail}
	}, []count{decided, saidByMail, deliveredOnce}},
	"ToldAndForgotten": {func(e *evidence) {
		e.told = []evidenced{{telling: telling{channel: "webhooks", message: "m1", over: true}}}
	}, []count{decided, saidByEvent, toldUnknown, deliveredOnce}},
	"InABatch": {func(e *evidence) {
		e.fate, e.result, e.batcher = batched, signedInBatch, e.record.Decision.By.ID
	}, []count{decided, inOneGo, deliveredOnce}},
	"InABatchOfAnother": {func(e *evidence) {
		e.fate, e.result, e.batcher = batched, "overtaken", "another"
	}, []count{decided, deliveredOnce}},
	"UnnamedInABatch": {func(e *evidence) {
		e.fate, e.batcher = batched, "another"
	}, []count{decided, unnamed, deliveredOnce}},
	"MisnamedInABatch": {func(e *evidence) {
		e.fate, e.result, e.batcher = batched, "late", e.record.Decision.By.ID
	}, []count{decided, misnamed, deliveredOnce}},
	"SignedByNobody": {func(e *evidence) { e.signatures = nil }, []count{decided, tooFewSigned, deliveredOnce}},
	"SignedForAnother": {but(signedTogether, func(e *evidence) {
		e.signatures[0].Hash, e.signatures[0].Outcome = "b2", "reject"
	}), []count{decided, tooFewSigned, deliveredOnce}},
	"SignatureLost": {but(signedTogether, func(e *evidence) {
		e.signed = append(e.signed, told{"ines", "shown", at})
	}), []count{decided, decidedTogether, signatureLost, deliveredOnce}},
	"SignatureEnded": {but(signedTogether, func(e *evidence) {
		e.signatures[0].End = &callbacks.SignatureEnd{}
	}), []count{decided, tooFewSigned, signatureLost, deliveredOnce}},

	"OtherBytesSent": {func(e *evidence) { e.offered[theirs] = 1 }, []count{decided, sentOtherBytes, deliveredOnce}},
	"SentUndecided":  {func(e *evidence) { e.record.Decision, e.recorded = nil, nil }, []count{undecided, sentOtherBytes, deliveredOnce}},
	"StillDecided":   {func(e *evidence) { e.record.State = callbacks.Decided }, []count{decided, neverSettled}},
	"StillPending":   {func(e *evidence) { e.record.State = callbacks.Pending }, []count{decided, neverSettled}},
	"StillDue":       {func(e *evidence) { e.delivery.DueAt = at }, []count{decided, neverSettled, deliveredOnce}},
	"Followed": {func(e *evidence) {
		e.delivery.DueAt, e.record.Ending.Event = at, 4
	}, []count{decided, deliveredOnce}},
	"ShownToAnother":     {func(e *evidence) { e.recorded[0].person = "dana" }, []count{decided, shownNotRecorded, deliveredOnce}},
	"ShownOtherBytes":    {func(e *evidence) { e.recorded[0].hash = theirs.hash }, []count{decided, shownNotRecorded, deliveredOnce}},
	"NoDelivery":         {func(e *evidence) { e.delivery = nil }, []count{decided, shownNotRecorded, closedWithOtherBytes}},
	"OtherBytesAccepted": {func(e *evidence) { e.closings = []completion{theirs} }, []count{decided, closedWithOtherBytes}},
	"NotClosed":          {func(e *evidence) { e.closings = nil }, []count{decided, closedWithOtherBytes}},
	"WronglyLost":        {but(toTimeout, func(e *evidence) { e.closings = []completion{e.sent()} }), []count{decided, givenUpThoughDelivered}},
	"WronglyRefused":     {func(e *evidence) { e.record.State = callbacks.Undeliverable }, []count{decided, undeliverable, givenUpThoughDelivered}},
	"LostThoughShown":    {but(toTimeout, func(e *evidence) { e.shown = e.sent() }), []count{decided, givenUpThoughShown, lostToTimeout}},
	"RefusedThoughShown": {func(e *evidence) {
		e.record.State, e.shown, e.closings = callbacks.Undeliverable, e.sent(), nil
	}, []count{decided, givenUpThoughShown, undeliverable}},
	"OtherProof":    {but(toTimeout, func(e *evidence) { e.proof.EventType = types.EventTypeCallbackSucceeded }), []count{decided, lostWithoutProof}},
	"OtherClock":    {but(toTimeout, func(e *evidence) { e.record.Ending.Cause = callbacks.CauseHeartbeat }), []count{decided, lostWithoutProof}},
	"NoClock":       {but(toTimeout, func(e *evidence) { e.record.Ending.Cause = callbacks.NoDeadline }), []count{decided, lostWithoutProof}},
	"OtherEnd":      {but(toTimeout, func(e *evidence) { e.closings = []completion{theirs} }), []count{decided, lostWithoutProof}},
	"EndedButTaken": {but(toEnd, func(e *evidence) { e.closings = []completion{theirs} }), []count{decided, lostWithoutProof}},
	"LimitButTaken": {but(toLimit, func(e *evidence) { e.closings = []completion{expired} }), []count{decided, lostWithoutProof}},
	"LostButOpen":   {but(toTimeout, func(e *evidence) { e.closings = nil }), []count{decided, lostWithoutProof}},
	"LostToUnknown": {but(toTimeout, func(e *evidence) { e.record.Ending.By = callbacks.EndedByUnknown }), []count{decided, lostWithoutProof, lostUntold}},
	"NoProof":       {but(toEnd, func(e *evidence) { e.proof = types.Event{} }), []count{decided, lostWithoutProof, lostUntold}},
	"OtherTime":     {but(toClient, func(e *evidence) { e.record.Ending.At = at.Add(time.Second) }), []count{decided, lostToClient, lostUntold}},
	"ClosedTwice":   {func(e *evidence) { e.closings = append(e.closings, theirs) }, []count{decided, twoWinners, closedWithOtherBytes}},
	"ShownToTwo":    {func(e *evidence) { e.recorded = append(e.recorded, told{"dana", theirs.hash, at}) }, []count{decided, shownNotRecorded, twoWinners, deliveredOnce}},
}

func TestJudge(t *testing.T) {
	t.Parallel()
	seen := map[count]bool{}
	for name, tt := range judgements {
		e := delivered()
		tt.change(&e)
		got := e.counts()
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s is counted as %v, want %v", name, got, tt.want)
		}
		for _, c := range got {
			seen[c] = true
		}
		broken := slices.ContainsFunc(got, func(c count) bool { return lines[c].never })
		if judge([]evidence{delivered(), e}).broken() != broken {
			t.Errorf("%s: broken is %v", name, !broken)
		}
	}
	if len(seen) != int(counts) {
		t.Errorf("%d of %d lines have a case", len(seen), counts)
	}
}

// TestReport: what must never happen makes the run fail, and is told.
func TestReport(t *testing.T) {
	t.Parallel()
	lost := delivered()
	toTimeout(&lost)
	lost.number, lost.closings = 41, []completion{lost.sent()}
	for name, tt := range map[string]struct {
		evidence []evidence
		err      error
		out      []string
		problems string
	}{
		"Good":   {[]evidence{delivered(), delivered()}, nil, []string{"| decided | 2 |  |", "| replicas killed at random moments | 3 |  |", "| two winners | 0 | 0 |"}, ""},
		"Broken": {[]evidence{delivered(), lost}, errBroken, []string{"| recorded as lost, our bytes at Lambda | 1 | 0 |"}, "decision 41"},
	} {
		var out, problems strings.Builder
		err := report(&out, &problems, []column{{name: "one process", tally: judge(tt.evidence), suffered: suffering{kills: 3}}})
		if !errors.Is(err, tt.err) {
			t.Errorf("%s: got %v", name, err)
		}
		for _, line := range tt.out {
			if !strings.Contains(out.String(), line+"\n") {
				t.Errorf("%s: no line %q in\n%s", name, line, out.String())
			}
		}
		if tt.problems == "" && problems.Len() > 0 || !strings.Contains(problems.String(), tt.problems) {
			t.Errorf("%s: told %q", name, problems.String())
		}
	}
}

func TestAttribute(t *testing.T) {
	t.Parallel()
	page := []byte(`<div data-seen="abc" data-at="2026-11-23T09:00:00Z">`)
	for name, want := range map[string]string{"data-seen": "abc", "data-at": "2026-11-23T09:00:00Z", "data-size": ""} {
		if got := attribute(page, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// said is a message to one place, which the desk has on record.
func said(channel, message string, over bool) evidenced {
	return evidenced{telling{channel: channel, message: message, over: over}, &carried{place: "place", kind: "may_sign"}}
}
