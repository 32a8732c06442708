package policy_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/callbacks"
	"countersign/internal/delegation"
	"countersign/internal/people"
	"countersign/internal/policy"
)

var now = time.Date(2026, 11, 24, 12, 51, 0, 0, time.UTC)

// amount is a condition that holds from a number on: the payload's length in bytes.
type amount int

func (a amount) Holds(r *callbacks.Reading) (bool, error) {
	if len(r.Content.Payload) == 0 {
		return false, errors.New("there is no total in the request")
	}
	return len(r.Content.Payload) >= int(a), nil
}

// Implies says that a request of a size is also one of a lesser size.
func (a amount) Implies(other callbacks.Condition) (implies, alike bool) {
	b, ok := other.(amount)
	return ok && a >= b, ok
}

// finance is a policy of the story: two approvers and a controller for large expenses.
func finance(change func(*callbacks.Queue)) policy.Policy {
	q := callbacks.Queue{
		Name: "finance", Groups: []string{"approvers", "controllers"}, Version: "v8", Otherwise: "large",
		Rules: []callbacks.Rule{
			{Name: "large", When: "size >= 10", Condition: amount(10), Terms: callbacks.Terms{
				Signatures: []callbacks.Threshold{{From: []string{"approvers"}, For: 2}, {From: []string{"controllers"}, For: 1}},
				Exclude:    []callbacks.Exclusion{callbacks.ExcludeRequester},
			}},
			{Name: "everyday", Terms: callbacks.Terms{Signatures: []callbacks.Threshold{{For: 1}}}},
		},
	}
	if change != nil {
		q.Rules = slices.Clone(q.Rules)
		change(&q)
	}
	return policy.Policy{
		Version: "v8", Queues: callbacks.Queues{"finance": q}, Roles: policy.Roles{Reviewers: []string{"approvers", "controllers"}},
	}
}

func person(name string, groups ...string) policy.Known {
	return policy.Known{Person: callbacks.Person{
		ID: "p-" + name, Subject: name, Name: name, Email: strings.ToLower(name) + "@example.com", EmailVerified: true,
		Groups: groups, GroupsReadAt: now,
	}, LastSeenAt: now}
}

func request(payload string, c callbacks.Callback) policy.Request {
	c.Queue, c.State = "finance", callbacks.Pending
	c.Requester = callbacks.Requester{Name: "Ines", Email: "ines@example.com"}
	if c.Requirement.Signatures == nil {
		c.Requirement = callbacks.OneSignature
	}
	return policy.Request{Callback: c, Content: callbacks.Content{Payload: []byte(payload)}}
}

// everybody are enough people for every rule, whoever asks.
var everybody = []policy.Known{
	person("Mara", "approvers"), person("Dana", "approvers"), person("Priya", "approvers"),
	person("Aiko", "controllers"), person("Tomasz", "controllers"), person("Teo", "warehouse"),
}

func evidence(people []policy.Known, requests ...policy.Request) *policy.Evidence {
	return &policy.Evidence{Now: now, People: people, Requests: map[string][]policy.Request{"finance": requests}}
}

