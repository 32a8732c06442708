package callbacks

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/fault"
)

// TestSignKeepsWhatWasTrue: everything that the gate went by is on the signature, and of the groups
// only those that can matter here.
func TestSignKeepsWhatWasTrue(t *testing.T) {
	t.Parallel()
	s := newScene()
	s.signer.Groups = []string{"warehouse", "leads"}
	s.actsFor("dana", "ops finance")
	s.signed(vote("p-mara", "finance", to(edited)))
	signatures, standing, err := s.sign()
	if err != nil || standing.Decided != nil {
		t.Fatalf("got %+v, %v", standing, err)
	}
	want := Signature{
		By: Actor{Kind: ActorPerson, ID: "p-mara", Name: "mara"}, Subject: "u-mara", Email: "mara@example.com", Address: "mara@example.com", Groups: []string{"leads"}, GroupsReadAt: t0,
		ActingFor: &Delegator{Delegation: "d-dana", ID: "p-dana", Address: "dana@example.com", Name: "dana", Groups: []string{"finance"}, ReadAt: t0},
		InQueue:   true, NotRequester: true, Proposal: approve, Comment: "Fine.", At: s.Now, Shown: "9f31",
		Rule: "rule", Via: ViaWeb,
	}
	if diff := cmp.Diff(want, signatures[1]); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff(&SignatureEnd{Lapse: Replaced, At: s.Now, Why: "Signed again."}, signatures[0].End); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if s.Signatures[0].End != nil {
		t.Error("the gate's own signatures were changed")
	}
}

// TestSignKeepsWhoMayBeTheRequester: a stricter rule may be applied later.
func TestSignKeepsWhoMayBeTheRequester(t *testing.T) {
	t.Parallel()
	s := newScene()
	s.Callback.Requirement.Exclude, s.Callback.Requester.Email = nil, "mara@example.com"
	signatures, _, err := s.sign()
	if err != nil || signatures[0].NotRequester {
		t.Errorf("got %+v, %v", signatures, err)
	}
	if n := Weigh(s.Callback.Requirement.with(excluding), signatures).Of(approve).Has; n != 0 {
		t.Errorf("%d count under a rule that excludes the requester", n)
	}
}

// TestSignSendsAsShown: a press that was to wait never sends, and one that was to send never waits.
func TestSignSendsAsShown(t *testing.T) {
	t.Parallel()
	for _, last := range []bool{false, true} {
		s := newScene()
		s.signed(vote("a", "finance"))
		if last {
			s.signed(vote("b", "controllers"))
		}
		for _, shown := range []bool{false, true} {
			_, standing, err := s.Sign(s.signer, Ballot{Proposal: approve, Sends: shown})
			if (err == nil) != (last == shown) || err != nil && !errors.Is(err, ErrStale) {
				t.Errorf("last %t, shown %t: %v", last, shown, err)
			}
			if err == nil && (standing.Decided != nil) != last {
				t.Errorf("last %t: %+v", last, standing)
			}
		}
	}
}

func TestSignNeedsAReason(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		proposal Proposal
		comment  string
		refused  bool
	}{{reject, "", true}, {reject, " \u200b", true}, {reject, "No.", false}, {approve, "", false}} {
		s := newScene()
		s.Callback.Requirement.Reason = []Stance{Against}
		_, _, err := s.Sign(s.signer, Ballot{Proposal: tt.proposal, Comment: tt.comment, Sends: tt.proposal == reject})
		var faults fault.List
		if refused := errors.As(err, &faults) && faults[0].Pointer == "comment"; refused != tt.refused || !refused && err != nil {
			t.Errorf("%s with %q: %v", tt.proposal.Outcome, tt.comment, err)
		}
	}
}

// TestSignsNotForEver: what one person puts on record of a callback is bounded.
func TestSignsNotForEver(t *testing.T) {
	t.Parallel()
	s := newScene()
	for range maxOwnSignatures {
		s.signed(vote("p-mara", "finance", ended(Withdrawn)))
		s.signed(vote("a", "finance", ended(Replaced)))
	}
	checkRefusal(t, s.MaySign(s.signer, s.proposal), CodeTooOften)
	s.Signatures = s.Signatures[2:]
	checkRefusal(t, s.MaySign(s.signer, s.proposal), "")
}

// TestNobodySendsWhatIsNotTheirs: a proposal that already has enough signatures is not decided by a
// signature for another one.
func TestNobodySendsWhatIsNotTheirs(t *testing.T) {
	t.Parallel()
	s := newScene()
	s.Callback.Requirement.Signatures = []Threshold{{From: []string{"finance"}, For: 1}}
	s.signed(vote("a", "finance", to(edited)))
	if s.Sends(s.signer, approve) {
		t.Error("the page would say that it sends")
	}
	if _, _, err := s.Sign(s.signer, Ballot{Proposal: approve, Sends: true}); !errors.Is(err, ErrStale) {
		t.Errorf("got %v, want ErrStale", err)
	}
}
