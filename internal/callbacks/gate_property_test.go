package callbacks

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// drawScene draws a requirement, a queue and the person who asks; nobody has signed.
func drawScene(t *rapid.T) *scene {
	r := drawRequirement(t)
	r.Version = "v1"
	requester := Requester{Email: fmt.Sprintf("%d@example.com", rapid.IntRange(0, 3).Draw(t, "requester"))}
	if rapid.IntRange(0, 5).Draw(t, "unknown") == 0 {
		requester = Requester{}
	}
	return &scene{Gate: Gate{
		Callback: &Callback{
			State: Pending, Requirement: r, ReceivedAt: t0, Clocks: Clocks{StartedAt: t0, Timeout: 2 * time.Hour},
			Request: Request{Source: "shop", Queue: "finance", Requester: requester},
		},
		Queue: Queue{Name: "finance", Groups: someGroups.Draw(t, "queue")},
		Now:   t0, GroupsMaxAge: rapid.SampledFrom([]time.Duration{0, 30 * time.Minute, 2 * time.Hour}).Draw(t, "groups max age"),
	}}
}

// drawPeople draws people with groups and roles, and delegations among them.
func drawPeople(t *rapid.T) []Signer {
	people := make([]Signer, 5)
	for i := range people {
		people[i].Person = colleague(fmt.Sprint(i), "")
		people[i].Email = fmt.Sprintf("%d@example.com", rapid.IntRange(0, 4).Draw(t, "address"))
		people[i].Groups = someGroups.Draw(t, "groups")
		people[i].Roles = Roles{
			Reviewer: rapid.IntRange(0, 5).Draw(t, "reviewer") > 0, Auditor: rapid.IntRange(0, 5).Draw(t, "auditor") == 0,
		}
		people[i].EmailVerified = rapid.IntRange(0, 5).Draw(t, "verified") > 0
		people[i].GroupsReadAt = t0.Add(-time.Duration(rapid.IntRange(0, 40).Draw(t, "read")) * 24 * time.Hour)
		if rapid.Bool().Draw(t, "fresh") {
			people[i].GroupsReadAt = t0
		}
	}
	for i := range people {
		for range rapid.IntRange(0, 2).Draw(t, "delegations") {
			d := from(people[rapid.IntRange(0, 4).Draw(t, "from")].Person)
			d.To = people[i].ID
			people[i].Delegations = append(people[i].Delegations, d)
		}
	}
	if rapid.Bool().Draw(t, "chain") { // each acts for the one before
		for i := range people[1:] {
			d := from(people[i].Person)
			d.To = people[i+1].ID
			people[i+1].Delegations = append(people[i+1].Delegations, d)
		}
	}
	var all []Delegation
	for i := range people {
		all = append(all, people[i].Delegations...)
	}
	for i := range people {
		people[i].Delegations = all
	}
	return people
}

// excludedHere reports whether a person asks, or whether a chain of delegations leads from whoever asks
// to them.
func (s *scene) excludedHere(p Signer, people []Signer) bool {
	if !slices.Contains(s.Callback.Requirement.Exclude, ExcludeRequester) {
		return false
	}
	asks := s.Callback.Requester
	reached := map[string]bool{p.ID: true} // everybody for whom the person acts
	for range people {
		for _, d := range p.Delegations {
			if reached[d.To] {
				reached[d.From.ID] = true
			}
		}
	}
	return asks.Email == "" || slices.ContainsFunc(people, func(one Signer) bool { return reached[one.ID] && one.Is(asks) })
}

// TestExplainAgreesWithSigning: people sign and withdraw while time passes. Explain says that
// somebody can exactly when their signature is taken; one that is taken counts, and none of an
// excluded person is.
func TestExplainAgreesWithSigning(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, people := drawScene(t), drawPeople(t)
		for range 12 {
			s.Now = s.Now.Add(time.Duration(rapid.IntRange(1, 30).Draw(t, "minutes")) * time.Minute)
			s.signer = people[rapid.IntRange(0, 4).Draw(t, "who")]
			s.proposal = someProposals.Draw(t, "proposal")
			if rapid.IntRange(0, 5).Draw(t, "withdraws") == 0 {
				s.Signatures, _ = end(s.Signatures, SignatureEnd{Lapse: Withdrawn, At: s.Now},
					func(given *Signature) bool { return given.By.ID == s.signer.ID })
				continue
			}
			why := s.Explain(s.signer, s.proposal)
			signatures, standing, err := s.sign()
			if may := s.MaySign(s.signer, s.proposal); why.Can() != (err == nil) || why.Can() != (may == nil) {
				t.Fatalf("explained %t, signing: %v, the gate: %v", why.Can(), err, may)
			}
			if err != nil {
				if !errors.Is(err, ErrForbidden) && !errors.Is(err, ErrOldGroups) {
					t.Fatalf("refused with %v", err)
				}
				continue
			}
			if s.excludedHere(s.signer, people) {
				t.Fatalf("%s signed, and may not: %+v", s.signer.Name, why)
			}
			checkCounts(t, s, signatures, standing)
			s.Signatures = signatures
			if standing.Decided != nil {
				s.Callback.State = Decided
				if err := s.MaySign(s.signer, edited); !errors.Is(err, ErrConflict) {
					t.Fatalf("signing after the decision: %v", err)
				}
				return
			}
		}
	})
}

// TestWhoCannotSignWouldNotCount: a signature that the gate refuses because of groups or places
// would change nothing. So it refuses nobody whom the rule needs.
func TestWhoCannotSignWouldNotCount(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, people := drawScene(t), drawPeople(t)
		for range 8 {
			s.Now = s.Now.Add(time.Minute)
			s.signer, s.proposal = people[rapid.IntRange(0, 4).Draw(t, "who")], someProposals.Draw(t, "proposal")
			why := s.Explain(s.signer, s.proposal)
			if signatures, standing, err := s.sign(); err == nil && standing.Decided == nil {
				s.Signatures = signatures
			}
			failed, _ := why.Failed()
			if failed.Code != CodeNoPlace && failed.Code != CodeGroup || !s.signer.Roles.Reviewer {
				continue
			}
			forced := vote(s.signer.ID, "", to(s.proposal), signedAt(s.Now.Sub(t0)))
			forced.Groups, forced.InQueue = s.signer.Groups, overlap(s.Queue.Groups, s.signer.Groups)
			forced.GroupsReadAt, forced.Address = s.Now, s.signer.VerifiedAddress()
			before := Weigh(s.Callback.Requirement, s.Signatures).Of(s.proposal)
			after := Weigh(s.Callback.Requirement, append(slices.Clone(s.Signatures), forced)).Of(s.proposal)
			if after.Has > before.Has && forced.InQueue {
				t.Fatalf("refused with %s, and the signature would count: %+v\n%s", failed.Code, after, why.inShort())
			}
		}
	})
}
