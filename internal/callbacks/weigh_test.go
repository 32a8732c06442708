package callbacks

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/matching"
)

// The proposals of the tests. The edit is the same outcome with another answer.
var (
	approve = Proposal{Hash: "a1", Outcome: "approve", Kind: Success, Stance: For}
	edited  = Proposal{Hash: "a2", Outcome: "approve", Kind: Success, Stance: For}
	reject  = Proposal{Hash: "r1", Outcome: "reject", Kind: Failure, Stance: Against}
	changes = Proposal{Hash: "c1", Outcome: "changes", Kind: Success, Stance: Against}
)

// twist changes a signature of a test.
type twist func(*Signature)

// vote is a signature for approve by a member of groups. "queue" among them means the queue's
// groups.
func vote(who, groups string, twists ...twist) Signature {
	s := Signature{
		By: Actor{Kind: ActorPerson, ID: who, Name: who}, Groups: strings.Fields(groups),
		GroupsReadAt: t0, NotRequester: true, Proposal: approve,
	}
	s.InQueue = slices.Contains(s.Groups, "queue")
	for _, twist := range twists {
		twist(&s)
	}
	return s
}

func to(p Proposal) twist            { return func(s *Signature) { s.Proposal = p } }
func ended(how Lapse) twist          { return func(s *Signature) { s.End = &SignatureEnd{Lapse: how, At: t0} } }
func signedAt(d time.Duration) twist { return func(s *Signature) { s.At = t0.Add(d) } }
func mayBeRequester(s *Signature)    { s.NotRequester = false }
func escalated(s *Signature)         { s.Escalated = true }

// actingFor makes a signature that rests on the groups of somebody else.
func actingFor(who, groups string) twist {
	return func(s *Signature) {
		s.ActingFor = &Delegator{ID: who, Name: who, Groups: strings.Fields(groups), ReadAt: t0}
		s.InQueue = slices.Contains(s.ActingFor.Groups, "queue")
	}
}

// address is the verified one of the person whose right a signature uses.
func address(verified string) twist {
	return func(s *Signature) {
		if s.ActingFor != nil {
			s.ActingFor.Address = verified
		} else {
			s.Address = verified
		}
	}
}

// groupsRead makes the groups that a signature rests on older or younger.
func groupsRead(ago time.Duration) twist {
	return func(s *Signature) {
		s.GroupsReadAt = s.At.Add(-ago)
		if s.ActingFor != nil {
			s.ActingFor.ReadAt = s.At.Add(-ago)
		}
	}
}

// needs makes a requirement from thresholds: "2 finance", "1 controllers audit", "1" of the queue.
func needs(thresholds ...string) Requirement {
	r := Requirement{Rule: "rule"}
	for _, text := range thresholds {
		fields := strings.Fields(text)
		r.Signatures = append(r.Signatures, Threshold{From: fields[1:], For: int(fields[0][0] - '0')})
	}
	return r
}

func (r Requirement) with(change func(*Terms)) Requirement {
	change(&r.Terms)
	return r
}

func excluding(t *Terms)  { t.Exclude = []Exclusion{ExcludeRequester} }
func twoAgainst(t *Terms) { t.Against = 2 }
func toLeads(t *Terms)    { t.Escalate = &Escalation{After: 0.5, To: []string{"leads"}} }
func within8h(t *Terms)   { t.GroupsNotOlderThan = 8 * time.Hour }

// inShort is a standing as the tables write it: the outcome and whose signatures it rests on, or
// what is missing.
func (s Standing) inShort() string {
	if s.Decided == nil {
		leading := s.Leading()
		return "needs " + leading.Words()
	}
	var who []string
	for _, counted := range s.Decided.Signed {
		if counted.Threshold != matching.Unplaced || s.Decided.Stance == Against {
			who = append(who, counted.By.ID)
		}
	}
	return s.Decided.Hash + " by " + strings.Join(who, " ")
}

// weighing is a row of a table of Weigh.
type weighing struct {
	name       string
	r          Requirement
	signatures []Signature
	want       string
}

