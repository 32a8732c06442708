package callbacks

import (
	"slices"
	"testing"
)

// TestFourEyesThatComeLater: once a queue gets four eyes, what the requester signed before does not
// count any more, in the gate and on the page. A callback that was decided before keeps
// what it was decided by.
func TestFourEyesThatComeLater(t *testing.T) {
	t.Parallel()
	s := newScene()
	s.Callback.Requirement = needs("2 finance")
	s.signed(vote("p-ines", "finance", mayBeRequester))
	if !s.Sends(s.signer, approve) {
		t.Fatal("without four eyes, the second signature does not decide")
	}
	s.Queue.FourEyes = true
	if s.Sends(s.signer, approve) || s.Standing().Leading().Has != 0 {
		t.Errorf("the requester's signature counts: %+v", s.Standing())
	}
	if listed := s.signers(s.signer, approve, "", s.Now); len(listed) != 1 {
		t.Errorf("%d would have signed", len(listed))
	}
	signatures, standing, err := s.sign()
	if err != nil || standing.Decided != nil || len(s.Callback.Requirement.Exclude) != 0 {
		t.Fatalf("signed: %+v, %v", standing, err)
	}
	s.Signatures, s.Queue.FourEyes = signatures, false
	if s.Standing().Decided == nil {
		t.Error("without four eyes, both count")
	}
	s.Queue.FourEyes, s.Callback.State = true, Decided
	if s.Standing().Decided == nil {
		t.Error("the decision of before does not count any more")
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