// TestExamine has a row for each finding, beside one without any.
func TestExamine(t *testing.T) {
	t.Parallel()
	large, small, unreadable := request("0123456789", callbacks.Callback{}), request("1", callbacks.Callback{}), request("", callbacks.Callback{})
	without := func(names ...string) []policy.Known {
		return slices.DeleteFunc(slices.Clone(everybody), func(k policy.Known) bool { return slices.Contains(names, k.Name) })
	}
	twin := person("Aiko again", "controllers") // another account of hers
	twin.Email = "aiko@example.com"
	for name, tc := range map[string]struct {
		policy   policy.Policy
		evidence *policy.Evidence
		want     []string // severity, path and text of each but the last finding
	}{
		"Fine": {finance(nil), evidence(everybody, large, small), nil},
		"NobodySeen": {finance(nil), evidence(without("Aiko", "Tomasz"), large), []string{
			"warning queues.finance.rules[0].signatures[1]: Nobody seen in controllers in 30 days"}},
		"TooFew": {finance(nil), evidence(without("Mara", "Dana"), large), []string{
			"warning queues.finance.rules[0].signatures[0]: Rule large needs 2 of approvers, and 1 was seen in 30 days"}},
		"OnePersonOnePlace": {finance(nil), evidence([]policy.Known{person("Mara", "approvers", "controllers"), person("Dana", "approvers")}, large), []string{
			"warning queues.finance.rules[0].signatures: Rule large needs 3 different people, and 2 were seen who can sign"}},
		"Requester": {finance(nil), evidence(without("Tomasz"), large), []string{
			"warning queues.finance.rules[0]: If Aiko asks, too few are left for rule large"}},
		"RequesterTwice": {finance(nil), evidence(append(without("Tomasz"), twin), large), []string{
			"warning queues.finance.rules[0]: If one of Aiko and Aiko again asks, too few are left for rule large"}},
		"Requesters": {finance(nil), evidence(without("Tomasz", "Priya"), large), []string{
			"warning queues.finance.rules[0]: If one of Mara, Dana and Aiko asks, too few are left for rule large"}},
		"RequesterMay": {finance(func(q *callbacks.Queue) { q.Rules[0].Exclude = nil }), evidence(without("Tomasz"), large), nil},
		"FourEyes": {finance(func(q *callbacks.Queue) { q.Rules, q.FourEyes = nil, true }), evidence(without("Mara", "Dana", "Priya", "Tomasz")), []string{
			"warning queues.finance.groups: If Aiko asks, too few are left for queue finance"}},
		"Against": {finance(func(q *callbacks.Queue) { q.Rules[0].Against = 6 }), evidence(everybody, large), []string{
			"warning queues.finance.rules[0].against: Rule large needs 6 signatures against, and 5 were seen who could give one"}},
		"EnoughAgainst": {finance(func(q *callbacks.Queue) { q.Rules[0].Against = 5 }), evidence(everybody, large), nil},
		"EscalatesToNoRole": {finance(func(q *callbacks.Queue) {
			q.Rules[0].Escalate = &callbacks.Escalation{After: 0.5, To: []string{"approvers", "leads"}}
		}), evidence(append(without(), person("Lena", "leads")), large), []string{
			"note queues.finance.rules[0].escalate.to[1]: Group leads, to which rule large escalates, gives no role that signs"}},
		"EscalatesToARoleOfAnotherGroup": {finance(func(q *callbacks.Queue) {
			q.Rules[0].Escalate = &callbacks.Escalation{After: 0.5, To: []string{"leads"}}
		}), evidence(append(without(), person("Lena", "leads", "approvers")), large), nil},
		"NoRules": {finance(func(q *callbacks.Queue) { q.Rules = nil }), evidence(without("Mara", "Dana", "Priya", "Aiko", "Tomasz")), []string{
			"warning queues.finance.groups: Nobody seen in approvers or controllers in 30 days"}},
		"NoRole": {func() policy.Policy { p := finance(nil); p.Roles.Reviewers = []string{"approvers"}; return p }(),
			evidence(everybody, large), []string{
				"note queues.finance.rules[0].signatures[1].from[0]: Group controllers gives no role that signs",
				"warning queues.finance.rules[0].signatures[1]: Nobody seen in controllers in 30 days"}},
		"RoleOfAnotherGroup": {func() policy.Policy { p := finance(nil); p.Roles.Reviewers = []string{"approvers"}; return p }(),
			evidence(append(without(), person("Zoe", "controllers", "approvers"), person("Yan", "controllers", "approvers")), large), nil},
		"Fault": {finance(nil), evidence(everybody, large, unreadable, small), []string{
			"warning queues.finance.rules[0].when: The condition of large cannot be evaluated for 1 of 3 requests"}},
		"NeverUsed": {finance(nil), evidence(everybody, small), []string{
			"note queues.finance.rules[0].when: None of 1 request would get rule large"}},
		"NoRequests": {finance(nil), evidence(everybody), []string{
			"note queues.finance.rules[0].when: Not known: what the condition of large finds"}},
		"NoDatabase": {finance(nil), nil, nil},
		"WeakFallback": {finance(func(q *callbacks.Queue) { q.Otherwise = "everyday" }), nil, []string{
			"warning queues.finance.rules[0].when: Rule large may ask for more than everyday, which applies if no condition decides"}},
		"FourEyesFallback": {finance(func(q *callbacks.Queue) {
			q.FourEyes, q.Otherwise, q.Rules[0].Terms = true, "everyday", q.Rules[1].Terms
		}), nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			all := tc.policy.Examine(tc.evidence)
			for _, f := range all[:len(all)-1] {
				got = append(got, string(f.Severity)+" "+f.Path+": "+f.Text)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if last := all[len(all)-1]; last.Severity != policy.Note || tc.evidence == nil != strings.HasPrefix(last.Text, "Not known") {
				t.Errorf("the last is %+v", last)
			}
		})
	}
}

