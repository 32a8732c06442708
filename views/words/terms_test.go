package words

import (
	"testing"
	"time"

	"countersign/internal/callbacks"
)

func TestTerms(t *testing.T) {
	t.Parallel()
	two := []callbacks.Threshold{{From: []string{"finance-approvers"}, For: 2}}
	for _, tc := range []struct {
		terms callbacks.Terms
		want  string
	}{
		{callbacks.Terms{}, "Nobody can meet it, because it asks for no signature. One rejection ends it."},
		{callbacks.OneSignature.Terms, "1 of the queue’s groups. One rejection ends it."},
		{callbacks.Terms{
			Signatures: append(two, callbacks.Threshold{From: []string{"controllers", "cfo"}}), Against: 2,
			Exclude: []callbacks.Exclusion{callbacks.ExcludeRequester}, Reason: []callbacks.Stance{callbacks.Against},
		}, "2 of finance-approvers and 1 of controllers or cfo. Two rejections end it. " +
			"The requester may not sign. A rejection needs a comment."},
		{callbacks.Terms{Signatures: two, Against: 12, Reason: []callbacks.Stance{callbacks.For}},
			"2 of finance-approvers. 12 rejections end it. An approval needs a comment."},
		{callbacks.Terms{
			Signatures: two, Reason: []callbacks.Stance{callbacks.For, callbacks.Against},
			Escalate:           &callbacks.Escalation{After: 0.5, To: []string{"finance-leads"}},
			GroupsNotOlderThan: 8 * time.Hour,
		}, "2 of finance-approvers. One rejection ends it. Every signature needs a comment. After 50 % of the time, " +
			"members of finance-leads may sign too. Groups must have been read within 8 h."},
	} {
		if got := Terms(tc.terms); got != tc.want {
			t.Errorf("%q\nwant %q", got, tc.want)
		}
	}
}
