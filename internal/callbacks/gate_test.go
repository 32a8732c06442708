package callbacks

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// scene is a case of the gate: mara of finance wants to sign a large expense that ines asks for.
type scene struct {
	Gate
	signer   Signer
	proposal Proposal
}

func newScene() *scene {
	requirement := needs("2 finance", "1 controllers").with(excluding)
	requirement.Escalate = &Escalation{After: 0.5, To: []string{"leads"}}
	requirement.Version = "v8"
	return &scene{
		Gate: Gate{
			Callback: &Callback{
				ID: "exp2296", State: Pending, Requirement: requirement, ReceivedAt: t0,
				Clocks:  Clocks{StartedAt: t0, Timeout: 2 * time.Hour},
				Request: Request{Source: "expenses", Queue: "finance", Requester: Requester{Name: "Ines", Email: "ines@example.com"}},
			},
			Queue: Queue{Name: "finance", Groups: []string{"finance", "controllers"}},
			Now:   t0.Add(10 * time.Minute),
		},
		signer:   Signer{Person: colleague("mara", "finance")},
		proposal: approve,
	}
}

// colleague is a reviewer whose groups have just been read.
func colleague(name, groups string) Person {
	return Person{
		ID: "p-" + name, Subject: "u-" + name, Name: name, Email: name + "@example.com", EmailVerified: true,
		Groups: strings.Fields(groups), GroupsReadAt: t0, Roles: Roles{Reviewer: true},
	}
}

// from is a delegation to mara.
func from(p Person) Delegation {
	return Delegation{ID: "d-" + p.Name, From: p, To: "p-mara", Queues: []string{"finance"}, Since: t0, Until: t0.Add(24 * time.Hour)}
}

// signed adds signatures to a scene.
func (s *scene) signed(all ...Signature) {
	for i := range all {
		all[i].At = t0.Add(time.Duration(i) * time.Second)
	}
	s.Signatures = append(s.Signatures, all...)
}

func (s *scene) actsFor(name, groups string, changes ...func(*Delegation)) {
	d := from(colleague(name, groups))
	for _, change := range changes {
		change(&d)
	}
	s.signer.Delegations = append(s.signer.Delegations, d)
}

// through lets mara act for the last of some people, who acts for the one before, and so on.
func (s *scene) through(names ...string) {
	for _, name := range names {
		s.actsFor(name, "finance")
	}
	for i, d := range s.signer.Delegations[1:] {
		s.signer.Delegations[i].To, s.signer.Delegations[i].ToAddress = d.From.ID, d.From.VerifiedAddress()
	}
}

// byAnotherAccount makes a delegation to mara one to another account with her address.
func byAnotherAccount(d *Delegation) { d.To, d.ToAddress = "p-mara2", "mara@example.com" }

// gateRow is a row of the table of the gate.
type gateRow struct {
	name   string
	change func(*scene)
	code   ReasonCode // empty if mara can sign
	behalf string     // whose right she uses
}

