package callbacks

import (
	"errors"
	"testing"
	"time"
)

// TestCorrectedBindsAnew: where a request truly comes from binds it, never by less than what stood.
// What was signed for another origin is void; what was only left out leaves signatures that fit.
func TestCorrectedBindsAnew(t *testing.T) {
	t.Parallel()
	const of = "arn:aws:lambda:eu-central-1:123456789012:function:"
	said := Callback{Function: "pay", Name: "sign", ExecutionARN: of + "pay:1/durable-execution/x/y"}
	without := func(change func(*Callback)) Callback { c := said; change(&c); return c }
	for name, tt := range map[string]struct {
		said  Callback
		found Sighting
		rule  string
		live  bool
	}{
		"Function":      {said, Sighting{ExecutionARN: said.ExecutionARN, Function: "large", Name: "sign"}, "large", false},
		"OtherFunction": {said, Sighting{ExecutionARN: said.ExecutionARN, Function: "refund", Name: "sign"}, "everyday", false},
		"Execution":     {said, Sighting{ExecutionARN: of + "pay:1/durable-execution/x/z", Function: "pay", Name: "sign"}, "everyday", false},
		"Name":          {said, Sighting{ExecutionARN: said.ExecutionARN, Function: "pay", Name: "other"}, "everyday", false},
		"LeftOut":       {without(func(c *Callback) { c.Name, c.ExecutionARN = "", "" }), Sighting{ExecutionARN: said.ExecutionARN, Function: "pay", Name: "sign"}, "everyday", false},
		"FunctionNotSaid": {without(func(c *Callback) { c.Function = "" }),
			Sighting{ExecutionARN: said.ExecutionARN, Function: "large", Name: "sign"}, "large", false},
		"Clocks": {said, Sighting{ExecutionARN: said.ExecutionARN, Function: "pay", Name: "sign", Clocks: Clocks{StartedAt: t0, Timeout: time.Minute}}, "everyday", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			queues, content := largeQueues(), Content{Payload: []byte(`"small"`)}
			c := Case{Callback: tt.said, Signatures: []Signature{vote("mara", "queue")}}
			c.State, c.Queue, c.Clocks.StartedAt = Pending, "finance", t0
			tt.found.Clocks.StartedAt = t0
			c.KeepAlive, c.WaitingSince, c.HeldUntil = KeepAliveSigned, t0, t0.Add(time.Hour)
			c.Requirement = queues.Bind(&c.Callback, &content)
			if err := c.Corrected(tt.found, &content, queues.Bind, t0, System("discovery")); err != nil {
				t.Fatal(err)
			}
			if c.Requirement.Rule != tt.rule || c.Signatures[0].Live() != tt.live || c.Function != tt.found.Function || c.Name != tt.found.Name {
				t.Errorf("bound by %+v, signed %+v, comes from %s %s", c.Requirement, c.Signatures[0].End, c.Function, c.Name)
			}
			if c.HeldUntil.Equal(t0.Add(time.Hour)) != tt.live {
				t.Errorf("kept alive until %v", c.HeldUntil)
			}
			if rebound := c.Audit[0].Facts.Policy; (rebound != nil) != (tt.rule == "large") || !tt.live != (len(c.Audit) == 2) {
				t.Errorf("on record: %+v", c.Audit)
			}
		})
	}
}

// TestCorrectedNeverDecides: what was signed while the rule asked for more does not add up to a
// decision that nobody can make, and stays where somebody else has to sign too.
func TestCorrectedNeverDecides(t *testing.T) {
	t.Parallel()
	of := func(small int) Queues {
		two := Terms{Signatures: []Threshold{{For: 2}}}
		named := asked(func(c *Callback, _ *Content) (bool, error) {
			if c.Name == "" {
				return false, errors.New("it has no name")
			}
			return c.Name == "sign", nil
		})
		return Queues{"finance": {Name: "finance", Groups: []string{"queue"}, Otherwise: "large", Rules: []Rule{
			{Name: "small", Condition: named, Terms: Terms{Signatures: []Threshold{{For: small}}}},
			{Name: "large", Terms: two},
		}}}
	}
	for small, live := range map[int]bool{1: false, 2: true} {
		queues := of(small)
		c := Case{Callback: Callback{State: Pending, Request: Request{Queue: "finance"}, Function: "pay"}, Signatures: []Signature{vote("mara", "queue")}}
		c.Requirement = queues.Bind(&c.Callback, &Content{})
		if err := c.Corrected(Sighting{Function: "pay", Name: "sign"}, &Content{}, queues.Bind, t0, System("discovery")); err != nil {
			t.Fatal(err)
		}
		if standing := Weigh(c.Requirement, c.Signatures); standing.Decided != nil || c.Signatures[0].Live() != live {
			t.Errorf("for %d: bound by %s, decided %v, signature %+v", small, c.Requirement.Rule, standing.Decided, c.Signatures[0].End)
		}
	}
}

