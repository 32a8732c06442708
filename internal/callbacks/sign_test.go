package callbacks

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

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

// TestFreshUntil: the shorter limit counts; without any, groups never grow too old.
func TestFreshUntil(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ rule, here, want time.Duration }{{0, 0, 0}, {time.Hour, 0, time.Hour}, {0, time.Hour, time.Hour}, {2, 1, 1}, {1, 2, 1}} {
		s, want := newScene(), time.Time{}
		s.Callback.Requirement.GroupsNotOlderThan, s.GroupsMaxAge = tt.rule, tt.here
		if tt.want > 0 {
			want = t0.Add(tt.want)
		}
		if got := s.FreshUntil(s.signer.Person); !got.Equal(want) {
			t.Errorf("%+v: got %v, want %v", tt, got, want)
		}
	}
}

// TestSigners: those that a decision rests on are those that fill a place, and the last one's;
// against a request, all who signed that.
func TestSigners(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		proposal Proposal
		given    []Signature
		want     string
	}{
		"For":       {approve, []Signature{vote("a", "finance"), vote("b", "controllers"), vote("c", "finance", to(edited))}, "a b p-mara"},
		"NotNeeded": {approve, []Signature{vote("a", "controllers"), vote("b", "controllers")}, "a p-mara"},
		"Replaces":  {approve, []Signature{vote("p-mara", "finance", to(edited)), vote("a", "finance")}, "a p-mara"},
		"Against":   {reject, []Signature{vote("a", "finance", to(reject)), vote("b", "finance")}, "a p-mara"},
	} {
		s := newScene()
		s.Callback.Requirement.Against = 2
		s.signed(tt.given...)
		all := s.signers(s.signer, tt.proposal, "Fine.", s.Now)
		var who []string
		for _, given := range all {
			who = append(who, given.By.ID)
		}
		if got := strings.Join(who, " "); got != tt.want || all[len(all)-1].Comment != "Fine." {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

// TestSignerUntil: delegations that were looked up before the transaction end as it finds them, and
// only those to the signer may give a right.
func TestSignerUntil(t *testing.T) {
	t.Parallel()
	s := newScene()
	s.through("ines", "dana")
	s.actsFor("teo", "finance")
	if ids := s.signer.DelegationIDs(); !slices.Equal(ids, []string{"d-dana", "d-teo"}) {
		t.Errorf("those to mara are %v", ids)
	}
	until := s.signer.Until(map[string]time.Time{"d-dana": t0})
	for i, want := range []time.Time{t0.Add(24 * time.Hour), t0, t0.Add(24 * time.Hour)} {
		if got := until.Delegations[i].Until; !got.Equal(want) {
			t.Errorf("that from %s ends at %v, want %v", until.Delegations[i].From.Name, got, want)
		}
	}
	if got := s.signer.Delegations[1].Until; !got.Equal(t0.Add(24 * time.Hour)) {
		t.Error("the signer's own delegations were changed")
	}
}

// TestActs: who acts for somebody in any queue now.
func TestActs(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*Delegation)
		want   bool
	}{
		"Now":       {func(*Delegation) {}, true},
		"Over":      {func(d *Delegation) { d.Until = t0 }, false},
		"NotYet":    {func(d *Delegation) { d.Since = t0.Add(time.Hour) }, false},
		"ToAnother": {func(d *Delegation) { d.To = "p-dana" }, false},
		"NoQueue":   {func(d *Delegation) { d.Queues = nil }, false},
	} {
		s := newScene()
		s.actsFor("dana", "finance", tt.change)
		if got := s.signer.Acts(s.Now); got != tt.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// TestRequesterStatedVoids: signatures are void once somebody says who asks, and stay if nobody
// may.
func TestRequesterStatedVoids(t *testing.T) {
	t.Parallel()
	for state, void := range map[State]bool{Pending: true, Decided: false} {
		c := Case{Callback: Callback{State: state, Requirement: needs("2")}, Signatures: []Signature{vote("mara", "queue")}}
		err := c.RequesterStated(Requester{ID: "u-1"}, "Her ticket.", ReviewLimits{}, t0, ops)
		if (err == nil) != void || c.Signatures[0].Live() == void || len(c.Audit) > 0 != void {
			t.Errorf("%s: %v, signed %+v, on record %+v", state, err, c.Signatures, c.Audit)
		}
	}
}

// TestComments: an outcome takes a comment by its own rule, and needs one where the terms say so.
func TestComments(t *testing.T) {
	t.Parallel()
	outcome := func(rule CommentRule) Outcome { return Outcome{Name: "ok", Label: "OK", Comment: rule, Stated: For} }
	for name, tt := range map[string]struct {
		own   CommentRule
		terms []Stance
		needs bool
		keeps string
	}{
		"None":           {CommentNone, nil, false, ""},
		"Optional":       {CommentOptional, nil, false, "Fine."},
		"Required":       {CommentRequired, nil, true, "Fine."},
		"NoneNeeded":     {CommentNone, []Stance{For}, true, "Fine."},
		"OptionalNeeded": {CommentOptional, []Stance{Against, For}, true, "Fine."},
		"OtherStance":    {CommentOptional, []Stance{Against}, false, "Fine."},
	} {
		terms, o := Terms{Reason: tt.terms}, outcome(tt.own)
		if err := terms.CheckComment(o, " "); err != nil != tt.needs {
			t.Errorf("%s: without a comment: %v", name, err)
		}
		if err := terms.CheckComment(o, "Fine."); err != nil {
			t.Errorf("%s: with a comment: %v", name, err)
		}
		if got := terms.KeptComment(o, Choice{Comment: " Fine. "}); got != tt.keeps {
			t.Errorf("%s: keeps %q", name, got)
		}
	}
}

// TestSees: a request is seen by those of its queue, and by those to whom it was escalated and who
// may sign. One that ended before it was due to escalate does not escalate any more.
func TestSees(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		groups  string
		after   time.Duration
		change  func(*scene)
		want    bool
		audient bool
	}{
		"Queue":       {"finance", 0, func(*scene) {}, true, false},
		"Stranger":    {"ops", time.Hour, func(*scene) {}, false, false},
		"NotYet":      {"leads", time.Hour - 1, func(*scene) {}, false, true},
		"Escalated":   {"leads", time.Hour, func(*scene) {}, true, true},
		"WithoutRole": {"leads", time.Hour, func(s *scene) { s.signer.Roles = Roles{} }, false, false},
		"EndedBefore": {"leads", time.Hour, func(s *scene) { s.Callback.Ending = &Ending{At: t0.Add(time.Hour - 1)} }, false, true},
		"EndedAfter":  {"leads", 2 * time.Hour, func(s *scene) { s.Callback.Ending = &Ending{At: t0.Add(time.Hour)} }, true, true},
	} {
		s := newScene()
		s.signer.Groups = strings.Fields(tt.groups)
		tt.change(s)
		if got := (Queues{"finance": s.Queue}).Sees(s.signer, s.Callback, t0.Add(tt.after)); got != tt.want {
			t.Errorf("%s: %t", name, got)
		}
		if got := s.signer.InAudience(s.Callback.Requirement.Escalate.Audience()); got != tt.audient {
			t.Errorf("%s: in the audience: %t", name, got)
		}
	}
	if s := newScene(); s.signer.InAudience("") || s.signer.InAudience(`["finance", 1]`) {
		t.Error("mara is in an audience that is none")
	}
}
