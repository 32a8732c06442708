package callbacks

import (
	"slices"
	"testing"
	"time"
)

// signers are people without delegations to them.
func signers(people ...Person) (all []Signer) {
	for _, p := range people {
		all = append(all, Signer{Person: p})
	}
	return all
}

// TestAttainable: what people could add up to, by the gate's own rules. The request needs two of
// finance and one controller, and never Ines, who asks.
func TestAttainable(t *testing.T) {
	t.Parallel()
	mara, dana, ines := colleague("mara", "finance"), colleague("dana", "finance"), colleague("ines", "finance")
	aiko, both, lena := colleague("aiko", "controllers"), colleague("both", "finance controllers"), colleague("lena", "leads")
	reader, stranger := colleague("reader", "finance"), colleague("stranger", "warehouse")
	reader.Roles = Roles{Auditor: true}
	twin, third := mara, mara // her other accounts
	twin.ID, third.ID = "p-mara-2", "p-mara-3"
	leader := colleague("leader", "finance leads")
	escalated := func(s *scene) { s.Callback.EscalatedAt = s.Now }
	for name, tt := range map[string]struct {
		people  []Signer
		change  func(*scene)
		missing string
	}{
		"Nobody":                     {nil, nil, "2 from finance and 1 from controllers"},
		"Enough":                     {signers(mara, dana, aiko), nil, ""},
		"OneGroupIsMissing":          {signers(mara, dana), nil, "1 more from controllers"},
		"TooFewOfAGroup":             {signers(mara, aiko), nil, "1 more from finance"},
		"WithoutTheAsker":            {signers(mara, ines, aiko), nil, "1 more from finance"},
		"OnePersonOnePlace":          {signers(mara, both), nil, "1 more from controllers or finance"},
		"MovesOver":                  {signers(both, mara, dana), nil, ""},
		"OneAccountMore":             {signers(mara, twin, aiko), nil, "1 more from finance"},
		"OthersToo":                  {signers(mara, twin, third, dana, aiko), nil, ""},
		"WithoutADelegateOfTheAsker": {[]Signer{{Person: mara, Delegations: []Delegation{from(ines)}}, {Person: dana}, {Person: aiko}}, nil, "1 more from finance"},
		"ADelegateOfAnother":         {[]Signer{{Person: mara, Delegations: []Delegation{from(dana)}}, {Person: dana}, {Person: aiko}}, nil, ""},
		"OnlyByADelegation":          {[]Signer{{Person: mara, Delegations: []Delegation{from(aiko)}}, {Person: dana}, {Person: colleague("eva", "finance")}}, nil, "1 more from controllers"},
		"RolesAndGroups":             {signers(mara, reader, stranger, aiko), nil, "1 more from finance"},
		"NotYetEscalated":            {signers(mara, aiko, lena), nil, "1 more from finance"},
		"Escalated":                  {signers(mara, aiko, lena), escalated, ""},
		"EscalatedToOne":             {signers(mara, dana, reader, colleague("eva", "finance"), leader), escalated, ""},
		"OldGroups": {signers(mara, dana, aiko), func(s *scene) {
			s.Callback.Requirement.GroupsNotOlderThan, s.Now = time.Hour, s.Now.Add(30*24*time.Hour)
		}, ""},
		"SignedAlready": {signers(mara, dana, aiko), func(s *scene) {
			s.signed(Signature{By: Actor{ID: "p-mara-2"}, Address: mara.VerifiedAddress(), Proposal: s.proposal}) // by another account
		}, ""},
	} {
		s := newScene()
		if tt.change != nil {
			tt.change(s)
		}
		for range 2 { // the order of people does not matter
			tally := s.Attainable(tt.people)
			if tally.Words() != tt.missing || tally.Complete() != (tt.missing == "") {
				t.Errorf("%s: missing %q, want %q; complete %t", name, tally.Words(), tt.missing, tally.Complete())
			}
			slices.Reverse(tt.people)
		}
	}
	s := newScene()
	s.Callback.Requirement.Signatures = nil
	if tally := s.Attainable(signers(mara, dana, aiko)); tally.Complete() {
		t.Error("terms without a place to sign on are met")
	}
}

// TestFills: who could sign, and on which of two of finance and one controller, by the gate's own
// rules.
func TestFills(t *testing.T) {
	t.Parallel()
	mara, ines := colleague("mara", "finance"), colleague("ines", "finance")
	actsForInes := Signer{Person: mara, Delegations: []Delegation{from(ines)}}
	auditor := colleague("reader", "finance")
	auditor.Roles = Roles{Auditor: true}
	old := func(s *scene) {
		s.Callback.Requirement.GroupsNotOlderThan, s.Now = time.Hour, s.Now.Add(24*time.Hour)
	}
	for name, tt := range map[string]struct {
		signer Signer
		change func(*scene)
		want   []bool
	}{
		"OneGroup":           {Signer{Person: mara}, nil, []bool{true, false}},
		"BothGroups":         {Signer{Person: colleague("both", "finance controllers")}, nil, []bool{true, true}},
		"NoGroup":            {Signer{Person: colleague("sam", "warehouse")}, nil, nil},
		"NoRole":             {Signer{Person: auditor}, nil, nil},
		"Requester":          {Signer{Person: ines}, nil, nil},
		"ActsForRequester":   {actsForInes, nil, nil},
		"GroupsAreReadAgain": {Signer{Person: mara}, old, []bool{true, false}},
		"NotEscalated":       {Signer{Person: colleague("lena", "leads")}, nil, nil},
		"Escalated": {Signer{Person: colleague("lena", "leads")}, func(s *scene) {
			s.Callback.EscalatedAt = s.Now
		}, []bool{true, true}},
		"HasSigned": {Signer{Person: mara}, func(s *scene) {
			s.signed(Signature{By: mara.Actor(), Groups: mara.Groups, InQueue: true, NotRequester: true, Proposal: s.proposal})
		}, nil},
		"Ended": {Signer{Person: mara}, func(s *scene) { s.Callback.State = TimedOut }, nil},
	} {
		s := newScene()
		if tt.change != nil {
			tt.change(s)
		}
		if got := s.Fills(tt.signer, s.proposal); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", name, got, tt.want)
		}
	}
}

// TestAttainable_Many: among many who could sign the same place, the one who is missing is found
// wherever they stand.
func TestAttainable_Many(t *testing.T) {
	t.Parallel()
	var people []Signer
	for i := range 37 {
		people = append(people, Signer{Person: colleague(string(rune('A'+i)), "finance")})
	}
	s := newScene()
	if tally := s.Attainable(people); tally.Words() != "1 more from controllers" {
		t.Errorf("without a controller: missing %q", tally.Words())
	}
	for at := range len(people) + 1 {
		with := slices.Insert(slices.Clone(people), at, Signer{Person: colleague("aiko", "controllers")})
		if tally := s.Attainable(with); !tally.Complete() {
			t.Errorf("a controller at %d: missing %q", at, tally.Words())
		}
	}
}
