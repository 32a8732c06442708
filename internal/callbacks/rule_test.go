package callbacks

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// answer is a condition that always answers the same.
type answer struct {
	holds bool
	err   error
}

func (a answer) Holds(*Reading) (bool, error) { return a.holds, a.err }

func rule(name string, condition Condition) Rule {
	return Rule{Name: name, Condition: condition, Terms: needs("2 " + name).Terms}
}

var (
	holds  = answer{holds: true}
	fails  = answer{}
	broken = answer{holds: true, err: errors.New("no such key: total")}
)

func TestBind(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		rules     []Rule
		otherwise string
		rule      string
		basis     Basis
		fault     string
	}{
		"First":                 {[]Rule{rule("a", holds), rule("b", holds)}, "", "a", BasisCondition, ""},
		"Second":                {[]Rule{rule("a", fails), rule("b", holds)}, "a", "b", BasisCondition, ""},
		"WithoutCondition":      {[]Rule{rule("a", fails), rule("b", nil)}, "a", "b", BasisCondition, ""},
		"None":                  {[]Rule{rule("a", fails), rule("b", fails)}, "b", "b", BasisOtherwise, ""},
		"NoneFirst":             {[]Rule{rule("a", fails), rule("b", fails)}, "", "a", BasisOtherwise, ""},
		"NoneUnknown":           {[]Rule{rule("a", fails), rule("b", fails)}, "c", "a", BasisOtherwise, ""},
		"Broken":                {[]Rule{rule("a", fails), rule("b", broken), rule("c", holds)}, "a", "b", BasisFault, "b: no such key: total"},
		"BrokenFirst":           {[]Rule{rule("a", broken), rule("b", nil)}, "", "a", BasisFault, "a: no such key: total"},
		"BrokenAfterOneThatHas": {[]Rule{rule("a", holds), rule("b", broken)}, "b", "a", BasisCondition, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := Queue{Rules: tt.rules, Otherwise: tt.otherwise, Version: "v8"}.Bind(&Callback{}, &Content{})
			want := Requirement{Rule: tt.rule, Version: "v8", Basis: tt.basis, Fault: tt.fault, Terms: needs("2 " + tt.rule).Terms}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestBindFaultNeverLoosens: a condition that fails leads to no weaker rule than one that holds.
func TestBindFaultNeverLoosens(t *testing.T) {
	t.Parallel()
	two, one := needs("2 a").Terms, needs("1").Terms
	for name, tt := range map[string]struct {
		failed, fallback Terms
		want             string
	}{
		"WeakerFallback":   {two, one, "failed"},
		"StricterFallback": {one, two, "fallback"},
		"Incomparable":     {two, needs("3 b").Terms, "failed"},
	} {
		q := Queue{Otherwise: "fallback", Rules: []Rule{
			{Name: "failed", Condition: broken, Terms: tt.failed}, {Name: "fallback", Condition: fails, Terms: tt.fallback},
		}}
		if got := q.Bind(&Callback{}, &Content{}); got.Rule != tt.want || got.Basis != BasisFault || got.Fault != "failed: no such key: total" {
			t.Errorf("%s: bound by %+v", name, got)
		}
	}
}

// TestBindWithoutRules: a queue without rules asks for one signature of its groups.
func TestBindWithoutRules(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(OneSignature, Queue{Version: "v8"}.Bind(&Callback{}, &Content{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestBindGroupsAge: the age of groups is the queue's, with rules and without.
func TestBindGroupsAge(t *testing.T) {
	t.Parallel()
	for name, rules := range map[string][]Rule{"None": nil, "Some": {rule("a", holds)}} {
		got := Queue{Rules: rules, GroupsNotOlderThan: time.Hour}.Bind(&Callback{}, &Content{})
		if got.GroupsNotOlderThan != time.Hour {
			t.Errorf("%s: groups may be %v old", name, got.GroupsNotOlderThan)
		}
	}
	if OneSignature.GroupsNotOlderThan != 0 {
		t.Error("the shared requirement was changed")
	}
}

// TestBindFourEyes: the requester may not sign, with rules and without.
func TestBindFourEyes(t *testing.T) {
	t.Parallel()
	strict := rule("strict", nil)
	strict.Exclude = []Exclusion{ExcludeRequester}
	for name, rules := range map[string][]Rule{"None": nil, "Silent": {rule("a", holds)}, "Strict": {strict}} {
		got := Queue{Rules: rules, FourEyes: true}.Bind(&Callback{}, &Content{})
		if diff := cmp.Diff([]Exclusion{ExcludeRequester}, got.Exclude); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
	}
	if OneSignature.Exclude != nil {
		t.Error("the shared requirement was changed")
	}
}

// TestBindBoundsTheFault: what a condition says of a request may be long.
func TestBindBoundsTheFault(t *testing.T) {
	t.Parallel()
	long := answer{err: errors.New(strings.Repeat("x", 5000))}
	if got := (Queue{Rules: []Rule{rule("a", long)}}).Bind(&Callback{}, &Content{}).Fault; len(got) > maxFact+len("…") {
		t.Errorf("the fault has %d bytes", len(got))
	}
}

// TestRequirementDocument: requirements outlive the version that wrote them.
func TestRequirementDocument(t *testing.T) {
	t.Parallel()
	const document = `{"rule":"large expenses","version":"v8","basis":"fault","fault":"small: no such key: total",` +
		`"signatures":[{"from":["finance-approvers"],"for":2},{"for":1}],"against":2,"exclude":["requester"],"reason":["against"],` +
		`"escalate":{"after":0.5,"to":["finance-leads"]},"groupsNotOlderThan":28800000000000}`
	want := Requirement{
		Rule: "large expenses", Version: "v8", Basis: BasisFault, Fault: "small: no such key: total",
		Terms: Terms{
			Signatures: []Threshold{{From: []string{"finance-approvers"}, For: 2}, {For: 1}},
			Against:    2, Exclude: []Exclusion{ExcludeRequester}, Reason: []Stance{Against},
			Escalate:           &Escalation{After: 0.5, To: []string{"finance-leads"}},
			GroupsNotOlderThan: 8 * time.Hour,
		},
	}
	var got Requirement
	if err := json.Unmarshal([]byte(document), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if written, err := json.Marshal(want); err != nil || string(written) != document {
		t.Errorf("wrote %s, %v", written, err)
	}
}

// TestEscalatesAt: a fraction of the time from arrival to the end that no heartbeat moves.
func TestEscalatesAt(t *testing.T) {
	t.Parallel()
	half := &Escalation{After: 0.5, To: []string{"leads"}}
	for name, tt := range map[string]struct {
		escalation *Escalation
		clocks     Clocks
		want       time.Duration // after arrival; -1 for never
	}{
		"Timeout":       {half, Clocks{StartedAt: t0, Timeout: 2 * time.Hour}, time.Hour},
		"Quarter":       {&Escalation{After: 0.25}, Clocks{StartedAt: t0, Timeout: 2 * time.Hour}, 30 * time.Minute},
		"Execution":     {half, Clocks{StartedAt: t0, Timeout: 2 * time.Hour, ExecutionDeadline: t0.Add(time.Hour)}, 30 * time.Minute},
		"StartedBefore": {half, Clocks{StartedAt: t0.Add(-time.Hour), Timeout: 2 * time.Hour}, 30 * time.Minute},
		"Heartbeats":    {half, Clocks{StartedAt: t0, Timeout: 2 * time.Hour, HeartbeatTimeout: time.Minute}, time.Hour},
		"OnlyHeartbeat": {half, Clocks{StartedAt: t0, HeartbeatTimeout: time.Minute}, -1},
		"NoEnd":         {half, Clocks{StartedAt: t0}, -1},
		"NoEscalation":  {nil, Clocks{StartedAt: t0, Timeout: time.Hour}, -1},
		"EndedBefore":   {half, Clocks{StartedAt: t0.Add(-2 * time.Hour), Timeout: time.Hour}, 0},
	} {
		c := Callback{ReceivedAt: t0, Clocks: tt.clocks, Requirement: Requirement{Terms: Terms{Escalate: tt.escalation}}}
		var want time.Time
		if tt.want >= 0 {
			want = t0.Add(tt.want)
		}
		if got := c.EscalatesAt(); !got.Equal(want) {
			t.Errorf("%s: at %v, want %v", name, got, want)
		}
	}
}

// TestProposal: every part of what is sent makes another proposal; what is not sent does not.
func TestProposal(t *testing.T) {
	t.Parallel()
	o := Outcome{Name: "pay", Label: "Pay", Kind: Success, Payload: json.RawMessage(`{"a":1}`)}
	own := o.Proposal(nil)
	if own.Outcome != "pay" || own.Kind != Success || own.Stance != For || len(own.Hash) != 64 {
		t.Errorf("got %+v", own)
	}
	for name, change := range map[string]func(*Outcome){
		"name": func(o *Outcome) { o.Name = "pay2" }, "label": func(o *Outcome) { o.Label = "Pay 2" }, "kind": func(o *Outcome) { o.Kind = Failure },
		"encoding": func(o *Outcome) { o.Encoding = EncodingText }, "payload": func(o *Outcome) { o.Payload = json.RawMessage(`{"a":2}`) },
		"type": func(o *Outcome) { o.ErrorType = "E" }, "message": func(o *Outcome) { o.ErrorMessage = "m" }, "data": func(o *Outcome) { o.ErrorData = json.RawMessage(`1`) },
	} {
		other := o
		change(&other)
		if other.Proposal(nil).Hash == own.Hash {
			t.Errorf("another %s makes the same proposal", name)
		}
	}
	if o.Proposal([]byte("1")).Hash == own.Hash {
		t.Error("the answer does not count")
	}
	o.Comment = CommentRequired
	if o.Proposal(nil) != own {
		t.Error("the rule for comments counts")
	}
}