// TestExamineWeakFallback: the finding says when the weaker rule applies, and that is what binding does.
func TestExamineWeakFallback(t *testing.T) {
	t.Parallel()
	const same = "If the condition of large cannot be evaluated, a request gets large all the same."
	for name, tc := range map[string]struct {
		change func(*callbacks.Queue)
		detail string
	}{
		"CatchAll": {func(q *callbacks.Queue) { q.Otherwise = "everyday" }, same},
		"NoCatchAll": {func(q *callbacks.Queue) {
			q.Otherwise, q.Rules[1].When, q.Rules[1].Condition = "everyday", "size >= 1", amount(1)
		}, same + " If no condition holds, it gets everyday."},
		"Earlier": {func(q *callbacks.Queue) {
			q.Otherwise = "everyday"
			q.Rules = slices.Insert(q.Rules, 0, callbacks.Rule{Name: "middle", When: "size >= 20", Condition: amount(20), Terms: q.Rules[1].Terms})
		}, same + " If the condition of middle cannot be evaluated, it gets everyday, and large is not tried."},
		"EarlierStricter": {func(q *callbacks.Queue) {
			q.Otherwise = "everyday"
			q.Rules = slices.Insert(q.Rules, 0, callbacks.Rule{Name: "huge", Terms: q.Rules[0].Terms})
			q.Rules[0].When, q.Rules[0].Condition = "size >= 20", amount(20)
		}, same},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := finance(tc.change)
			all := p.Examine(nil)
			found := all[slices.IndexFunc(all, func(f policy.Finding) bool { return f.Rule == "large" && f.Severity == policy.Warning })]
			if found.Detail != tc.detail {
				t.Errorf("got %+v", found)
			}
			q := p.Queues["finance"]
			bound := q.Bind(&callbacks.Callback{}, &callbacks.Content{}).Rule
			if weaker := bound == "everyday"; weaker != strings.Contains(tc.detail, "it gets everyday, and large") {
				t.Errorf("without a payload the request gets %s", bound)
			}
		})
	}
}

// TestTry: a request gets its rule by the code that binds, and people are judged by the gate.
func TestTry(t *testing.T) {
	t.Parallel()
	people := append(slices.Clone(everybody), person("Ines", "approvers"))
	trial, known := finance(nil).Try(request("0123456789", callbacks.Callback{ID: "c1"}), evidence(people))
	if !known || trial.Requirement.Rule != "large" || trial.Requirement.Basis != callbacks.BasisCondition || trial.Can != 5 || trial.Missing != "" {
		t.Fatalf("got %+v", trial)
	}
	if trial.Steps[0].Result != callbacks.StepHolds || trial.Steps[1].Result != callbacks.StepUntested {
		t.Errorf("steps %+v", trial.Steps)
	}
	codes := map[string]callbacks.ReasonCode{}
	for _, v := range trial.People[trial.Can:] {
		failed, _ := v.Failed()
		codes[v.Person.Name] = failed.Code
	}
	if diff := cmp.Diff(map[string]callbacks.ReasonCode{"Ines": callbacks.CodeRequester, "Teo": callbacks.CodeRole}, codes); diff != "" {
		t.Errorf("who cannot: -want +got:\n%s", diff)
	}
	trial, _ = finance(nil).Try(request("", callbacks.Callback{}), evidence(people[:2]))
	if trial.Requirement.Basis != callbacks.BasisFault || trial.Steps[0].Fault == "" || trial.Missing != "1 more from controllers" {
		t.Errorf("a fault: %+v", trial)
	}
	other := request("1", callbacks.Callback{})
	other.Callback.Queue = "nowhere"
	if _, known := finance(nil).Try(other, evidence(people)); known {
		t.Error("an unknown queue was tried")
	}
}

