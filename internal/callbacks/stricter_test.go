package callbacks

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestCovers(t *testing.T) {
	t.Parallel()
	late, early := &Escalation{After: 0.9, To: []string{"leads"}}, &Escalation{After: 0.5, To: []string{"leads", "heads"}}
	lateToHeads, earlyToLeads := &Escalation{After: 0.9, To: []string{"heads"}}, &Escalation{After: 0.5, To: []string{"leads"}}
	escalating := func(e *Escalation) func(*Terms) { return func(t *Terms) { t.Escalate = e } }
	one := needs("1")
	for name, tt := range map[string]struct {
		one, other  Requirement
		first, back bool // whether one covers the other, and the other one
	}{
		"Same":               {one, one, true, true},
		"More":               {needs("2 a"), needs("1 a"), true, false},
		"NamedGroup":         {needs("1 a"), one, true, false},
		"FewerGroups":        {needs("1 a"), needs("1 a b"), true, false},
		"OtherGroup":         {needs("1 a"), needs("1 b"), false, false},
		"MorePlacesOfOthers": {needs("3 a"), needs("1 b"), false, false},
		"Split":              {needs("1 a", "1 b"), needs("2 a b"), true, false},
		"SplitInQueue":       {needs("1 a", "1 b"), needs("2"), true, false},
		"MovesOver":          {needs("2 a", "1 a b"), needs("1 a", "1 a b"), true, false},
		"Overlap":            {needs("2 a b"), needs("1 a", "1 b"), false, true},
		"Order":              {needs("1 a", "2 b"), needs("2 b", "1 a"), true, true},
		"NoPlaces":           {Requirement{}, one, true, false},
		"Against":            {one, one.with(twoAgainst), true, false},
		"Exclude":            {one.with(excluding), one, true, false},
		"Reason":             {one.with(func(t *Terms) { t.Reason = []Stance{For} }), one, true, false},
		"Age":                {one.with(within8h), one, true, false},
		"ShorterAge":         {one.with(func(t *Terms) { t.GroupsNotOlderThan = time.Hour }), one.with(within8h), true, false},
		"NoEscalation":       {one, one.with(escalating(late)), true, false},
		"LaterEscalation":    {one.with(escalating(late)), one.with(escalating(early)), true, false},
		"EscalationToOthers": {one.with(escalating(late)), one.with(escalating(lateToHeads)), false, false},
		"SameGroupsLater":    {one.with(escalating(late)), one.with(escalating(earlyToLeads)), true, false},
		"TwoWays":            {needs("2").with(twoAgainst), one, false, false},
	} {
		if got := tt.one.Covers(tt.other.Terms); got != tt.first {
			t.Errorf("%s: covers %t", name, got)
		}
		if got := tt.other.Covers(tt.one.Terms); got != tt.back {
			t.Errorf("%s: covered %t", name, got)
		}
	}
}

// TestPlacesCoverIsExact: places cover others if nobody can fill them without filling the others,
// as [Weigh] counts. Whoever is in more groups than needed fills more places, not fewer.
func TestPlacesCoverIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		one, other := Requirement{Terms: Terms{Signatures: drawRequirement(t).Signatures}}, Requirement{Terms: Terms{Signatures: drawRequirement(t).Signatures}}
		if got, want := one.PlacesCover(other.Terms), alwaysMet(one.Terms, other, nil); got != want {
			t.Fatalf("%v covers %v: %t, want %t", one.Signatures, other.Signatures, got, want)
		}
	})
}

// alwaysMet reports whether a requirement is met however the places of terms are filled by people
// who are in one group each.
func alwaysMet(terms Terms, r Requirement, signed []Signature) bool {
	if len(signed) == terms.Places() {
		return Weigh(r, signed).Decided != nil
	}
	from, at := []string(nil), len(signed)
	for _, threshold := range terms.Signatures {
		if from = threshold.From; at < threshold.places() {
			break
		}
		at -= threshold.places()
	}
	if len(from) == 0 {
		from = []string{"nothing else"}
	}
	for _, group := range from {
		s := vote(string(rune('p'+len(signed))), group, signedAt(time.Duration(len(signed))*time.Second))
		s.InQueue = true
		if !alwaysMet(terms, r, append(signed[:len(signed):len(signed)], s)) {
			return false
		}
	}
	return true
}

// TestTightenedCovers: what stood is never loosened, what is stricter is taken as it is, and both
// sides' reasons are asked for.
func TestTightenedCovers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now, stood := drawRequirement(t).Terms, drawRequirement(t).Terms
		got := now.tightened(stood)
		if !got.Covers(stood) {
			t.Fatalf("%+v does not cover what stood: %+v", got, stood)
		}
		if !within(now.Reason, got.Reason) {
			t.Fatalf("%+v asks for fewer reasons than %+v", got, now)
		}
		if now.Covers(stood) && (!got.Covers(now) || !now.Covers(got)) {
			t.Fatalf("%+v is not %+v", got, now)
		}
	})
}
