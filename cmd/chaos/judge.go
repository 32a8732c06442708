package main

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"countersign/internal/callbacks"
	"countersign/internal/standin/slack"
)

// count is a line of the report.
type count int

const (
	decided count = iota
	deliveredOnce
	deliveredAgain
	lostToTimeout
	lostToHeartbeat
	lostToLimit
	lostToClient
	lostToEnd
	unconfirmed
	undeliverable
	undecided
	deniedThoughRecorded
	decidedTogether
	changedMind
	actedFor
	byEscalation
	saidInChat
	saidByMail
	saidByPush
	saidByEvent
	inOneGo

	sentOtherBytes
	neverSettled
	shownNotRecorded
	closedWithOtherBytes
	givenUpThoughDelivered
	givenUpThoughShown
	lostWithoutProof
	lostUntold
	twoWinners
	tooFewSigned
	signatureLost
	withdrawalLost
	saidTwice
	saidWrong
	toldAnew
	toldUnknown
	toldStale
	unnamed
	misnamed
	counts
)

// lines says what each line counts, and whether a count above zero makes the run fail.
var lines = [counts]struct {
	says  string
	never bool
}{
	decided:              {says: "decided"},
	deliveredOnce:        {says: "delivered, offered to Lambda once"},
	deliveredAgain:       {says: "delivered, offered again with the same bytes"},
	lostToTimeout:        {says: "lost to the timeout, as the history proves"},
	lostToHeartbeat:      {says: "lost to the heartbeat timeout, as the history proves"},
	lostToLimit:          {says: "lost to the execution's time limit, as the history proves"},
	lostToClient:         {says: "lost to another client, as the history proves"},
	lostToEnd:            {says: "lost to the execution's end, as the history proves"},
	unconfirmed:          {says: "unconfirmed"},
	undeliverable:        {says: "undeliverable"},
	undecided:            {says: "ended before anybody decided"},
	deniedThoughRecorded: {says: "shown as not recorded, though it was"},
	decidedTogether:      {says: "decided by two signatures"},
	changedMind:          {says: "signed, withdrawn and signed again"},
	actedFor:             {says: "decided with the signature of a delegate"},
	byEscalation:         {says: "decided with a signature by escalation"},
	saidInChat:           {says: "said in the chat"},
	saidByMail:           {says: "said by mail"},
	saidByPush:           {says: "said by a push"},
	saidByEvent:          {says: "said by an event"},
	inOneGo:              {says: "decided in a batch"},

	sentOtherBytes:         {"sent with other bytes than recorded", true},
	neverSettled:           {"decided and never settled", true},
	shownNotRecorded:       {"shown as recorded, not in the database", true},
	closedWithOtherBytes:   {"recorded as delivered, other bytes at Lambda", true},
	givenUpThoughDelivered: {"recorded as lost, our bytes at Lambda", true},
	givenUpThoughShown:     {"called undeliverable or lost, our bytes in the history", true},
	lostWithoutProof:       {"recorded as lost, without proof", true},
	lostUntold:             {"recorded as lost, what won or when not told", true},
	twoWinners:             {"two winners", true},
	tooFewSigned:           {"decided with fewer signatures than required", true},
	signatureLost:          {"a signature shown as recorded, not in the database", true},
	withdrawalLost:         {"a signature shown as withdrawn, not so in the database", true},
	saidTwice:              {"a message of the chat written twice", true},
	saidWrong:              {"ended, and the chat does not say how", true},
	toldAnew:               {"a mail, push or event that went twice as another message", true},
	toldUnknown:            {"a push, event or mail to a list that the desk does not know", true},
	toldStale:              {"ended, and a mail, push or event is stale", true},
	unnamed:                {"in a batch that does not say what became of it", true},
	misnamed:               {"in a batch that says something else than the record", true},
}

// tally is how many decisions each line counts and, for lines that must be empty, which ones.
type tally struct {
	of        [counts]int
	offenders map[count][]evidence
}

func judge(all []evidence) tally {
	t := tally{offenders: map[count][]evidence{}}
	for _, e := range all {
		for _, c := range e.counts() {
			t.of[c]++
			if lines[c].never {
				t.offenders[c] = append(t.offenders[c], e)
			}
		}
	}
	return t
}

// broken reports whether a line that must be empty is not.
func (t tally) broken() bool { return len(t.offenders) > 0 }

