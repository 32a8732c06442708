package callbacks

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// inShort is an explanation as the tests write it.
func (e Explanation) inShort() string {
	var b strings.Builder
	if e.ActingFor != "" {
		fmt.Fprintf(&b, "for %s\n", e.ActingFor)
	}
	for _, t := range e.Tests {
		fmt.Fprintf(&b, "%s %s: %s (%s) %s\n", t.Result, t.Code, t.Text, t.Value, t.Reason)
	}
	return b.String()
}

// TestExplain: each test with what it looked at; the one that failed with the way out.
// explanations are what the gate says of its tests, in scenes with a change.
var explanations = map[string]struct {
	change func(*scene)
	want   string
}{
	"Can": {func(s *scene) { s.signed(vote("priya", "finance")) }, `
passed not_pending: The request waits for signatures (110 min left)
passed role: You have a role that signs ()
passed queue: You may see the request (finance)
passed group: You are in a group that the rule asks for (finance)
passed requester: You neither are nor act for the requester (Ines)
passed already_signed: You have not signed this already ()
passed no_place: A signature that you can give is missing (1 of 3)
`},
	"GroupComplete": {func(s *scene) { s.signed(vote("priya", "finance"), vote("dana", "finance")) }, `
passed not_pending: The request waits for signatures (110 min left)
passed role: You have a role that signs ()
passed queue: You may see the request (finance)
passed group: You are in a group that the rule asks for (finance)
passed requester: You neither are nor act for the requester (Ines)
passed already_signed: You have not signed this already ()
failed no_place: A signature that you can give is missing (2 of 3) Every place that you can fill is taken. Missing: 1 more from controllers.
`},
	"NothingMissing": {func(s *scene) {
		s.Callback.Requirement = needs("1 finance")
		s.signed(vote("priya", "finance"))
	}, `
passed not_pending: The request waits for signatures (110 min left)
passed role: You have a role that signs ()
passed queue: You may see the request (finance)
passed group: You are in a group that the rule asks for (finance)
passed already_signed: You have not signed this already ()
failed no_place: A signature that you can give is missing (1 of 1) Every place that you can fill is taken.
`},
	"NotInTheQueue": {func(s *scene) {
		s.Callback.Requirement = OneSignature
		s.signer.Groups = []string{"warehouse"}
	}, `
passed not_pending: The request waits for signatures (110 min left)
passed role: You have a role that signs ()
failed queue: You may see the request (finance) Only members of the groups of queue finance decide here.
failed group: You are in a group that the rule asks for (controllers, finance) The rule of this request asks for members of other groups: controllers, finance.
passed already_signed: You have not signed this already ()
untested no_place: A signature that you can give is missing ()
`},
	"QueueOrGroup": {func(s *scene) {
		s.Callback.Requirement = needs("1 leads finance", "1")
		s.signer.Groups = []string{"warehouse"}
	}, `
passed not_pending: The request waits for signatures (110 min left)
passed role: You have a role that signs ()
failed queue: You may see the request (finance) Only members of the groups of queue finance decide here.
failed group: You are in a group that the rule asks for (controllers, finance, leads) The rule of this request asks for members of other groups: controllers, finance, leads.
passed already_signed: You have not signed this already ()
untested no_place: A signature that you can give is missing ()
`},
	"NoPlaces": {func(s *scene) { s.Callback.Requirement = Requirement{} }, `
passed not_pending: The request waits for signatures (110 min left)
passed role: You have a role that signs ()
passed queue: You may see the request (finance)
failed group: You are in a group that the rule asks for () Nobody is in a group that the rule of this request asks for.
passed already_signed: You have not signed this already ()
untested no_place: A signature that you can give is missing ()
`},
	"DelegateOfTheRequester": {func(s *scene) { s.actsFor("Ines", "finance") }, `
passed not_pending: The request waits for signatures (110 min left)
passed role: You have a role that signs ()
passed queue: You may see the request (finance)
passed group: You are in a group that the rule asks for (finance)
failed acts_for_requester: You neither are nor act for the requester (Ines) You act for Ines, who made this request. A delegate counts as the requester, so someone else must sign it.
passed already_signed: You have not signed this already ()
untested no_place: A signature that you can give is missing ()
`},
	"DelegateOfTheRequesterBefore": {func(s *scene) { s.actsFor("Ines", "finance", func(d *Delegation) { d.Until = s.Now }) }, `
passed not_pending: The request waits for signatures (110 min left)
passed role: You have a role that signs ()
passed queue: You may see the request (finance)
passed group: You are in a group that the rule asks for (finance)
failed acts_for_requester: You neither are nor act for the requester (Ines) Since this request arrived, you have acted for Ines, who made this request. A delegate counts as the requester, so someone else must sign it.
passed already_signed: You have not signed this already ()
untested no_place: A signature that you can give is missing ()
`},
	"DelegateOfADelegate": {func(s *scene) { s.through("Ines", "dana") }, `
passed not_pending: The request waits for signatures (110 min left)
passed role: You have a role that signs ()
passed queue: You may see the request (finance)
passed group: You are in a group that the rule asks for (finance)
failed acts_for_requester: You neither are nor act for the requester (Ines) You act for dana, who counts as the requester by another delegation, and so do you. Someone else must sign it.
passed already_signed: You have not signed this already ()
untested no_place: A signature that you can give is missing ()
`},
	"Late": {func(s *scene) { s.Now = t0.Add(2 * time.Hour) }, `
passed not_pending: The request waits for signatures (late: it counts until the desk knows how the request ended)
passed role: You have a role that signs ()
passed queue: You may see the request (finance)
passed group: You are in a group that the rule asks for (finance)
passed requester: You neither are nor act for the requester (Ines)
passed already_signed: You have not signed this already ()
passed no_place: A signature that you can give is missing (0 of 3)
`},
	"GroupsNotKnown": {func(s *scene) {
		s.Callback.Requirement.GroupsNotOlderThan, s.Now = 8*time.Hour, t0.Add(9*time.Hour)
		s.Callback.Clocks.Timeout = 72 * time.Hour
	}, `
passed not_pending: The request waits for signatures (63 h left)
passed role: You have a role that signs ()
unknown groups_old: Your groups are fresh enough (read 9 h ago) Your groups were read 9 h ago, and a signature here needs groups read within 8 h. Sign in again.
untested queue: You may see the request ()
untested group: You are in a group that the rule asks for ()
passed requester: You neither are nor act for the requester (Ines)
passed already_signed: You have not signed this already ()
untested no_place: A signature that you can give is missing ()
`},
	"RightUsed": {func(s *scene) {
		s.signer.Groups = nil
		s.actsFor("dana", "finance")
		s.signed(vote("p-dana", "finance"))
	}, `for dana
passed not_pending: The request waits for signatures (110 min left)
passed role: You have a role that signs ()
passed queue: You may see the request (finance)
passed group: You are in a group that the rule asks for (finance)
passed requester: You neither are nor act for the requester (Ines)
passed delegator_groups_old: The groups of the person you act for are known (read 10 min ago)
passed already_signed: You have not signed this already ()
failed no_place: A signature that you can give is missing (1 of 3) Somebody has signed in the right of dana already. One person fills one place.
`},
	"Acting": {func(s *scene) {
		s.signer.Groups, s.Callback.Requirement.Exclude, s.Callback.Clocks.Timeout = nil, nil, 0
		s.actsFor("dana", "finance", func(d *Delegation) { d.From.GroupsReadAt = s.Now.Add(-72 * time.Hour) })
	}, `for dana
passed not_pending: The request waits for signatures (no timeout)
passed role: You have a role that signs ()
passed queue: You may see the request (finance)
passed group: You are in a group that the rule asks for (finance)
passed delegator_groups_old: The groups of the person you act for are known (read 3 days ago)
passed already_signed: You have not signed this already ()
passed no_place: A signature that you can give is missing (0 of 3)
`},
}

func TestExplain(t *testing.T) {
	t.Parallel()
	for name, tt := range explanations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene()
			tt.change(s)
			why := s.Explain(s.signer, s.proposal)
			if diff := cmp.Diff(strings.TrimPrefix(tt.want, "\n"), strings.ReplaceAll(why.inShort(), " \n", "\n")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestSignedCodes: of all codes, these are of signatures that are there already.
func TestSignedCodes(t *testing.T) {
	t.Parallel()
	for _, test := range checks {
		want := test.code == CodeAlreadySigned || test.code == CodeSamePerson || test.code == CodeNoPlace
		if test.code.Signed() != want {
			t.Errorf("%s: %t", test.code, !want)
		}
	}
}

// TestApproximately: durations in the words of the tests.
func TestApproximately(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		-time.Second: "0 s", 59 * time.Second: "59 s", time.Minute: "1 min", 2*time.Hour - 1: "119 min", 2 * time.Hour: "2 h", 72*time.Hour - 1: "71 h", 72 * time.Hour: "3 days",
	} {
		if got := approximately(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
	if got := readAgo(time.Time{}, t0) + ", " + readAgo(t0, t0.Add(time.Minute)); got != "never read, read 1 min ago" {
		t.Errorf("got %q", got)
	}
}