// TestFillsIn: a history adds to what is known as long as it contradicts nothing.
func TestFillsIn(t *testing.T) {
	t.Parallel()
	found := Sighting{ExecutionARN: "x", Function: "pay", Name: "sign"}
	for known, want := range map[[3]string]bool{
		{"", "", ""}: true, {"x", "pay", "sign"}: true, {"y", "", ""}: false, {"", "refund", ""}: false, {"", "", "other"}: false,
	} {
		c := Callback{ExecutionARN: known[0], Function: known[1], Name: known[2]}
		if got := c.fillsIn(found); got != want {
			t.Errorf("%q: %t", known, got)
		}
	}
	if c := (Callback{Name: "sign"}); !c.fillsIn(Sighting{}) {
		t.Error("a history without a name contradicts one")
	}
}

// TestCorrectedVoids: what was signed for another function is void, also where it fits and others
// are missing; once it is decided, it stays.
func TestCorrectedVoids(t *testing.T) {
	t.Parallel()
	for state, live := range map[State]bool{Pending: false, Decided: true} {
		c := Case{Callback: Callback{State: state, Function: "pay", Requirement: needs("3")}, Signatures: []Signature{vote("mara", "queue")}}
		bind := func(*Callback, *Content) Requirement { return needs("4") }
		if err := c.Corrected(Sighting{Function: "refund"}, &Content{}, bind, t0, System("discovery")); err != nil {
			t.Fatal(err)
		}
		if c.Function != "refund" || c.Signatures[0].Live() != live || (c.Requirement.Places() == 3) != live {
			t.Errorf("%s: of %s, bound by %+v, signed %+v", state, c.Function, c.Requirement, c.Signatures[0].End)
		}
	}
}

// TestCorrectedAsksForComments: what was signed without a comment is void where the truth leads to
// a rule that asks for one.
func TestCorrectedAsksForComments(t *testing.T) {
	t.Parallel()
	wordy := vote("dana", "queue", signedAt(time.Second))
	wordy.Comment = "The receipt is there."
	c := Case{Callback: Callback{State: Pending, Function: "pay", Requirement: needs("3")}, Signatures: []Signature{vote("mara", "queue"), wordy}}
	asks := needs("3")
	asks.Rule, asks.Reason = "asks", []Stance{For}
	bind := func(*Callback, *Content) Requirement { return asks }
	if err := c.Corrected(Sighting{Function: "pay", Name: "sign"}, &Content{}, bind, t0, System("discovery")); err != nil {
		t.Fatal(err)
	}
	const why = "The execution's history led to another rule, which asks for a comment. Sign again with one."
	if c.Requirement.Rule != "asks" || !c.Signatures[1].Live() || c.Signatures[0].Live() || c.Signatures[0].End.Why != why {
		t.Errorf("bound by %s, signed %+v", c.Requirement.Rule, c.Signatures)
	}
}

// TestCorrectedNeverLoosens: a rule that an announcement led to stays if the truth asks for less.
func TestCorrectedNeverLoosens(t *testing.T) {
	t.Parallel()
	queues := largeQueues()
	c := Case{Callback: Callback{State: Pending, Function: "large", Request: Request{Queue: "finance"}}}
	c.Requirement = queues.Bind(&c.Callback, &Content{})
	if err := c.Corrected(Sighting{Function: "pay"}, &Content{}, queues.Bind, t0, System("discovery")); err != nil {
		t.Fatal(err)
	}
	if c.Requirement.Rule != "large" || c.Requirement.Basis != BasisStood {
		t.Errorf("bound by %+v", c.Requirement)
	}
}
