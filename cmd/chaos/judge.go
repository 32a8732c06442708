package main

import (
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"countersign/internal/callbacks"
)

// count is a line of the report.
type count int

const (
	decided count = iota
	deliveredOnce
	deliveredAgain
	lostToClock
	lostToClient
	unconfirmed
	undeliverable
	undecided
	deniedThoughRecorded

	sentOtherBytes
	neverSettled
	shownNotRecorded
	closedWithOtherBytes
	givenUpThoughDelivered
	lostWithoutProof
	twoWinners
	counts
)

// lines says what is counted, and whether any makes the run fail.
var lines = [counts]struct {
	says  string
	never bool
}{
	decided:              {says: "decided"},
	deliveredOnce:        {says: "delivered, offered to Lambda once"},
	deliveredAgain:       {says: "delivered, offered again with the same bytes"},
	lostToClock:          {says: "lost to a clock, as the history proves"},
	lostToClient:         {says: "lost to another client, as the history proves"},
	unconfirmed:          {says: "unconfirmed"},
	undeliverable:        {says: "undeliverable"},
	undecided:            {says: "ended before anybody decided"},
	deniedThoughRecorded: {says: "shown as not recorded, though it was"},

	sentOtherBytes:         {"sent with other bytes than recorded", true},
	neverSettled:           {"decided and never settled", true},
	shownNotRecorded:       {"shown as recorded, not in the database", true},
	closedWithOtherBytes:   {"recorded as delivered, other bytes at Lambda", true},
	givenUpThoughDelivered: {"recorded as lost, our bytes at Lambda", true},
	lostWithoutProof:       {"recorded as lost, without proof", true},
	twoWinners:             {"two winners", true},
}

// tally is how many decisions each line counts, and which ones where it should be none.
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

// broken reports whether something is counted that must not be.
func (t tally) broken() bool { return len(t.offenders) > 0 }

// counts are the lines on which a decision is counted.
func (e evidence) counts() (found []count) {
	add := func(c count, applies bool) {
		if applies {
			found = append(found, c)
		}
	}
	add(decided, e.record.Decision != nil)
	add(undecided, e.record.Decision == nil)
	add(deniedThoughRecorded, e.anyRecordedBefore(e.denied))
	add(sentOtherBytes, e.sentOtherBytes())
	add(neverSettled, e.record.State.Open() || e.delivery != nil && !e.delivery.DueAt.IsZero() && !e.hasReceipt())
	add(shownNotRecorded, !e.allRecorded())
	add(twoWinners, len(e.closings) > 1 || differ(e.recorded))
	return append(found, e.ends()...)
}

// hasReceipt reports whether the history was seen to hold the end. What is due then is a look at what the execution does next.
func (e evidence) hasReceipt() bool {
	return e.record.State == callbacks.Completed && e.record.Ending.Event > 0
}

// ends are the lines of how it ended.
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
		switch {
		case ours:
			return []count{givenUpThoughDelivered}
		case !e.proven():
			return []count{lostWithoutProof}
		case e.closings[0].kind == clockRanOut:
			return []count{lostToClock}
		}
		return []count{lostToClient}
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

// sent is what the database keeps for Lambda. It stands for the decision only where their hashes agree.
func (e evidence) sent() completion {
	return completion{e.delivery.Completion.Kind, e.delivery.Completion.SHA256()}
}

// sentOtherBytes reports whether a desk sent anything that is not the decision.
func (e evidence) sentOtherBytes() bool {
	for offer := range e.offered {
		if e.record.Decision == nil || offer != (completion{e.record.Decision.Kind, e.record.Decision.SHA256}) {
			return true
		}
	}
	return false
}

// allRecorded reports whether the database agrees with every page that said "recorded", and with itself.
func (e evidence) allRecorded() bool {
	d := e.record.Decision
	if d != nil && (e.delivery == nil || e.sent().hash != d.SHA256) {
		return false
	}
	for _, t := range e.recorded {
		if d == nil || d.By.ID != t.subject || d.SHA256 != t.hash {
			return false
		}
	}
	return true
}

// anyRecordedBefore reports whether what a page denied stood in the database when it was shown.
func (e evidence) anyRecordedBefore(all []told) bool {
	d := e.record.Decision
	for _, t := range all {
		if d != nil && d.By.ID == t.subject && d.SHA256 == t.hash && d.At.Before(t.at) {
			return true
		}
	}
	return false
}

// differ reports whether different people, or different decisions of one, were shown as recorded.
func differ(all []told) bool {
	for _, t := range all {
		if t.subject != all[0].subject || t.hash != all[0].hash {
			return true
		}
	}
	return false
}

// proven reports whether the event that the record names is how Lambda closed the callback.
func (e evidence) proven() bool {
	if len(e.closings) != 1 {
		return false
	}
	switch e.closings[0].kind {
	case clockRanOut:
		return e.record.Ending.By == callbacks.EndedByClock && e.proof == types.EventTypeCallbackTimedOut
	case callbacks.Success:
		return e.record.Ending.By == callbacks.EndedByOther && e.proof == types.EventTypeCallbackSucceeded
	case callbacks.Failure:
		return e.record.Ending.By == callbacks.EndedByOther && e.proof == types.EventTypeCallbackFailed
	}
	return false
}
