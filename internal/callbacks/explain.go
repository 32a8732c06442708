package callbacks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

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
	CodeSamePerson       ReasonCode = "same_person" // somebody with their address has signed
	CodeTooOften         ReasonCode = "too_often"
	CodeNoPlace          ReasonCode = "no_place"
)

// Signed reports whether signatures that are there already are the reason.
func (c ReasonCode) Signed() bool {
	return c == CodeAlreadySigned || c == CodeSamePerson || c == CodeNoPlace
}

// GateResult is what a test of the gate found.
type GateResult string

// The results.
const (
	GatePassed   GateResult = "passed"
	GateFailed   GateResult = "failed"
	GateUnknown  GateResult = "unknown"  // nobody can tell before the groups are read again
	GateUntested GateResult = "untested" // an earlier test did not pass
)

// GateTest is one thing that must be true of whoever signs.
type GateTest struct {
	Code   ReasonCode // why it did not pass, or would not
	Text   string     // what must be true, as a sentence about "you"
	Result GateResult
	Value  string // what the test looked at
	Reason string // if it did not pass: why, and the way out, as a sentence for the person

	old *OldGroups // with CodeGroupsOld
}

// Explanation says whether a person may sign, test by test. [Gate.MaySign] goes by it.
type Explanation struct {
	ActingFor string // the name of the person whose right was tested; empty for one's own
	Tests     []GateTest

	reached int // index of the first of checks that did not pass
}

// Can reports whether the person may sign.
func (e Explanation) Can() bool { return e.reached == len(checks) }

// Failed returns the first test that did not pass; ok is false if the person may sign.
func (e Explanation) Failed() (t GateTest, ok bool) {
	i := slices.IndexFunc(e.Tests, func(t GateTest) bool { return t.Result != GatePassed })
	if i < 0 {
		return GateTest{}, false
	}
	return e.Tests[i], true
}

// check is a test that a claim has to pass.
type check struct {
	code ReasonCode
	text string
	run  func(*claim) (t GateTest, applies bool)
	// after are the tests without which this one means nothing
	after []ReasonCode
}

// The tests without which those of groups, and that of the open places, mean nothing.
var (
	freshGroups = []ReasonCode{CodeGroupsOld}
	allBefore   = []ReasonCode{
		CodeNotPending, CodeRole, CodeRequester, CodeGroupsOld,
		CodeQueue, CodeGroup, CodeDelegatorOld, CodeAlreadySigned, CodeSamePerson, CodeTooOften,
	}
)

// checks are the tests of the gate, all of them. The first that does not pass is the reason that the person reads: what
// the desk knows of the person comes first, then whether they are the requester, and what others
// did meanwhile comes last.
var checks = []check{
	{CodeNotPending, "The request waits for signatures", (*claim).testPending, nil},
	{CodeRole, "You have a role that signs", (*claim).testRole, nil},
	{CodeGroupsOld, "Your groups are fresh enough", (*claim).testFreshness, nil},
	{CodeQueue, "You may see the request", (*claim).testQueue, freshGroups},
	{CodeGroup, "You are in a group that the rule asks for", (*claim).testGroup, freshGroups},
	{CodeRequester, "You neither are nor act for the requester", (*claim).testRequester, nil},
	{CodeDelegatorOld, "The groups of the person you act for are known", (*claim).testDelegator, nil},
	{CodeAlreadySigned, "You have not signed this already", (*claim).testUnsigned, nil},
	{CodeSamePerson, "You have not signed with another account", (*claim).testOneAccount, nil},
	{CodeTooOften, "You have not signed again and again", (*claim).testCount, nil},
	{CodeNoPlace, "A signature that you can give is missing", (*claim).testPlace, allBefore},
}

// explain runs the tests. One that does not pass stops only those that mean nothing without it, so
// that a person learns of everything at once.
func (c *claim) explain() Explanation {
	e := Explanation{reached: len(checks)}
	if c.delegation != nil {
		e.ActingFor = c.holder().Actor().Name
	}
	var open []ReasonCode // the tests that did not pass
	for i, test := range checks {
		found, applies := GateTest{Result: GateUntested}, true
		if !overlap(test.after, open) {
			found, applies = test.run(c)
		}
		if !applies {
			continue
		}
		found.Code, found.Text = cmp.Or(found.Code, test.code), test.text
		e.Tests = append(e.Tests, found)
		if found.Result != GatePassed {
			open = append(open, test.code)
			e.reached = min(e.reached, i)
		}
	}
	return e
}

func passed(value string) (GateTest, bool) { return GateTest{Result: GatePassed, Value: value}, true }

func failed(value, reason string) (GateTest, bool) {
	return GateTest{Result: GateFailed, Value: value, Reason: reason}, true
}

// testPending: a clock that seems to have run out does not prevent a signature, because Lambda's
// answer to the decision settles it.
func (c *claim) testPending() (GateTest, bool) {
	at, cause := c.Callback.Ends()
	switch {
	case c.Callback.State != Pending:
		return failed(string(c.Callback.State), "This request does not wait for signatures any more.")
	case cause == NoDeadline:
		return passed("no timeout")
	case c.Now.Before(at):
		return passed(approximately(at.Sub(c.Now)) + " left")
	}
	return passed("late: it counts until the desk knows how the request ended")
}