// delegated adds a delegation in queue finance to what was seen.
func delegated(e *policy.Evidence, from, to policy.Known) *policy.Evidence {
	return acting(e, acts(from, to, time.Hour))
}

// acts is a delegation in queue finance that began an hour ago and ends some time from now.
func acts(from, to policy.Known, end time.Duration) delegation.Held {
	return delegation.Held{Delegation: delegation.Delegation{
		ID: callbacks.ID(from.ID + "-" + to.ID), From: from.Actor(), To: to.Actor(), Queues: []string{"finance"},
		Since: now.Add(-time.Hour), Until: now.Add(end),
	}, Delegator: people.NewProfile(from.Person, false, now)}
}

// acting adds delegations to what was seen.
func acting(e *policy.Evidence, held ...delegation.Held) *policy.Evidence {
	e.Delegations = delegation.NewIndex(held, func(p people.Profile) callbacks.Person { return person(p.Name, p.Groups...).Person })
	return e
}

// TestTry_Delegates: who acts for somebody can sign for them, as one person with them, and who acts
// for the requester cannot.
func TestTry_Delegates(t *testing.T) {
	t.Parallel()
	mara, dana, priya, teo := person("Mara", "approvers"), person("Dana", "approvers"), person("Priya", "approvers"), person("Teo", "warehouse")
	aiko, ines := person("Aiko", "controllers"), person("Ines", "approvers")
	large := request("0123456789", callbacks.Callback{ID: "c1"})
	try := func(e *policy.Evidence, missing string, want map[string]string) {
		t.Helper()
		trial, _ := finance(nil).Try(large, e)
		got := map[string]string{}
		for _, v := range trial.People {
			failed, _ := v.Failed()
			got[v.Person.Name] = string(failed.Code) + v.ActingFor
		}
		if diff := cmp.Diff(want, got); diff != "" || trial.Missing != missing {
			t.Errorf("missing: %q, want %q; people (-want +got):\n%s", trial.Missing, missing, diff)
		}
	}
	try(delegated(evidence([]policy.Known{teo, mara, aiko}), mara, teo), "1 more from approvers",
		map[string]string{"Teo": "Mara", "Mara": "", "Aiko": ""})
	try(delegated(evidence([]policy.Known{dana, mara, priya, aiko}), ines, dana), "",
		map[string]string{"Dana": "acts_for_requester", "Mara": "", "Priya": "", "Aiko": ""})
	// Dana leaves the places of approvers to those who have no other.
	try(delegated(evidence([]policy.Known{dana, mara, priya}), aiko, dana), "",
		map[string]string{"Dana": "", "Mara": "", "Priya": ""})
	// Who acts for a delegate of the requester cannot either, nor who acted for the requester since it arrived.
	try(acting(evidence([]policy.Known{dana, mara, priya, aiko}), acts(ines, teo, time.Hour), acts(teo, dana, time.Hour)), "",
		map[string]string{"Dana": "acts_for_requester", "Mara": "", "Priya": "", "Aiko": ""})
	over := func() *policy.Evidence {
		return acting(evidence([]policy.Known{dana, mara, priya, aiko}), acts(ines, dana, -30*time.Minute))
	}
	large.Callback.ReceivedAt = now.Add(-time.Minute)
	try(over(), "", map[string]string{"Dana": "", "Mara": "", "Priya": "", "Aiko": ""})
	large.Callback.ReceivedAt = now.Add(-45 * time.Minute)
	try(over(), "", map[string]string{"Dana": "acts_for_requester", "Mara": "", "Priya": "", "Aiko": ""})
}