var gateRows = []gateRow{
	{"Member", func(*scene) {}, "", ""},
	{"Admin", func(s *scene) { s.signer.Roles = Roles{Admin: true} }, "", ""},
	{"Auditor", func(s *scene) { s.signer.Roles = Roles{Auditor: true} }, CodeRole, ""},
	{"NoRole", func(s *scene) { s.signer.Roles = Roles{} }, CodeRole, ""},
	{"ReviewerAndAuditor", func(s *scene) { s.signer.Roles.Auditor = true }, "", ""},
	{"Decided", func(s *scene) { s.Callback.State = Decided }, CodeNotPending, ""},
	{"TimedOut", func(s *scene) { s.Callback.State = TimedOut }, CodeNotPending, ""},
	{"PastTheTimeout", func(s *scene) { s.Now = t0.Add(3 * time.Hour) }, "", ""},
	{"NotInTheQueue", func(s *scene) { s.Queue.Groups = []string{"controllers"} }, CodeQueue, ""},
	{"AdminNotInTheQueue", func(s *scene) { s.signer.Roles.Admin, s.signer.Groups = true, []string{"ops"} }, CodeQueue, ""},
	{"QueueNotInTheRule", func(s *scene) { s.signer.Groups, s.Queue.Groups = []string{"warehouse"}, []string{"warehouse"} }, CodeGroup, ""},
	{"QueueIsTheRule", func(s *scene) {
		s.Callback.Requirement = OneSignature
		s.signer.Groups, s.Queue.Groups = []string{"warehouse"}, []string{"warehouse"}
	}, "", ""},
	{"NoPlaces", func(s *scene) { s.Callback.Requirement = Requirement{} }, CodeGroup, ""},

	{"Requester", func(s *scene) { s.Callback.Requester.Email = "Mara@example.com" }, CodeRequester, ""},
	{"RequesterAgainst", func(s *scene) { s.Callback.Requester.Email, s.proposal = "mara@example.com", reject }, CodeRequester, ""},
	{"RequesterNotExcluded", func(s *scene) { s.Callback.Requirement.Exclude, s.Callback.Requester.Email = nil, "mara@example.com" }, "", ""},
	{"NobodyAnnounced", func(s *scene) {
		s.Callback.Source, s.Callback.Requester = SourceDiscovery, Requester{}
	}, CodeUnannounced, ""},
	{"ByTemplate", func(s *scene) { s.Callback.Source = SourceDiscovery }, "", ""},
	{"NobodyKnowsWhoAsks", func(s *scene) { s.Callback.Requester.Email = "" }, CodeUnknownRequester, ""},
	{"SaidWhoAsks", func(s *scene) { s.Callback.Requester.StatedBy = "p-mara" }, CodeStated, ""},
	{"SaidWhoAsksAsASubject", func(s *scene) { s.Callback.Requester.StatedBy = "u-mara" }, CodeStated, ""},
	{"SaidWhoAsksByAnotherAccount", func(s *scene) {
		s.Callback.Requester.StatedBy, s.Callback.Requester.StatedByAddress = "p-mara2", "mara@example.com"
	}, CodeStated, ""},
	{"AnotherSaidWhoAsks", func(s *scene) {
		s.Callback.Requester.StatedBy, s.Callback.Requester.StatedByAddress = "p-dana", "dana@example.com"
	}, "", ""},
	{"Unverified", func(s *scene) { s.signer.EmailVerified = false }, CodeUnverified, ""},
	{"UnverifiedNotExcluded", func(s *scene) { s.Callback.Requirement.Exclude, s.signer.EmailVerified = nil, false }, "", ""},

	{"Fresh", func(s *scene) { s.Callback.Requirement.GroupsNotOlderThan = 10 * time.Minute }, "", ""},
	{"Old", func(s *scene) { s.Callback.Requirement.GroupsNotOlderThan = 10*time.Minute - 1 }, CodeGroupsOld, ""},
	{"NeverRead", func(s *scene) {
		s.Callback.Requirement.GroupsNotOlderThan, s.signer.GroupsReadAt = time.Hour, time.Time{}
	}, CodeGroupsOld, ""},
	{"FreshHere", func(s *scene) { s.GroupsMaxAge = 10 * time.Minute }, "", ""},
	{"OldHere", func(s *scene) { s.GroupsMaxAge = 10*time.Minute - 1 }, CodeGroupsOld, ""},
	{"OldForTheRuleOnly", func(s *scene) {
		s.GroupsMaxAge, s.Callback.Requirement.GroupsNotOlderThan = time.Hour, time.Minute
	}, CodeGroupsOld, ""},
	{"OldHereOnly", func(s *scene) {
		s.GroupsMaxAge, s.Callback.Requirement.GroupsNotOlderThan = time.Minute, time.Hour
	}, CodeGroupsOld, ""},
	{"OldAndInNoGroup", func(s *scene) {
		s.Callback.Requirement.GroupsNotOlderThan, s.signer.Groups = time.Minute, nil
	}, CodeGroupsOld, ""},

	{"BeforeTheEscalation", func(s *scene) { s.signer.Groups, s.Now = []string{"leads"}, t0.Add(time.Hour-1) }, CodeQueue, ""},
	{"AtTheEscalation", func(s *scene) { s.signer.Groups, s.Now = []string{"leads"}, t0.Add(time.Hour) }, "", ""},
	{"EscalatedElsewhere", func(s *scene) { s.signer.Groups, s.Now = []string{"ops"}, t0.Add(time.Hour) }, CodeQueue, ""},
	{"NoTimeoutNoEscalation", func(s *scene) {
		s.signer.Groups, s.Callback.Clocks.Timeout, s.Now = []string{"leads"}, 0, t0.Add(time.Hour)
	}, CodeQueue, ""},
	{"EscalationIgnoresHeartbeats", func(s *scene) {
		s.signer.Groups, s.Callback.Clocks.HeartbeatTimeout, s.Now = []string{"leads"}, time.Minute, t0.Add(30*time.Minute)
	}, CodeQueue, ""},
	{"EscalatedRequester", func(s *scene) {
		s.signer.Groups, s.Now, s.Callback.Requester.Email = []string{"leads"}, t0.Add(time.Hour), "mara@example.com"
	}, CodeRequester, ""},
	{"EscalatedFillsAnyPlace", func(s *scene) {
		s.signer.Groups, s.Now = []string{"leads"}, t0.Add(time.Hour)
		s.signed(vote("a", "finance"), vote("b", "finance"))
	}, "", ""},
}