// counts returns the lines that count the decision.
func (e evidence) counts() (found []count) {
	add := func(c count, applies bool) {
		if applies {
			found = append(found, c)
		}
	}
	add(decided, e.record.Decision != nil)
	add(undecided, e.record.Decision == nil)
	add(deniedThoughRecorded, e.anyRecordedBefore(e.denied))
	add(decidedTogether, len(e.signers()) > 1)
	add(changedMind, len(e.takenBack) > 0)
	add(actedFor, e.signedBy(func(s *callbacks.Signature) bool { return s.ActingFor != nil }))
	add(byEscalation, e.signedBy(func(s *callbacks.Signature) bool { return s.Escalated && !s.InQueue }))
	add(sentOtherBytes, e.sentOtherBytes())
	add(neverSettled, e.record.State.Open() || e.delivery != nil && !e.delivery.DueAt.IsZero() && !e.hasReceipt())
	add(shownNotRecorded, !e.allRecorded())
	add(givenUpThoughShown, e.givenUp() && e.delivery != nil && e.shown == e.sent())
	add(twoWinners, len(e.closings) > 1 || differ(e.recorded))
	add(tooFewSigned, e.record.Decision != nil && !e.signedEnough())
	add(signatureLost, !e.allSigned())
	add(withdrawalLost, !e.allWithdrawn())
	add(saidInChat, len(e.said) > 0)
	by := func(channel string) bool {
		return slices.ContainsFunc(e.told, func(t evidenced) bool { return t.channel == channel })
	}
	add(saidByMail, by("email"))
	add(saidByPush, by("push"))
	add(saidByEvent, by("webhooks"))
	add(toldAnew, anew(e.told))
	add(toldUnknown, slices.ContainsFunc(e.told, func(t evidenced) bool { return t.unknown() }))
	add(toldStale, e.record.State != callbacks.Pending && slices.ContainsFunc(e.told, evidenced.stale))
	add(inOneGo, e.result == signedInBatch)
	add(unnamed, e.fate == batched && e.result == "")
	add(misnamed, e.miscalled())
	add(saidTwice, twice(e.said) > 0)
	add(saidWrong, slices.ContainsFunc(e.said, func(m slack.Message) bool { return stale(&m, &e.record) }))
	return append(found, e.ends()...)
}

// givenUp reports whether the record says that the decision did not arrive.
func (e evidence) givenUp() bool {
	return e.record.State == callbacks.Lost || e.record.State == callbacks.Undeliverable
}

// hasReceipt reports whether the history was seen to contain the end. The desk then only has to
// look for the follow-up.
func (e evidence) hasReceipt() bool {
	return e.record.State == callbacks.Completed && e.record.Ending.Event > 0
}

// ends returns the lines for how the callback ended.
func (e evidence) ends() []count {
	ours := len(e.closings) == 1 && e.delivery != nil && e.closings[0] == e.sent()
	switch e.record.State {
	case callbacks.Completed:
		switch {
		case !ours:
			return []count{closedWithOtherBytes}
		case e.offered[e.sent()] == 1:
			return []count{deliveredOnce}
		}
		return []count{deliveredAgain}
	case callbacks.Lost:
		return e.lost(ours)
	case callbacks.Unconfirmed:
		return []count{unconfirmed}
	case callbacks.Undeliverable:
		if ours {
			return []count{undeliverable, givenUpThoughDelivered}
		}
		return []count{undeliverable}
	case callbacks.Pending, callbacks.Decided, callbacks.TimedOut, callbacks.Closed:
	}
	return nil
}

// lost returns the lines for a decision that is recorded as lost: what it lost to, or what is wrong
// with the record.
func (e evidence) lost(ours bool) (found []count) {
	switch lostTo, proven := e.lostTo(); {
	case ours:
		found = append(found, givenUpThoughDelivered)
	case !proven:
		found = append(found, lostWithoutProof)
	default:
		found = append(found, lostTo)
	}
	if !e.saysWhen() {
		found = append(found, lostUntold)
	}
	return found
}

// lostTo returns the line for what won according to the record. proven says that the history event
// that the record names, and what Lambda did to the callback, prove it. An execution that ends
// leaves the callback open.
func (e evidence) lostTo() (_ count, proven bool) {
	var closed callbacks.Kind
	if len(e.closings) > 0 {
		closed = e.closings[0].kind
	}
	alone, ending := len(e.closings) <= 1, e.record.Ending
	switch ending.By {
	case callbacks.EndedByOther:
		event := map[callbacks.Kind]types.EventType{
			callbacks.Success: types.EventTypeCallbackSucceeded, callbacks.Failure: types.EventTypeCallbackFailed,
		}[closed]
		return lostToClient, alone && event != "" && e.proof.EventType == event
	case callbacks.EndedByExecution:
		return lostToEnd, alone && closed == "" && e.proof.EventType == types.EventTypeExecutionStopped
	case callbacks.EndedByClock:
		switch ending.Cause {
		case callbacks.CauseExecution:
			return lostToLimit, alone && closed == "" && e.proof.EventType == types.EventTypeExecutionTimedOut
		case callbacks.CauseTimeout:
			return lostToTimeout, alone && closed == clockRanOut && e.timedOutBy("Callback.Timeout")
		case callbacks.CauseHeartbeat:
			return lostToHeartbeat, alone && closed == clockRanOut && e.timedOutBy("Callback.Heartbeat")
		case callbacks.NoDeadline:
		}
	case callbacks.EndedByUs, callbacks.EndedByGone, callbacks.EndedByUnknown:
	}
	return 0, false
}