// TestTry_OldGroups: the desk's own limit of the age of groups counts as it does for a signature.
// People whose groups are too old can sign once they have signed in again.
func TestTry_OldGroups(t *testing.T) {
	t.Parallel()
	mara, dana, aiko := person("Mara", "approvers"), person("Dana", "approvers"), person("Aiko", "controllers")
	dana.GroupsReadAt = now.Add(-9 * time.Hour)
	e := evidence([]policy.Known{mara, dana, aiko})
	large := request("0123456789", callbacks.Callback{ID: "c1"})
	if trial, _ := finance(nil).Try(large, e); trial.Can != 3 || trial.Again != 0 {
		t.Errorf("without a limit: %d can, %d again", trial.Can, trial.Again)
	}
	e.GroupsMaxAge = 8 * time.Hour
	trial, _ := finance(nil).Try(large, e)
	last, _ := trial.People[2].Failed()
	if trial.Can != 2 || trial.Again != 1 || trial.Missing != "" || last.Code != callbacks.CodeGroupsOld {
		t.Errorf("%d can, %d again, missing %q; the last: %s", trial.Can, trial.Again, trial.Missing, last.Code)
	}
}

// TestExamine_Delegates: a delegate is no second person, and may not sign what the delegator asks for.
func TestExamine_Delegates(t *testing.T) {
	t.Parallel()
	large := request("0123456789", callbacks.Callback{})
	mara, dana, priya := everybody[0], everybody[1], everybody[2]
	rest := []policy.Known{everybody[3], everybody[4]}
	for name, tc := range map[string]struct {
		evidence *policy.Evidence
		want     string // the text of the first finding
	}{
		"Enough": {delegated(evidence(append(rest, mara, dana, priya, person("Zoe", "approvers")), large), mara, dana), "Seen in 30 days: 6 people"},
		"TooFewIfTheDelegatorAsks": {delegated(evidence(append(rest, mara, dana, priya), large), mara, dana),
			"If Mara asks, too few are left for rule large"},
		"TooFewIfTheDelegatorOfTheDelegatorAsks": {acting(evidence(append(rest, mara, dana, priya, person("Zoe", "approvers")), large), acts(mara, priya, time.Hour), acts(priya, dana, time.Hour)),
			"If Mara asks, too few are left for rule large"},
		"EnoughOnceItIsOver": {acting(evidence(append(rest, mara, dana, priya), large), acts(mara, dana, -time.Minute)), "Seen in 30 days: 5 people"},
		"OnePerson": {delegated(evidence(append(rest, mara, everybody[5]), large), mara, everybody[5]),
			"Rule large needs 2 of approvers, and 1 was seen in 30 days"},
	} {
		if all := finance(nil).Examine(tc.evidence); all[0].Text != tc.want {
			t.Errorf("%s: %s", name, all[0].Text)
		}
	}
}

// TestExamine_EncodedReject: where the usual reject is a result, it is said which functions' codecs it needs.
func TestExamine_EncodedReject(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		as     callbacks.Kind
		remote []string
		want   bool
	}{
		"Success": {callbacks.Success, []string{"erasure", "payroll"}, true},
		"Failure": {callbacks.Failure, []string{"erasure"}, false},
		"Local":   {callbacks.Success, nil, false},
	} {
		p := finance(func(q *callbacks.Queue) { q.RejectAs = tt.as })
		p.Remote = tt.remote
		found := slices.ContainsFunc(p.Examine(nil), func(f policy.Finding) bool {
			return f.Path == "queues.finance.rejectAs" && f.Text == "A reject that is a success needs the codec of erasure, payroll" && f.Severity == policy.Warning
		})
		if found != tt.want {
			t.Errorf("%s: found: %t", name, found)
		}
	}
}