// gateRowsSigned are those in which others have signed, or mara has.
var gateRowsSigned = []gateRow{
	{"OnePlaceLeft", func(s *scene) { s.signed(vote("a", "finance")) }, "", ""},
	{"GroupComplete", func(s *scene) { s.signed(vote("a", "finance"), vote("b", "finance")) }, CodeNoPlace, ""},
	{"GroupCompleteAgainst", func(s *scene) { s.signed(vote("a", "finance"), vote("b", "finance")); s.proposal = reject }, "", ""},
	{"GroupCompleteForAnother", func(s *scene) { s.signed(vote("a", "finance"), vote("b", "finance")); s.proposal = edited }, "", ""},
	{"MakesRoom", func(s *scene) { s.signed(vote("a", "finance controllers"), vote("b", "finance")) }, "", ""},
	{"PlaceOfAWithdrawn", func(s *scene) { s.signed(vote("a", "finance", ended(Withdrawn)), vote("b", "finance")) }, "", ""},
	{"SignedThis", func(s *scene) { s.signed(vote("p-mara", "finance")) }, CodeAlreadySigned, ""},
	{"SignedAnother", func(s *scene) { s.signed(vote("p-mara", "finance", to(edited))) }, "", ""},
	{"OwnPlaceIsFree", func(s *scene) { s.signed(vote("p-mara", "finance", to(edited)), vote("a", "finance")) }, "", ""},
	{"Withdrew", func(s *scene) { s.signed(vote("p-mara", "finance", ended(Withdrawn))) }, "", ""},
	{"AnotherAccount", func(s *scene) { s.signed(vote("p-mara2", "finance", address("mara@example.com"))) }, CodeSamePerson, ""},
	{"AnotherAccountForAnother", func(s *scene) { s.signed(vote("p-mara2", "finance", to(edited), address("mara@example.com"))) }, CodeSamePerson, ""},
	{"AnotherAccountWithdrew", func(s *scene) { s.signed(vote("p-mara2", "finance", ended(Withdrawn), address("mara@example.com"))) }, "", ""},
	{"AnotherSpelling", func(s *scene) {
		s.signer.Email = "Mara <MARA@example.com>"
		s.signed(vote("p-mara2", "finance", address("mara@example.com")))
	}, CodeSamePerson, ""},
	{"AnotherAccountUnverified", func(s *scene) {
		s.Callback.Requirement.Exclude, s.signer.EmailVerified = nil, false
		s.signed(vote("p-mara2", "finance", address("mara@example.com")))
	}, "", ""},
	{"NoAddresses", func(s *scene) {
		s.Callback.Requirement.Exclude, s.signer.EmailVerified = nil, false
		s.signed(vote("a", "finance"))
	}, "", ""},
	{"SignedOften", func(s *scene) { s.signed(again("p-mara", 19)...) }, "", ""},
	{"SignedTooOften", func(s *scene) { s.signed(again("p-mara", 20)...) }, CodeTooOften, ""},
	{"AnotherSignedTooOften", func(s *scene) { s.signed(again("p-dana", 20)...) }, "", ""},
	{"Voided", func(s *scene) { s.signed(vote("p-mara", "finance", ended(Void))) }, "", ""},
}

