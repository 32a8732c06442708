package callbacks

import (
	"slices"
	"testing"
)

// TestFourEyesBindOnRecord: a queue that gets four eyes, or gives them up, changes nothing for a
// request that waits, until an admin applies the present policy. What the requester signed then
// becomes void on record, and does not count again once the queue has no four eyes any more.
func TestFourEyesBindOnRecord(t *testing.T) {
	t.Parallel()
	s := newScene()
	s.Callback.Requirement = needs("2 finance")
	s.signed(vote("p-ines", "finance", mayBeRequester))
	s.Queue.FourEyes = true
	if !s.Sends(s.signer, approve) {
		t.Fatal("the file changed what a request needs, and nobody applied it")
	}
	s.Queue.Rules = []Rule{{Name: "two", Terms: needs("2 finance").Terms}}
	present := s.Queue.Bind(s.Callback, &Content{})
	c := Case{Callback: *s.Callback, Signatures: s.Signatures}
	c.ApplyPolicy(present, "Four eyes.", DefaultReviewLimits, s.Now, Actor{ID: "p-adam"})
	if len(c.Audit) != 2 || c.Audit[0].Action != ActionPolicyApplied || c.Audit[1].Action != ActionVoid {
		t.Fatalf("on record: %+v", c.Audit)
	}
	s.Callback, s.Signatures = &c.Callback, c.Signatures
	for _, s.Queue.FourEyes = range []bool{true, false} {
		if s.Sends(s.signer, approve) || s.Standing().Leading().Has != 0 {
			t.Errorf("four eyes of the queue %t: the requester's signature counts: %+v", s.Queue.FourEyes, s.Standing())
		}
		if listed := s.signers(s.signer, approve, "", s.Now); len(listed) != 1 {
			t.Errorf("%d would have signed", len(listed))
		}
	}
}

// TestSignersFillPlaces: a template lists whoever decides, and not those for whom there is no
// place.
func TestSignersFillPlaces(t *testing.T) {
	t.Parallel()
	s := newScene()
	s.Callback.Requirement = needs("1 finance", "1 controllers")
	s.signer.Groups = []string{"controllers"}
	s.signed(vote("a", "finance"), vote("b", "finance"), vote("c", "finance", to(edited)))
	var names []string
	for _, given := range s.signers(s.signer, approve, "", s.Now) {
		names = append(names, given.By.Name)
	}
	if !slices.Equal(names, []string{"a", "mara"}) {
		t.Errorf("lists %v", names)
	}
}