func testWeigh(t *testing.T, rows []weighing) {
	t.Helper()
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			for i := range row.signatures {
				if s := &row.signatures[i]; s.At.IsZero() {
					s.At = t0.Add(time.Duration(i) * time.Minute)
				}
			}
			if got := Weigh(row.r, row.signatures).inShort(); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

// large is the rule of the design: two of finance and one of the controllers, never the requester.
var large = needs("2 finance", "1 controllers").with(excluding)

func TestWeighCounts(t *testing.T) {
	t.Parallel()
	priya, dana, aiko := vote("priya", "finance"), vote("dana", "finance"), vote("aiko", "controllers")
	testWeigh(t, []weighing{
		{"OneOfTheQueue", OneSignature, []Signature{vote("mara", "queue")}, "a1 by mara"},
		{"NobodyOfTheQueue", OneSignature, nil, "needs 1 signature"},
		{"StrangerToTheQueue", OneSignature, []Signature{vote("mara", "finance")}, "needs 1 signature"},
		{"NobodyYet", large, nil, "needs 2 from finance and 1 from controllers"},
		{"First", large, []Signature{priya}, "needs 1 more from finance and 1 more from controllers"},
		{"OneGroupComplete", large, []Signature{priya, dana}, "needs 1 more from controllers"},
		{"OtherGroupComplete", large, []Signature{aiko}, "needs 2 more from finance"},
		{"OneMissing", large, []Signature{aiko, priya}, "needs 1 more from finance"},
		{"All", large, []Signature{priya, dana, aiko}, "a1 by priya dana aiko"},
		{"TooManyOfOneGroup", large, []Signature{priya, dana, vote("mara", "finance")}, "needs 1 more from controllers"},
		{"OneTooMany", large, []Signature{priya, dana, vote("mara", "finance"), aiko}, "a1 by priya dana aiko"},
		{"SeveralOfTheQueue", needs("3"), []Signature{vote("a", "queue"), vote("b", "queue")}, "needs 1 more signature"},
		{"TwoOfTheQueueMissing", needs("3"), []Signature{vote("a", "queue")}, "needs 2 more signatures"},
		{"QueueAndGroup", needs("1", "1 controllers"), []Signature{vote("a", "queue")}, "needs 1 more from controllers"},
		{"EitherGroup", needs("1 finance controllers"), nil, "needs 1 from finance or controllers"},
		{"EitherGroupSigned", needs("1 finance controllers"), []Signature{aiko}, "a1 by aiko"},
		{"WrongGroup", large, []Signature{vote("teo", "warehouse")}, "needs 2 from finance and 1 from controllers"},
		{"NoGroup", large, []Signature{vote("teo", "")}, "needs 2 from finance and 1 from controllers"},
		{"EmptyGroup", needs("1 nobody"), []Signature{priya, dana, aiko}, "needs 1 from nobody"},
		{"NoPlaces", Requirement{}, []Signature{vote("mara", "queue")}, "needs "},
		{"NoPlacesAgainst", Requirement{}, []Signature{vote("mara", "queue", to(reject))}, "needs "},
		{"ThresholdOfNone", needs("0 finance"), nil, "needs 1 from finance"},
		{"ThresholdOfNoneSigned", needs("0 finance"), []Signature{priya}, "a1 by priya"},
	})
}

func TestWeighMatches(t *testing.T) {
	t.Parallel()
	both := func(who string, twists ...twist) Signature { return vote(who, "finance controllers", twists...) }
	one := needs("1 finance", "1 controllers")
	testWeigh(t, []weighing{
		{"OnePersonOnePlace", one, []Signature{both("ada")}, "needs 1 more from controllers or finance"},
		{"TwoInBoth", one, []Signature{both("ada"), both("bo")}, "a1 by ada bo"},
		{"MovesOver", one, []Signature{both("ada"), vote("bo", "finance")}, "a1 by ada bo"},
		{"MovesOverTheOtherWay", one, []Signature{both("ada"), vote("bo", "controllers")}, "a1 by ada bo"},
		{"MovesOverInAChain", needs("1 a", "1 b", "1 c"), []Signature{vote("x", "a b"), vote("y", "b c"), vote("z", "a")}, "a1 by x y z"},
		{"BothAmongLarge", large, []Signature{both("ada"), vote("bo", "finance"), vote("cy", "finance")}, "a1 by ada bo cy"},
		{"OneMissingAnyGroup", large, []Signature{both("ada"), vote("bo", "finance")}, "needs 1 more from controllers or finance"},
		{"TwoMissingOwnGroups", large, []Signature{both("ada")}, "needs 1 more from finance and 1 more from controllers"},
		{"MovesOverFromTheQueue", needs("1", "1 controllers"), []Signature{vote("ada", "queue controllers")}, "needs 1 more signature"},
		{"EachGroupOnce", needs("1 a b", "1 b c"), []Signature{vote("ada", "a b c")}, "needs 1 more from b or c or a"},
		{"NobodyCanMove", one, []Signature{vote("ada", "finance")}, "needs 1 more from controllers"},
		{"ThreeForTwoPlaces", one, []Signature{vote("a", "finance"), vote("b", "finance"), vote("c", "finance")}, "needs 1 more from controllers"},
	})
}

func TestWeighProposals(t *testing.T) {
	t.Parallel()
	two := needs("2 finance")
	f := func(who string, twists ...twist) Signature { return vote(who, "finance", twists...) }
	testWeigh(t, []weighing{
		{"OtherProposal", two, []Signature{f("a"), f("b", to(edited))}, "needs 1 more from finance"},
		{"OtherProposalDecides", two, []Signature{f("a"), f("b", to(edited)), f("c", to(edited))}, "a2 by b c"},
		{"Against", two, []Signature{f("a", to(reject))}, "r1 by a"},
		{"AgainstDoesNotFill", two, []Signature{f("a", to(reject)), f("b")}, "r1 by a"},
		{"AgainstByAnotherGroup", large, []Signature{vote("aiko", "controllers", to(reject))}, "r1 by aiko"},
		{"AgainstByAStranger", large, []Signature{vote("teo", "warehouse", to(reject))}, "needs 2 from finance and 1 from controllers"},
		{"AgainstInTheSameInstant", two, []Signature{f("a"), f("b", signedAt(time.Hour)), f("c", to(reject), signedAt(time.Hour))}, "r1 by c"},
		{"AgainstAfterTheQuorum", two, []Signature{f("a"), f("b"), f("c", to(reject), signedAt(time.Hour))}, "r1 by c"},
		{"FirstOfTwo", two.with(twoAgainst), []Signature{f("a", to(reject))}, "needs 2 from finance"},
		{"TwoOfTwo", two.with(twoAgainst), []Signature{f("a", to(reject)), f("b", to(reject))}, "r1 by a b"},
		{"AgainstDoesNotAddUp", two.with(twoAgainst), []Signature{f("a", to(reject)), f("b", to(changes))}, "needs 2 from finance"},
		{"OnlyOneAgainst", two.with(twoAgainst), []Signature{f("a"), f("b"), f("c", to(reject))}, "a1 by a b"},
		{"OneHashTwoStances", two, []Signature{f("a"), f("b", to(Proposal{Hash: "a1", Outcome: "approve", Kind: Success, Stance: Against}))}, "a1 by b"},
		{"TwoQuorums", needs("1 finance"), []Signature{f("a", signedAt(time.Hour)), f("b", to(edited), signedAt(time.Minute))}, "a2 by b"},
		{"TwoQuorumsAtOnce", needs("1 finance"), []Signature{f("b", to(edited), signedAt(0)), f("a", signedAt(0))}, "a1 by a"},
		{"LeadingIsForTheRequest", two.with(twoAgainst), []Signature{f("a", to(reject)), f("b")}, "needs 1 more from finance"},
	})
}

func TestWeighWhatCounts(t *testing.T) {
	t.Parallel()
	two := needs("2 finance")
	f := func(who string, twists ...twist) Signature { return vote(who, "finance", twists...) }
	const half, nobody = "needs 1 more from finance", "needs 2 from finance"
	month := 30 * 24 * time.Hour
	testWeigh(t, []weighing{
		{"Withdrawn", two, []Signature{f("a"), f("b", ended(Withdrawn))}, half},
		{"Replaced", two, []Signature{f("a", ended(Replaced)), f("a", to(edited)), f("b")}, half},
		{"Void", two, []Signature{f("a", ended(Void)), f("b", ended(Void))}, nobody},
		{"WithdrawnAndGivenAgain", two, []Signature{f("a", ended(Withdrawn)), f("b"), f("a")}, "a1 by b a"},
		{"WithdrawnVeto", two, []Signature{f("a"), f("c", to(reject), ended(Withdrawn)), f("b")}, "a1 by a b"},
		{"TwiceByOne", two, []Signature{f("a"), f("a")}, half},
		{"TwoMindsOfOne", needs("1 finance"), []Signature{f("a"), f("a", to(edited))}, "a2 by a"},
		{"Requester", large, []Signature{f("ines", mayBeRequester)}, "needs 2 from finance and 1 from controllers"},
		{"RequesterAgainst", large, []Signature{f("ines", mayBeRequester, to(reject))}, "needs 2 from finance and 1 from controllers"},
		{"RequesterNotExcluded", two, []Signature{f("ines", mayBeRequester), f("b")}, "a1 by ines b"},
		{"ForRequester", large, []Signature{vote("tom", "", actingFor("ines", "finance"), mayBeRequester)}, "needs 2 from finance and 1 from controllers"},
		{"UnknownExclusion", two.with(func(t *Terms) { t.Exclude = []Exclusion{"team"} }), []Signature{f("ines", mayBeRequester), f("b")}, half},
		{"ForSomebody", two, []Signature{vote("tom", "", actingFor("mara", "finance")), f("b")}, "a1 by tom b"},
		{"OwnGroupsDoNotMatter", two, []Signature{vote("tom", "finance", actingFor("mara", "warehouse")), f("b")}, half},
		{"ForSomebodyAndThemselves", two, []Signature{vote("tom", "", actingFor("mara", "finance")), f("mara")}, half},
		{"TwoForOne", two, []Signature{vote("tom", "", actingFor("mara", "finance")), vote("uma", "", actingFor("mara", "finance"))}, half},
		{"OneRightTwoGroups", needs("1 finance", "1 controllers"), []Signature{vote("tom", "", actingFor("mara", "controllers")), f("mara")}, "needs 1 more from controllers or finance"},
		{"OneRightTheOneThatFits", needs("1 finance", "1 controllers"), []Signature{vote("tom", "", actingFor("mara", "controllers")), f("mara"), vote("aiko", "controllers")}, "a1 by mara aiko"},
		{"OneRightAgainst", two.with(twoAgainst), []Signature{vote("tom", "", actingFor("mara", "finance"), to(reject)), f("mara", to(reject))}, nobody},
		{"TwoAccounts", two, []Signature{f("a", address("a@x")), f("a2", address("a@x"))}, half},
		{"TwoAccountsAndAnother", two, []Signature{f("a", address("a@x")), f("a2", address("a@x")), f("b", address("b@x"))}, "a1 by a b"},
		{"TwoAccountsAgainst", two.with(twoAgainst), []Signature{f("a", address("a@x"), to(reject)), f("a2", address("a@x"), to(reject))}, nobody},
		{"ForAnotherAccount", two, []Signature{f("a", address("a@x")), vote("tom", "", actingFor("a2", "finance"), address("a@x"))}, half},
		{"OneAccountTwoAddresses", two, []Signature{f("a", address("a@x")), vote("tom", "", actingFor("a", "finance"), address("a@y"))}, half},
		{"NoAddresses", two, []Signature{f("a"), f("b")}, "a1 by a b"},
		{"QueueOfTheDelegator", OneSignature, []Signature{vote("tom", "", actingFor("mara", "queue"))}, "a1 by tom"},
		{"Fresh", two.with(within8h), []Signature{f("a", signedAt(0), groupsRead(8*time.Hour)), f("b", signedAt(0))}, "a1 by a b"},
		{"Old", two.with(within8h), []Signature{f("a", signedAt(0), groupsRead(8*time.Hour+1)), f("b", signedAt(0))}, half},
		{"OldNoLimit", two, []Signature{f("a", signedAt(0), groupsRead(999*time.Hour)), f("b", signedAt(0))}, "a1 by a b"},
		{"DelegatorSeenLately", needs("1 finance"), []Signature{vote("tom", "", signedAt(0), actingFor("mara", "finance"), groupsRead(month))}, "a1 by tom"},
		{"DelegatorLongAway", needs("1 finance"), []Signature{vote("tom", "", signedAt(0), actingFor("mara", "finance"), groupsRead(month+1))}, "needs 1 from finance"},
		{"Escalated", large.with(toLeads), []Signature{f("a"), f("b"), vote("lea", "leads", escalated)}, "a1 by a b lea"},
		{"NotYetEscalated", large.with(toLeads), []Signature{f("a"), f("b"), vote("lea", "leads")}, "needs 1 more from controllers"},
		{"EscalatedOnePlace", large.with(toLeads), []Signature{vote("lea", "leads", escalated)}, "needs 1 more from finance and 1 more from controllers"},
		{"EscalatedAgainst", large.with(toLeads), []Signature{vote("lea", "leads", escalated, to(reject))}, "r1 by lea"},
		{"EscalatedRequester", large.with(toLeads), []Signature{f("a"), f("b"), vote("ines", "leads", escalated, mayBeRequester)}, "needs 1 more from controllers"},
		{"EscalatedByAnotherRule", large, []Signature{f("a"), f("b"), vote("lea", "leads", escalated)}, "needs 1 more from controllers"},
		{"EscalatedByAnotherRuleAgainst", large, []Signature{vote("lea", "leads", escalated, to(reject))}, "needs 2 from finance and 1 from controllers"},
		{"EscalatedToOthers", large.with(toLeads), []Signature{f("a"), f("b"), vote("hal", "heads", escalated)}, "needs 1 more from controllers"},
		{"EscalatedToTheDelegator", large.with(toLeads), []Signature{f("a"), f("b"), vote("tom", "", actingFor("lea", "leads"), escalated)}, "a1 by a b tom"},
		{"EscalatedToTheDelegate", large.with(toLeads), []Signature{f("a"), f("b"), vote("tom", "leads", actingFor("mara", "ops"), escalated)}, "needs 1 more from controllers"},
	})
}

// TestTally: pages show each place with its signature, and what was kept without being needed.
func TestTally(t *testing.T) {
	t.Parallel()
	given := []Signature{
		vote("aiko", "controllers", signedAt(3)), vote("priya", "finance", signedAt(1)), vote("dana", "finance", signedAt(2)), vote("mara", "finance", signedAt(4)),
		vote("tomasz", "controllers", to(edited), signedAt(5)),
	}
	standing := Weigh(large, given)
	tally := standing.Of(approve)
	if !slices.Equal(tally.Filled, []int{2, 1}) || tally.Has != 3 || tally.Needs != 3 || !tally.Complete() {
		t.Errorf("got %+v", tally)
	}
	var places []string
	for _, s := range tally.Signed {
		places = append(places, s.By.ID+cmp.Or(map[int]string{0: " finance", 1: " controllers"}[s.Threshold], " not needed"))
	}
	if got := strings.Join(places, ", "); got != "priya finance, dana finance, aiko controllers, mara not needed" {
		t.Errorf("got %s", got)
	}
	if other := standing.Of(edited); other.Has != 1 || other.Words() != "2 more from finance" || other.Complete() {
		t.Errorf("the edit has %+v", other)
	}
	if none := standing.Of(changes); none.Has != 0 || none.Needs != 1 || none.Words() != "1 against" || none.Complete() {
		t.Errorf("changes have %+v", none)
	}
	if empty := Weigh(Requirement{}, given).Of(approve); empty.Complete() {
		t.Errorf("without places %+v is complete", empty)
	}
	if len(standing.Tallies) != 2 || standing.Tallies[0].Proposal != approve {
		t.Errorf("got %+v", standing.Tallies)
	}
}

// TestWeighTakesTheLast: should a person ever have two live signatures, the later one counts, in
// whatever order they come.
func TestWeighTakesTheLast(t *testing.T) {
	t.Parallel()
	earlier, later := vote("a", "finance", to(edited), signedAt(time.Second)), vote("a", "finance", signedAt(time.Minute))
	for _, signatures := range [][]Signature{{earlier, later}, {later, earlier}} {
		standing := Weigh(needs("1 finance"), signatures)
		if len(standing.Tallies) != 1 || !standing.decides(approve) {
			t.Errorf("got %+v", standing)
		}
	}
}