// again is somebody who signed and withdrew some times.
func again(who string, times int) []Signature {
	return slices.Repeat([]Signature{vote(who, "finance", ended(Withdrawn))}, times)
}

// gateRowsActing are those in which mara acts for others.
var gateRowsActing = []gateRow{
	{"OwnRightFirst", func(s *scene) { s.actsFor("dana", "controllers") }, "", ""},
	{"DelegatorsRight", func(s *scene) { s.signer.Groups = nil; s.actsFor("dana", "controllers") }, "", "dana"},
	{"DelegatorsRightWhereOwnIsFull", func(s *scene) {
		s.signed(vote("a", "finance"), vote("b", "finance"))
		s.actsFor("dana", "controllers")
	}, "", "dana"},
	{"NoRoleOfTheirOwn", func(s *scene) { s.signer.Roles = Roles{}; s.actsFor("dana", "finance") }, "", "dana"},
	{"AuditorActing", func(s *scene) { s.signer.Roles = Roles{Auditor: true}; s.actsFor("dana", "finance") }, CodeRole, ""},
	{"DelegatorWithoutRole", func(s *scene) {
		s.signer.Groups = nil
		s.actsFor("dana", "finance", func(d *Delegation) { d.From.Roles = Roles{} })
	}, CodeQueue, ""},
	{"SecondDelegator", func(s *scene) { s.signer.Groups = nil; s.actsFor("aa", "ops"); s.actsFor("dana", "finance") }, "", "dana"},
	{"ForTheRequester", func(s *scene) { s.actsFor("ines", "finance") }, CodeActsForRequester, ""},
	{"ForTheRequesterElsewhere", func(s *scene) { s.actsFor("ines", "finance", func(d *Delegation) { d.Queues = []string{"ops"} }) }, "", ""},
	{"ForTheRequesterLater", func(s *scene) { s.actsFor("ines", "finance", func(d *Delegation) { d.Since = s.Now.Add(1) }) }, "", ""},
	{"ForTheRequesterUntilNow", func(s *scene) { s.actsFor("ines", "finance", func(d *Delegation) { d.Until = s.Now }) }, CodeActsForRequester, ""},
	{"ForTheRequesterFromNow", func(s *scene) { s.actsFor("ines", "finance", func(d *Delegation) { d.Since = s.Now }) }, CodeActsForRequester, ""},
	{"ForTheRequesterSinceItArrived", func(s *scene) {
		s.actsFor("ines", "finance", func(d *Delegation) { d.Since, d.Until = t0.Add(-time.Hour), t0.Add(1) })
	}, CodeActsForRequester, ""},
	{"ForTheRequesterUntilItArrived", func(s *scene) {
		s.actsFor("ines", "finance", func(d *Delegation) { d.Since, d.Until = t0.Add(-time.Hour), t0 })
	}, "", ""},
	{"ForTheRequesterNever", func(s *scene) {
		s.actsFor("ines", "finance", func(d *Delegation) { d.Since, d.Until = t0.Add(2), t0.Add(1) }) // ended before it began
	}, "", ""},
	{"ForTheRequesterAndAnother", func(s *scene) { s.signer.Groups = nil; s.actsFor("dana", "finance"); s.actsFor("ines", "") }, CodeActsForRequester, "dana"},
	{"ForADelegateOfTheRequester", func(s *scene) { s.through("ines", "dana") }, CodeActsForRequester, ""},
	{"InAChainFromTheRequester", func(s *scene) { s.through("ines", "teo", "rita", "dana") }, CodeActsForRequester, ""},
	{"InACircle", func(s *scene) { s.through("dana", "teo", "rita", "dana") }, "", ""},
	{"InACircleWithTheRequester", func(s *scene) { s.through("dana", "ines", "rita", "dana") }, CodeActsForRequester, ""},
	{"MoreDelegations", func(s *scene) { s.signer.MoreDelegations = true }, CodeActsForExcluded, ""},
	{"MoreDelegationsNotExcluded", func(s *scene) { s.Callback.Requirement.Exclude, s.signer.MoreDelegations = nil, true }, "", ""},
	{"ForADelegateOfTheRequesterByAnotherAccount", func(s *scene) {
		s.through("ines", "dana")
		s.signer.Delegations[0].To = "p-dana2"
	}, CodeActsForRequester, ""},
	{"ForADelegateOfTheRequesterBefore", func(s *scene) {
		s.through("ines", "dana")
		s.signer.Delegations[0].Since, s.signer.Delegations[0].Until = t0.Add(-time.Hour), t0
	}, "", ""},
	{"ForADelegateOfSomebodyElse", func(s *scene) { s.through("teo", "dana") }, "", ""},
	{"TheDelegateOfAnotherIsTheRequesters", func(s *scene) {
		s.through("ines", "dana")
		s.signer.Delegations[0].To, s.signer.Delegations[0].ToAddress = "p-teo", ""
	}, "", ""},
	{"DelegatorsDelegatorGivesNothing", func(s *scene) {
		s.signer.Groups = nil
		s.through("teo", "dana")
		s.signer.Delegations[1].From.Groups = nil
	}, CodeQueue, ""},
	{"ForTheRequesterByAnotherAccount", func(s *scene) { s.actsFor("ines", "finance", byAnotherAccount) }, CodeActsForRequester, ""},
	{"AnotherAccountsDelegationGivesNothing", func(s *scene) {
		s.signer.Groups = nil
		s.actsFor("dana", "finance", byAnotherAccount)
	}, CodeQueue, ""},
	{"RequesterForAnother", func(s *scene) { s.Callback.Requester.Email = "mara@example.com"; s.actsFor("dana", "finance") }, CodeRequester, ""},
	{"ForWhoSaidWhoAsks", func(s *scene) { s.Callback.Requester.StatedBy = "p-dana"; s.actsFor("dana", "finance") }, CodeActsForExcluded, ""},
	{"ForSomebodyUnverified", func(s *scene) { s.actsFor("dana", "finance", func(d *Delegation) { d.From.EmailVerified = false }) }, CodeActsForExcluded, ""},
	{"NotExcluded", func(s *scene) { s.Callback.Requirement.Exclude = nil; s.actsFor("ines", "finance") }, "", ""},
	{"OfAnother", func(s *scene) {
		s.signer.Groups = nil
		s.actsFor("dana", "finance", func(d *Delegation) { d.To = "p-teo" })
	}, CodeQueue, ""},
	{"ToOneself", func(s *scene) { s.signer.Groups = nil; s.actsFor("mara", "finance") }, CodeQueue, ""},
	{"AnotherQueue", func(s *scene) {
		s.signer.Groups = nil
		s.actsFor("dana", "finance", func(d *Delegation) { d.Queues = []string{"ops"} })
	}, CodeQueue, ""},
	{"Begins", func(s *scene) {
		s.signer.Groups = nil
		s.actsFor("dana", "finance", func(d *Delegation) { d.Since = s.Now })
	}, "", "dana"},
	{"Ended", func(s *scene) {
		s.signer.Groups = nil
		s.actsFor("dana", "finance", func(d *Delegation) { d.Until = s.Now })
	}, CodeQueue, ""},
	{"DelegatorSeen30DaysAgo", func(s *scene) {
		s.signer.Groups = nil
		s.actsFor("dana", "finance", func(d *Delegation) { d.From.GroupsReadAt = s.Now.Add(-30 * 24 * time.Hour) })
	}, "", "dana"},
	{"DelegatorAwayTooLong", func(s *scene) {
		s.signer.Groups = nil
		s.actsFor("dana", "finance", func(d *Delegation) { d.From.GroupsReadAt = s.Now.Add(-30*24*time.Hour - 1) })
	}, CodeDelegatorOld, "dana"},
	{"DelegatorsGroupsMayBeOld", func(s *scene) {
		s.signer.Groups, s.Callback.Requirement.GroupsNotOlderThan = nil, time.Hour
		s.actsFor("dana", "finance", func(d *Delegation) { d.From.GroupsReadAt = s.Now.Add(-24 * time.Hour) })
	}, "", "dana"},
	{"DelegatorHasSigned", func(s *scene) {
		s.signer.Groups = nil
		s.actsFor("dana", "finance")
		s.signed(vote("p-dana", "finance"))
	}, CodeNoPlace, "dana"},
	{"DelegatorsOtherAccountHasSigned", func(s *scene) {
		s.signer.Groups = nil
		s.actsFor("dana", "finance")
		s.signed(vote("p-dana2", "finance", address("dana@example.com")))
	}, CodeNoPlace, "dana"},
	{"DelegatorHasSignedAgainst", func(s *scene) {
		s.signer.Groups, s.proposal, s.Callback.Requirement.Against = nil, reject, 2
		s.actsFor("dana", "finance")
		s.signed(vote("p-dana", "finance", to(reject)))
	}, CodeNoPlace, "dana"},
	{"Escalated", func(s *scene) { s.signer.Groups, s.Now = nil, t0.Add(time.Hour); s.actsFor("lea", "leads") }, "", "lea"},
}