// timedOutBy reports whether the event that the record names says that a clock ran out.
func (e evidence) timedOutBy(errorType string) bool {
	d := e.proof.CallbackTimedOutDetails
	return e.proof.EventType == types.EventTypeCallbackTimedOut && d != nil && d.Error != nil && d.Error.Payload != nil &&
		aws.ToString(d.Error.Payload.ErrorType) == errorType
}

// saysWhen reports whether the record says what won and when, with the history's own time.
func (e evidence) saysWhen() bool {
	ending := e.record.Ending
	return ending.By != callbacks.EndedByUnknown && e.proof.EventTimestamp != nil &&
		ending.At.Sub(*e.proof.EventTimestamp).Abs() < time.Millisecond
}

// sent returns the completion in the database. It counts as that of the decision only if their
// hashes agree.
func (e evidence) sent() completion {
	return completion{e.delivery.Completion.Kind, e.delivery.Completion.SHA256()}
}

// sentOtherBytes reports whether a desk sent anything other than the decision.
func (e evidence) sentOtherBytes() bool {
	for offer := range e.offered {
		if e.record.Decision == nil || offer != (completion{e.record.Decision.Kind, e.record.Decision.SHA256}) {
			return true
		}
	}
	return false
}

// allRecorded reports whether the database agrees with every page that said "recorded", and with
// itself.
func (e evidence) allRecorded() bool {
	d := e.record.Decision
	if d != nil && (e.delivery == nil || e.sent().hash != d.SHA256) {
		return false
	}
	for _, t := range e.recorded {
		if d == nil || d.By.ID != t.person || d.SHA256 != t.hash {
			return false
		}
	}
	return true
}

// signedEnough reports whether as many people signed for what was decided as the run asked for. It
// counts them without the desk's own code, which is what the run judges.
func (e evidence) signedEnough() bool {
	switch signers := e.signers(); e.fate {
	case together, withdrawn:
		return len(signers) >= 2
	case grouped:
		second := 0
		for _, id := range e.seconds {
			if signers[id] {
				second++
			}
		}
		return second > 0 && len(signers) > second
	case alone, raced, againstClock, againstClient, againstEnd, kept, batched:
	}
	return len(e.signers()) >= 1
}

// signers returns the different people who have a live signature for what was decided.
func (e evidence) signers() map[string]bool {
	people := map[string]bool{}
	for _, s := range e.signatures {
		if e.record.Decision != nil && s.End == nil && s.Outcome == e.record.Decision.Outcome {
			people[s.By.ID] = true
		}
	}
	return people
}

// signedBy reports whether a signature of a kind is among those that decided.
func (e evidence) signedBy(kind func(*callbacks.Signature) bool) bool {
	return e.record.Decision != nil && slices.ContainsFunc(e.signatures, func(s callbacks.Signature) bool {
		return s.End == nil && s.Outcome == e.record.Decision.Outcome && kind(&s)
	})
}

// allWithdrawn reports whether every signature that a page called withdrawn is on record as that.
func (e evidence) allWithdrawn() bool {
	for _, t := range e.takenBack {
		if !slices.ContainsFunc(e.signatures, func(s callbacks.Signature) bool {
			return s.End != nil && s.End.Lapse == callbacks.Withdrawn && s.By.ID == t.person && s.Shown == t.hash
		}) {
			return false
		}
	}
	return true
}

// allSigned reports whether every signature that a page called recorded is on record and counts.
func (e evidence) allSigned() bool {
	for _, t := range e.signed {
		if !slices.ContainsFunc(e.signatures, func(s callbacks.Signature) bool {
			return s.Live() && s.By.ID == t.person && s.Shown == t.hash
		}) {
			return false
		}
	}
	return true
}

// anyRecordedBefore reports whether a decision that a page denied was in the database when the page
// was shown.
func (e evidence) anyRecordedBefore(all []told) bool {
	d := e.record.Decision
	for _, t := range all {
		if d != nil && d.By.ID == t.person && d.SHA256 == t.hash && d.At.Before(t.at) {
			return true
		}
	}
	return false
}

// differ reports whether the pages that said "recorded" showed different people, or different
// decisions of one person.
func differ(all []told) bool {
	for _, t := range all {
		if t.person != all[0].person || t.hash != all[0].hash {
			return true
		}
	}
	return false
}
