package callbacks

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestBindVoidsWhatDoesNotFit: a signature from groups that the new rule does not name would wait
// for ever, because its person has signed already.
func TestBindVoidsWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	c := Case{Callback: Callback{State: Pending, Requirement: needs("2 finance")}}
	c.Signatures = []Signature{vote("mara", "finance", signedAt(time.Second)), vote("kofi", "controllers", signedAt(2*time.Second))}
	c.ApplyPolicy(needs("1 controllers", "1 leads"), "New rule.", ReviewLimits{}, t0.Add(time.Hour), ops)
	if c.Signatures[0].Live() || !c.Signatures[1].Live() || !c.WaitingSince.Equal(t0.Add(2*time.Second)) || len(c.Audit) != 2 {
		t.Errorf("got %+v, %+v", c.Signatures, c.Audit)
	}
}

// TestBindsAnew: what gives way to what, once more is known of a request.
func TestBindsAnew(t *testing.T) {
	t.Parallel()
	based := func(r Requirement, b Basis, rule string) Requirement { r.Basis, r.Rule = b, rule; return r }
	for name, tt := range map[string]struct{ stood, found, want Requirement }{
		"WhatNobodyAsked":       {OneSignature, needs("1").with(twoAgainst), needs("1").with(twoAgainst)},
		"UndecidedAsBefore":     {based(needs("2"), BasisOtherwise, "large"), based(needs("1"), BasisFault, "small"), based(needs("2"), BasisStood, "large")},
		"UndecidedToAStricter":  {based(needs("2"), BasisOtherwise, "large"), based(needs("3"), BasisFault, "huge"), based(needs("3"), BasisFault, "huge")},
		"AnotherNameAsksAsMuch": {based(needs("2"), BasisCondition, "large"), based(needs("2"), BasisCondition, "other"), based(needs("2"), BasisCondition, "other")},
	} {
		c := Callback{Requirement: tt.stood, EscalatedAt: t0}
		rebound := c.rebind(tt.found)
		if diff := cmp.Diff(tt.want, c.Requirement); diff != "" || rebound == nil == !c.Requirement.same(tt.stood) {
			t.Errorf("%s: -want +got:\n%s\non record: %+v", name, diff, rebound)
		}
		if changed := rebound != nil; changed != c.EscalatedAt.IsZero() {
			t.Errorf("%s: changed %t, escalated at %v", name, changed, c.EscalatedAt)
		}
	}
	if one, other := based(needs("2"), BasisCondition, "large"), based(needs("2"), BasisCondition, "other"); one.same(other) {
		t.Error("two rules that ask as much are the same")
	}
	c := Callback{Requirement: needs("2 finance"), Request: Request{Queue: "gone"}}
	if diff := cmp.Diff(needs("2 finance"), (Queues{}).Bind(&c, &Content{})); diff != "" {
		t.Errorf("in a queue that is gone: -want +got:\n%s", diff)
	}
}

// TestPresentPolicy: there is one to apply only to a pending request of a configured queue that asks
// something else by now.
func TestPresentPolicy(t *testing.T) {
	t.Parallel()
	queues := Queues{"finance": {Name: "finance", Rules: []Rule{{Name: "two", Terms: needs("2").Terms}}}}
	for name, tt := range map[string]struct {
		c    Callback
		want bool
	}{
		"Other":   {Callback{State: Pending, Requirement: OneSignature, Request: Request{Queue: "finance"}}, true},
		"Same":    {Callback{State: Pending, Requirement: Requirement{Rule: "two", Terms: needs("2").Terms}, Request: Request{Queue: "finance"}}, false},
		"Decided": {Callback{State: Decided, Requirement: OneSignature, Request: Request{Queue: "finance"}}, false},
		"Gone":    {Callback{State: Pending, Requirement: needs("2"), Request: Request{Queue: "gone"}}, false},
	} {
		if present := queues.PresentPolicy(&tt.c, &Content{}); present != nil != tt.want {
			t.Errorf("%s: got %+v", name, present)
		}
	}
}

// TestSameRequest: a rule that was chosen for a request is applied to no other.
func TestSameRequest(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(now, was *Callback){
		"NotPending":  func(now, _ *Callback) { now.State = Decided },
		"WasDecided":  func(_, was *Callback) { was.State = Decided },
		"Announced":   func(_, was *Callback) { was.Source = SourceDiscovery },
		"Corrected":   func(now, _ *Callback) { now.Function = "refund" },
		"AnotherName": func(now, _ *Callback) { now.Title = "Refund" },
		"Bound":       func(now, _ *Callback) { now.Requirement = needs("2") },
	} {
		was := Callback{State: Pending, Function: "pay", Requirement: needs("1"), Request: Request{Source: "shop", Title: "Pay"}}
		now := was
		if !now.SameRequest(&was) {
			t.Fatal("nothing changed")
		}
		if change(&now, &was); now.SameRequest(&was) {
			t.Errorf("%s: it is the same", name)
		}
	}
}