// testRole: a delegate needs no role of their own, because the delegator's counts. But auditors
// decide nothing, whatever others give them.
func (c *claim) testRole() (GateTest, bool) {
	if own := c.signer.Roles; own.Auditor && !own.signs() {
		return failed("auditor", "Auditors read everything and decide nothing.")
	}
	if !c.holder().Roles.signs() {
		return failed("none", "Only reviewers and admins sign here.")
	}
	return passed("")
}

func (c *claim) testRequester() (GateTest, bool) {
	if !c.Callback.Requirement.ExcludesRequester() {
		return GateTest{}, false
	}
	asks := c.Callback.Requester.String()
	if refusal := c.excluded; refusal != nil {
		t, _ := failed(asks, refusal.Reason)
		t.Code = refusal.Code
		return t, true
	}
	return passed(asks)
}

func (c *claim) testFreshness() (GateTest, bool) {
	limit, value := c.groupsLimit(), readAgo(c.signer.GroupsReadAt, c.Now)
	if limit == 0 {
		return GateTest{}, false
	}
	if old := oldGroups(c.signer.GroupsReadAt, c.Now, limit); old != nil {
		return GateTest{
			Result: GateUnknown, Value: value, old: old,
			Reason: "Your groups were " + value + ", and a signature here needs groups read within " +
				approximately(limit) + ". Sign in again.",
		}, true
	}
	return passed(value)
}

func (c *claim) testDelegator() (GateTest, bool) {
	if c.delegation == nil {
		return GateTest{}, false
	}
	from := &c.delegation.From
	value := readAgo(from.GroupsReadAt, c.Now)
	if from.FreshGroups(delegatorGroupsMaxAge, c.Now) != nil {
		return GateTest{
			Result: GateUnknown, Value: value,
			Reason: "The groups of " + from.Actor().Name + ", for whom you act, are not known any more. " +
				"Nobody can act for them until they sign in again.",
		}, true
	}
	return passed(value)
}

// testQueue: whoever the request was escalated to may see it too.
func (c *claim) testQueue() (GateTest, bool) {
	if s := c.signature(); !s.InQueue && !s.Escalated {
		queue := c.Callback.Queue
		return failed(queue, "Only members of the groups of queue "+queue+" decide here.")
	}
	return passed(c.Callback.Queue)
}

func (c *claim) testGroup() (GateTest, bool) {
	s := c.signature()
	if slices.Contains(c.Callback.Requirement.members(&s), true) {
		return passed(strings.Join(s.groups(), ", "))
	}
	groups := c.Callback.Requirement.groups()
	if slices.ContainsFunc(c.Callback.Requirement.Signatures, Threshold.ofQueue) {
		groups = slices.Compact(slices.Sorted(slices.Values(slices.Concat(groups, c.Queue.Groups))))
	}
	wanted := strings.Join(groups, ", ")
	if wanted == "" {
		return failed("", "Nobody is in a group that the rule of this request asks for.")
	}
	return failed(wanted, "The rule of this request asks for members of other groups: "+wanted+".")
}

func (c *claim) testUnsigned() (GateTest, bool) {
	for _, s := range c.Signatures {
		if s.Live() && s.By.ID == c.signer.ID && s.Proposal == c.proposal {
			return failed(s.Outcome, "You have signed this. You can withdraw it until the decision.")
		}
	}
	return passed("")
}

// testOneAccount: one human with two accounts is one person.
func (c *claim) testOneAccount() (GateTest, bool) {
	own := c.signer.identity()
	for _, s := range c.Signatures {
		if s.Live() && s.By.ID != own.id && s.signer().is(own) {
			return failed(s.Email, "Somebody with your e-mail address has signed this from another account. "+
				"One person signs once. That account can withdraw its signature until the decision.")
		}
	}
	return GateTest{}, false
}

func (c *claim) testCount() (GateTest, bool) {
	given := 0
	for _, s := range c.Signatures {
		if s.By.ID == c.signer.ID {
			given++
		}
	}
	if given < maxOwnSignatures {
		return GateTest{}, false
	}
	return failed(fmt.Sprintf("%d times", given), fmt.Sprintf("You have signed this request %d times. Someone else must sign it.", given))
}

// testPlace: a signature that changes nothing is not taken, so that nobody believes that it counts.
// The matching may move others over to make room.
func (c *claim) testPlace() (GateTest, bool) {
	others := c.others()
	before := Weigh(c.Callback.Requirement, others).Of(c.proposal)
	after := Weigh(c.Callback.Requirement, append(others, c.signature())).Of(c.proposal)
	value := fmt.Sprintf("%d of %d", before.Has, before.Needs)
	if after.Has > before.Has {
		return passed(value)
	}
	holder := c.holder()
	if slices.ContainsFunc(before.Signed, func(s Counted) bool { return s.holder().is(holder.identity()) }) {
		return failed(value, "Somebody has signed in the right of "+holder.Actor().Name+
			" already. One person fills one place.")
	}
	reason := "Every place that you can fill is taken."
	if missing := before.Words(); missing != "" {
		reason += " Missing: " + missing + "."
	}
	return failed(value, reason)
}

// readAgo says when groups were read.
func readAgo(at, now time.Time) string {
	if at.IsZero() {
		return "never read"
	}
	return "read " + approximately(now.Sub(at)) + " ago"
}

// approximately is a duration in its greatest unit.
func approximately(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(max(d, 0)/time.Second))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 72*time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	}
	return fmt.Sprintf("%d days", d/(24*time.Hour))
}
