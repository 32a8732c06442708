package doctor

import (
	"strings"
	"testing"
)

// TestDiagnoseDenials: what AWS says beside a denial changes what follows from it.
func TestDiagnoseDenials(t *testing.T) {
	t.Parallel()
	denied := func(resource, rest string) Reply {
		return Reply{Meaning: Denied, Text: "AccessDeniedException: User: x is not authorized to perform: lambda:X on resource: " + resource + " " + rest}
	}
	answered := Reply{Meaning: Done}
	for name, tt := range map[string]struct {
		sent   Reply
		madeUp bool
		want   Finding
	}{
		"Real":             {denied(pay+":7/durable-execution/a/b", "because no identity-based policy allows it"), false, Finding{Problem, "decisions cannot be delivered: SendDurableExecutionCallbackSuccess denied (AWS: no identity-based policy allows it)", []string{"allow lambda:SendDurableExecutionCallbackSuccess on " + pay + ":*"}}},
		"Explicit":         {denied(pay+":7", "with an explicit deny in a service control policy"), false, Finding{Problem, "decisions cannot be delivered", []string{"An explicit deny outweighs every allow: remove lambda:SendDurableExecutionCallbackSuccess from it."}}},
		"MadeUp":           {denied(pay+":7", "because no identity-based policy allows it"), true, Finding{Problem, "decisions cannot be delivered", nil}},
		"Elsewhere":        {denied("*", "because no identity-based policy allows it"), true, Finding{OK, "not denied (tested with a made-up ID only): SendDurableExecutionCallbackSuccess", nil}},
		"Closed":           {Reply{Meaning: Closed}, false, Finding{OK, "allowed: everything that it needs", nil}},
		"ClosedAsInvalid":  {Reply{Meaning: Refused}, false, Finding{OK, "allowed: everything that it needs", nil}},
		"ClosedAsNotFound": {Reply{Meaning: Missing}, false, Finding{OK, "allowed: everything that it needs", nil}},
		"MadeUpRefused":    {Reply{Meaning: Refused}, true, Finding{OK, "not denied (tested with a made-up ID only): SendDurableExecutionCallbackSuccess", nil}},
		"Busy":             {Reply{Meaning: Busy, Text: "TooManyRequestsException: slowly"}, false, Finding{Warning, "could not be determined: SendDurableExecutionCallbackSuccess (TooManyRequestsException: slowly)", []string{"Run doctor again later."}}},
	} {
		i := &inspection{function: watched(pay), execution: pay + ":7/durable-execution/a/b", real: true}
		i.note(GetExecution, answered, false)
		i.note(GetHistory, answered, false)
		i.note(SendSuccess, tt.sent, tt.madeUp)
		var found bool
		for _, f := range i.diagnose(Caller{}) {
			found = found || f.Level == tt.want.Level && strings.HasPrefix(f.Text, tt.want.Text) && (tt.want.Do == nil || strings.Join(f.Do, "\n") == strings.Join(tt.want.Do, "\n"))
		}
		if !found {
			t.Errorf("%s: got %+v, want %+v", name, i.diagnose(Caller{}), tt.want)
		}
	}
}

// TestDiagnoseUnknownAccount: without an ARN nothing can be asked of executions.
func TestDiagnoseUnknownAccount(t *testing.T) {
	t.Parallel()
	i := &inspection{function: function{Function{"pay", "eu-west-1", false}, place{region: "eu-west-1", function: "pay"}}}
	i.choose(nil)
	i.ask(t.Context(), nil)
	got := i.diagnose(Caller{})
	if len(got) != 1 || got[0].Level != Warning || !strings.Contains(got[0].Text, "account is not known") {
		t.Errorf("got %+v", got)
	}
}
