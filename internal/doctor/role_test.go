package doctor

import (
	"encoding/json"
	"strings"
	"testing"
)

const theirRole = "arn:aws:iam::111122223333:role/countersign"

// TestAssumed: what each answer of STS means for the role, and the lines that are missing.
func TestAssumed(t *testing.T) {
	t.Parallel()
	const (
		denied = "AccessDenied: User: arn:aws:sts::123456789012:assumed-role/desk/i-0a1b is not authorized to perform: sts:AssumeRole"
		own    = "allow sts:AssumeRole on " + theirRole + ", in a policy of arn:aws:iam::123456789012:role/desk"
		trust  = "allow sts:AssumeRole for the principal arn:aws:iam::123456789012:role/desk, in the trust policy of " + theirRole
		extern = "If that policy requires sts:ExternalId, set externalId under accounts in countersign.yaml."
	)
	for name, tt := range map[string]struct {
		reply Reply
		level Level
		text  string
		do    string
	}{
		"Done":     {Reply{Meaning: Done}, OK, "its role can be assumed: the desk acts as " + theirRole, ""},
		"Untold":   {Reply{Meaning: Denied, Text: denied + " on resource: " + theirRole}, Problem, "cannot be assumed: sts:AssumeRole denied (AWS: AccessDenied: User: arn", own + "|" + trust + "|" + extern + "|AWS does not say which of these is missing, and gives the same answer if the role does not exist."},
		"Own":      {Reply{Meaning: Denied, Text: denied + " on resource: " + theirRole + " because no identity-based policy allows the sts:AssumeRole action"}, Problem, "(AWS: no identity-based policy allows the sts:AssumeRole action)", own},
		"Trust":    {Reply{Meaning: Denied, Text: denied + " because no role trust policy allows the sts:AssumeRole action"}, Problem, "(AWS: no role trust policy", trust + "|" + extern},
		"Explicit": {Reply{Meaning: Denied, Text: denied + " with an explicit deny in the role trust policy"}, Problem, "(AWS: with an explicit deny in the role trust policy)", "An explicit deny outweighs every allow: remove sts:AssumeRole from it."},
		"Unsaid":   {Reply{Meaning: Denied, Text: "AccessDenied: Access denied"}, Problem, "(AWS: AccessDenied: Access denied)", "allow sts:AssumeRole on " + theirRole + ", in a policy of the identity that the desk runs as|" + strings.Replace(trust, "arn:aws:iam::123456789012:role/desk", "the identity that the desk runs as", 1) + "|" + extern + "|AWS does not say which of these is missing, and gives the same answer if the role does not exist."},
		"Rejected": {Reply{Meaning: Rejected, Text: "ExpiredToken: old"}, Problem, "the default credentials are not accepted: ExpiredToken", "Renew them, or correct this machine's clock."},
		"Busy":     {Reply{Meaning: Busy, Text: "Throttling: slowly"}, Warning, "could not be determined: Throttling", "Run doctor again later."},
		"Silent":   {Reply{Text: "connection refused"}, Problem, "STS was not reached: connection refused", "Let this machine reach STS in the region: through the internet, a VPC endpoint or AWS_ENDPOINT_URL_STS."},
		"Refused":  {Reply{Meaning: Refused, Text: "RegionDisabledException: no"}, Problem, "cannot be assumed: RegionDisabledException: no", "Compare roleArn and externalId under accounts in countersign.yaml with the role. STS must be active in the region."},
	} {
		f := Role{"111122223333", theirRole, ""}.assumed(Caller{}, tt.reply)
		if do := strings.Join(f.Do, "|"); f.Level != tt.level || !strings.Contains(f.Text, tt.text) || do != tt.do {
			t.Errorf("%s: got %s %s\n%s\nwant\n%s", name, f.Level, f.Text, do, tt.do)
		}
	}
}

// TestAssume_nowhere: a role is assumed in a region.
func TestAssume_nowhere(t *testing.T) {
	t.Parallel()
	a := AWS{Role: Role{"111122223333", theirRole, ""}, Functions: []Function{{Name: "pay"}}}
	if s, found := a.account().credentials(t.Context()); found || len(s.Findings) != 1 || s.Findings[0].Level != Problem {
		t.Errorf("got %+v", s)
	}
}

func TestPolicies(t *testing.T) {
	t.Parallel()
	own := policy([]function{watched(pay)}, []string{theirRole})
	if allowed := strings.Join(parsed(t, own), "\n"); !strings.Contains(allowed, "sts:AssumeRole on "+theirRole) {
		t.Errorf("it allows\n%s", allowed)
	}
	if got := (Policies{"": own}).String(); got != own {
		t.Errorf("one policy is printed as\n%s", got)
	}
	theirs := AWS{Region: "eu-west-1", Role: Role{"111122223333", theirRole, ""}, Functions: []Function{{Name: "pay", Watched: true}}}.Policy(t.Context())
	var all map[string]json.RawMessage
	if err := json.Unmarshal([]byte(Policies{"": own, "111122223333": theirs}.String()), &all); err != nil || len(all) != 2 {
		t.Fatalf("%d policies, %v", len(all), err)
	}
	if got := strings.Join(parsed(t, string(all["111122223333"])), "\n"); !strings.Contains(got, "lambda:GetDurableExecution on arn:aws:lambda:eu-west-1:111122223333:function:pay:*") {
		t.Errorf("the role's allows\n%s", got)
	}
	parsed(t, string(all["default"]))
}
