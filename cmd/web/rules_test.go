package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/callbacks"
)

// rulesDesk has a queue with rules. Its condition is about the function that waits.
const rulesDesk = `roles: {reviewers: [approvers, controllers]}
queues:
  default:
    groups: [approvers, controllers]
    rules:
      - name: expenses
        when: functionName == "` + rigFunction + `" && !has(payload.small)
        signatures: [{from: [approvers], for: 2}, {from: [controllers], for: 1}]
      - {name: everyday, signatures: [{for: 1}]}
` + reloadSource

// TestRulesBind: a callback is bound on arrival, and a later version of the file does not change it.
func TestRulesBind(t *testing.T) {
	t.Parallel()
	r := newRig(t, freeAddress(t))
	d := openReloading(t, r, rulesDesk)
	bound := func(id callbacks.ID) callbacks.Requirement {
		t.Helper()
		c, err := d.store.Get(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return c.Requirement
	}
	version := d.edition.Load().desk.Version
	first := r.announce(d.url, r.ask(0), callbacks.KeepAliveReview)
	d.hangUp(alphaDesk)
	second := r.announce(d.url, r.ask(0), callbacks.KeepAliveReview)
	if got := bound(first); got.Rule != "expenses" || got.Places() != 3 || string(got.Version) != version || got.Basis != callbacks.BasisCondition {
		t.Errorf("bound to %+v", got)
	}
	if diff := cmp.Diff(callbacks.OneSignature, bound(second)); diff != "" {
		t.Errorf("without rules: -want +got:\n%s", diff)
	}
}

// TestConfigCheck_Conditions: a wrong condition is shown where it is in the file.
func TestConfigCheck_Conditions(t *testing.T) {
	t.Parallel()
	file := writeFile(t, filepath.Join(t.TempDir(), "countersign.yaml"), strings.ReplaceAll(strings.Replace(rulesDesk, "payload.small", "paylaod.small", 1), reloadSource, ""))
	got := runConfig(t, nil, "check", file)
	line := strings.Split(rulesDesk, "\n")[6]
	want := fmt.Sprintf("%s:7:%d: queues.default.rules[0].when: there is no paylaod: write one of payload, title, ",
		file, strings.Index(line, "payload.small")+1)
	if got.code != 1 || !strings.HasPrefix(got.stderr, want) {
		t.Errorf("got %+v, want %s", got, want)
	}
}

// TestConfigCheck_EncodedReject: a queue whose reject waits for a codec is named at its line.
func TestConfigCheck_EncodedReject(t *testing.T) {
	t.Parallel()
	file := writeFile(t, filepath.Join(t.TempDir(), "countersign.yaml"),
		"roles: {reviewers: [approvers]}\nqueues:\n  default: {groups: [approvers]}\n  legal: {groups: [approvers], rejectAs: success}\n"+
			"functions:\n  payroll: {kmsKey: alias/payroll}\n  refund: {format: text}\n")
	got := runConfig(t, nil, "check", file)
	want := file + ":4:42: warning: A reject that is a success needs the codec of payroll."
	if got.code != 0 || !strings.Contains(got.stdout, want) || strings.Count(got.stdout, "warning:") != 1 {
		t.Errorf("got %+v, want %s", got, want)
	}
}