// TestGate: what Explain says, MaySign does, and Sign too; a signature that is taken counts.
func TestGate(t *testing.T) {
	t.Parallel()
	for _, row := range slices.Concat(gateRows, gateRowsSigned, gateRowsActing) {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := newScene()
			row.change(s)
			why := s.Explain(s.signer, s.proposal)
			if failed, _ := why.Failed(); failed.Code != row.code || why.Can() != (row.code == "") || why.ActingFor != row.behalf {
				t.Errorf("for %q it says %q: %+v", why.ActingFor, failed.Code, why.Tests)
			}
			checkRefusal(t, s.MaySign(s.signer, s.proposal), row.code)
			signatures, standing, err := s.sign()
			checkRefusal(t, err, row.code)
			if row.code == "" {
				checkCounts(t, s, signatures, standing)
			}
		})
	}
}

// sign gives the signature, whether it decides or not.
func (s *scene) sign() ([]Signature, Standing, error) {
	b := Ballot{Proposal: s.proposal, Comment: "Fine.", Shown: "9f31", Via: ViaWeb}
	signatures, standing, err := s.Sign(s.signer, b)
	if errors.Is(err, ErrStale) {
		b.Sends = true
		return s.Sign(s.signer, b)
	}
	return signatures, standing, err
}