// TestBindAsksForComments: a signature without the comment that the new rule asks for becomes void, and
// the record says how to sign again. One for the other stance stays.
func TestBindAsksForComments(t *testing.T) {
	t.Parallel()
	wordy := func(s *Signature) { s.Comment = "The receipt is there." }
	blank := func(s *Signature) { s.Comment = " \u2060" }
	c := Case{Callback: Callback{State: Pending, Requirement: needs("3 finance")}}
	for i, s := range []Signature{vote("a", "finance"), vote("b", "finance", wordy), vote("c", "finance", blank), vote("d", "finance", to(reject))} {
		s.At = at(time.Duration(i) * time.Second)
		c.Signatures = append(c.Signatures, s)
	}
	present := needs("3 finance").with(twoAgainst)
	present.Reason = []Stance{For}
	c.ApplyPolicy(present, "New rule.", ReviewLimits{}, t0.Add(time.Hour), ops)
	var live []string
	for _, s := range c.Signatures {
		if s.Live() {
			live = append(live, s.By.ID)
		} else if s.End.Lapse != Void || s.End.Why != "An admin applied another rule, which asks for a comment. Sign again with one." {
			t.Errorf("%s: %+v", s.By.ID, s.End)
		}
	}
	if !slices.Equal(live, []string{"b", "d"}) || len(c.Audit) != 3 || c.Audit[1].Action != ActionVoid || !c.WaitingSince.Equal(at(time.Second)) {
		t.Errorf("live are %v since %v, on record %+v", live, c.WaitingSince, c.Audit)
	}
}

// TestBindEscalatesLater: whoever signed by an escalation that the applied rule has later, has signed
// too early. A signature that fits the same places without it stands.
func TestBindEscalatesLater(t *testing.T) {
	t.Parallel()
	escalated := func(s *Signature) { s.Escalated = true }
	for name, tt := range map[string]struct {
		after float64
		want  []string
	}{"Later": {0.9, []string{"member"}}, "DueToo": {0.2, []string{"lead", "both", "member"}}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := Case{Callback: Callback{
				State: Pending, ReceivedAt: t0, Clocks: Clocks{StartedAt: t0, Timeout: time.Hour}, Requirement: needs("3 finance", "1 legal"),
			}}
			c.Signatures = []Signature{vote("lead", "leads", escalated), vote("both", "finance leads", escalated), vote("member", "finance")}
			present := needs("3 finance", "1 legal")
			present.Escalate = &Escalation{After: tt.after, To: []string{"leads"}}
			c.ApplyPolicy(present, "New rule.", ReviewLimits{}, at(30*time.Minute), ops)
			var live []string
			for _, s := range c.Signatures {
				if s.Live() {
					live = append(live, s.By.ID)
				} else if want := "An admin applied another rule, which escalates later. Sign again then, or in your own right."; s.End.Why != want {
					t.Errorf("%s: %q", s.By.ID, s.End.Why)
				}
			}
			if !slices.Equal(live, tt.want) {
				t.Errorf("live are %q, want %q", live, tt.want)
			}
		})
	}
}

// TestBindNeverDecides: whatever was signed, a policy that is applied leaves the decision to a
// signature, and every signature that still counts has a place in it.
func TestBindNeverDecides(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before, present := drawRequirement(t), drawRequirement(t)
		c := Case{Callback: Callback{State: Pending, Requirement: before}, Signatures: drawSignatures(t)}
		c.ApplyPolicy(present, "New rule.", ReviewLimits{}, t0.Add(time.Hour), ops)
		standing := Weigh(present, c.Signatures)
		if standing.Decided != nil {
			t.Fatalf("decided by nobody: %+v", standing)
		}
		for _, s := range c.Signatures {
			if s.Live() && (!present.Fits(&s) || present.NeedsReason(s.Stance) && s.Comment == "") {
				t.Fatalf("it stands under %+v: %+v", present, s)
			}
		}
		if (len(standing.Tallies) == 0) != c.WaitingSince.IsZero() {
			t.Fatalf("it waits since %v with %+v", c.WaitingSince, standing.Tallies)
		}
	})
}

// TestBoundAnewEscalatesAnew: an escalation by the rule that bound a callback before lets nobody
// sign by the new rule. The new rule's own escalation comes at its own time.
func TestBoundAnewEscalatesAnew(t *testing.T) {
	t.Parallel()
	for name, bind := range map[string]func(c *Case, r Requirement, now time.Time){
		"ApplyPolicy": func(c *Case, r Requirement, now time.Time) {
			c.ApplyPolicy(r, "New rule.", ReviewLimits{}, now, ops)
		},
		"Announced": func(c *Case, r Requirement, now time.Time) {
			c.Announced(&Content{}, Callback{Request: c.Request}, Content{}, func(*Callback, *Content) Requirement { return r }, now, shop)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene()
			s.Callback.Requirement.Basis, s.Now = BasisOtherwise, at(time.Hour)
			c := Case{Callback: *s.Callback}
			s.Callback = &c.Callback
			if _, err := c.Escalate(s.Now, tester); err != nil {
				t.Fatal(err)
			}
			s.signer.Groups = []string{"leads"}
			checkRefusal(t, s.MaySign(s.signer, s.proposal), "")
			r := needs("1 finance")
			r.Basis, r.Escalate = BasisCondition, &Escalation{After: 0.75, To: []string{"heads"}}
			bind(&c, r, s.Now)
			if due := c.NextEscalation(); c.Requirement.Escalate != r.Escalate || !due.Equal(at(90*time.Minute)) {
				t.Errorf("bound by %+v, escalates at %v", c.Requirement, due)
			}
			for now, want := range map[time.Time]ReasonCode{s.Now: CodeQueue, at(90*time.Minute - 1): CodeQueue, at(90 * time.Minute): ""} {
				s.Now, s.signer.Groups = now, []string{"heads"}
				checkRefusal(t, s.MaySign(s.signer, s.proposal), want)
				s.signer.Groups = []string{"leads"}
				checkRefusal(t, s.MaySign(s.signer, s.proposal), CodeQueue)
			}
		})
	}
}
