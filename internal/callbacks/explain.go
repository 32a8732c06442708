package callbacks

import "slices"

// ReasonCode names the reason why somebody may not do something. Codes are stable: pages, the API
// and support know them.
type ReasonCode string

// The reasons why somebody may not sign.
const (
	CodeNotPending       ReasonCode = "not_pending"
	CodeRole             ReasonCode = "role"
	CodeUnannounced      ReasonCode = "unannounced"
	CodeUnknownRequester ReasonCode = "unknown"
	CodeRequester        ReasonCode = "requester"
	CodeStated           ReasonCode = "stated" // the person named the requester
	CodeUnverified       ReasonCode = "unverified"
	CodeActsForRequester ReasonCode = "acts_for_requester"
	CodeActsForExcluded  ReasonCode = "acts_for_excluded"
	CodeGroupsOld        ReasonCode = "groups_old"
	CodeDelegatorOld     ReasonCode = "delegator_groups_old"
	CodeQueue            ReasonCode = "queue"
	CodeGroup            ReasonCode = "group"
	CodeAlreadySigned    ReasonCode = "already_signed"
	CodeNoPlace          ReasonCode = "no_place"
)

// Result is what a test found.
type Result string

// The results.
const (
	Passed   Result = "passed"
	Failed   Result = "failed"
	Unknown  Result = "unknown"  // nobody can tell before the groups are read again
	Untested Result = "untested" // an earlier test did not pass
)

// Test is one thing that must be true of whoever signs.
type Test struct {
	Code   ReasonCode // why it did not pass, or would not
	Text   string     // what must be true, as a sentence about "you"
	Result Result
	Value  string // what the test looked at
	Reason string // if it did not pass: why, and the way out, as a sentence for the person

	old *OldGroups // with CodeGroupsOld
}

// Explanation says whether a person may sign, test by test. [Gate.MaySign] goes by it.
type Explanation struct {
	ActingFor string // the name of the person whose right was tested; empty for one's own
	Tests     []Test

	reached int // index of the first of gateTests that did not pass
}

// Can reports whether the person may sign.
func (e *Explanation) Can() bool { return e.reached == len(gateTests) }

// Failed returns the first test that did not pass; ok is false if the person may sign.
func (e *Explanation) Failed() (t Test, ok bool) {
	i := slices.IndexFunc(e.Tests, func(t Test) bool { return t.Result != Passed })
	if i < 0 {
		return Test{}, false
	}
	return e.Tests[i], true
}