func checkRefusal(t *testing.T, err error, code ReasonCode) {
	t.Helper()
	var refusal *Refusal
	switch {
	case code == "":
		if err != nil {
			t.Errorf("refused: %v", err)
		}
	case code == CodeNotPending:
		if !errors.Is(err, ErrConflict) {
			t.Errorf("got %v, want ErrConflict", err)
		}
	case code == CodeGroupsOld:
		if !errors.Is(err, ErrOldGroups) {
			t.Errorf("got %v, want ErrOldGroups", err)
		}
	case !errors.As(err, &refusal) || refusal.Code != code || refusal.Reason == "":
		t.Errorf("got %#v, want %s", err, code)
	}
}

// checkCounts checks that a signature was added, that it is the only live one of its person, and
// that it counts.
func checkCounts(t interface{ Errorf(string, ...any) }, s *scene, signatures []Signature, standing Standing) {
	given := signatures[len(signatures)-1]
	for _, other := range signatures[:len(signatures)-1] {
		if other.Live() && other.signer().is(given.signer()) {
			t.Errorf("two live signatures of %s", given.By.ID)
		}
	}
	tally := standing.Of(s.proposal)
	if !slices.ContainsFunc(tally.Signed, func(c Counted) bool { return c.By.ID == given.By.ID && c.At.Equal(s.Now) }) {
		t.Errorf("the signature is not in the tally %+v", tally)
	}
	others, _ := end(s.Signatures, SignatureEnd{}, func(other *Signature) bool { return other.By.ID == given.By.ID })
	if before := Weigh(s.Callback.Requirement, others).Of(s.proposal); tally.Has != before.Has+1 {
		t.Errorf("%d counted before, %d after", before.Has, tally.Has)
	}
}
