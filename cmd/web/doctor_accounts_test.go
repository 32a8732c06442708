package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"countersign/internal/lambdaapi/lambdaapitest"
)

// The other account, and the role in it.
const (
	theirAccount  = "111122223333"
	theirRole     = "arn:aws:iam::" + theirAccount + ":role/countersign"
	theirARN      = "arn:aws:lambda:eu-central-1:" + theirAccount + ":function:" + rigFunction
	theirVersions = theirARN + ":*"
)

// examinedAccounts is a desk that watches a function of its own account, and one of the same name
// in another.
type examinedAccounts struct {
	*examined
	sts   *lambdaapitest.STS
	their *iam
}

// newExaminedAccounts puts both accounts behind one address: whose access key signed a request
// decides which of them sees it.
func newExaminedAccounts(t *testing.T) *examinedAccounts {
	t.Helper()
	x := &examinedAccounts{examined: newExamined(t), sts: lambdaapitest.NewSTS(t)}
	other := newAccount(t, theirAccount)
	x.their = newIAM(other, theirAccount)
	for _, r := range []*rig{x.rig, other} {
		r.endOne(t)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.Header.Get("Authorization"), "Credential=ASIA"+theirAccount+"/") {
			x.their.ServeHTTP(w, r)
			return
		}
		x.iam.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	x.settings["LAMBDA_ENDPOINT"] = server.URL
	x.accounts = `"` + theirAccount + `": {roleArn: "` + theirRole + `", externalId: "9f2c"}`
	x.watch(`{expense-approval: {watch: {}}, "` + theirARN + `": {watch: {}}}`)
	return x
}

// printed are the policies that doctor --policy prints, by account.
func (x *examinedAccounts) printed(t *testing.T) map[string]string {
	t.Helper()
	out, err := x.doctor(t, "--policy")
	if err != nil {
		t.Fatal(err)
	}
	var policies map[string]json.RawMessage
	if err := json.Unmarshal([]byte(out), &policies); err != nil {
		t.Fatalf("%v in\n%s", err, out)
	}
	texts := map[string]string{}
	for name, policy := range policies {
		texts[name] = string(policy)
	}
	return texts
}

// TestDoctorAccounts: two accounts with the policies that are printed, and nothing else, are
// without a fault.
func TestDoctorAccounts(t *testing.T) {
	x := newExaminedAccounts(t)
	policies := x.printed(t)
	if len(policies) != 2 {
		t.Errorf("%d policies, want that of the default credentials and that of the role: %v", len(policies), policies)
	}
	x.iam.attach(t, policies["default"])
	x.their.attach(t, policies[theirAccount])
	if !x.iam.allows("sts:AssumeRole", theirRole) || x.iam.allows("lambda:GetDurableExecution", theirVersions) {
		t.Errorf("the desk's own policy does not let it assume the role, or does more:\n%s", policies["default"])
	}
	if x.their.allows("sts:AssumeRole", theirRole) || x.their.allows("lambda:GetDurableExecution", rigVersions) {
		t.Errorf("the role's policy does more than its account needs:\n%s", policies[theirAccount])
	}
	out, err := x.doctor(t)
	if err != nil || !strings.HasSuffix(out, "\nNo problems.\n") || strings.Count(out, "allowed: everything that it needs\n") != 2 {
		t.Errorf("it ends with %v:\n%s", err, out)
	}
	for _, want := range []string{
		"AWS credentials\n  ok       from EnvConfigCredentials: arn:aws:sts::123456789012:assumed-role/desk/i-0a1b\n",
		"Function expense-approval in eu-central-1\n  ok       durable, with executions\n",
		"AWS account 111122223333\n  ok       its role can be assumed: the desk acts as arn:aws:sts::111122223333:assumed-role/countersign/countersign\n",
		"AWS Lambda in eu-central-1, account 111122223333\n",
		"Function expense-approval in eu-central-1, account 111122223333\n  ok       durable, with executions\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("want %q in\n%s", want, out)
		}
	}
	if !slices.Contains(x.sts.Assumed(), theirRole+" 9f2c countersign eu-central-1") {
		t.Errorf("STS was asked for %v", x.sts.Assumed())
	}
}

// TestDoctorRoleDenied: a role that cannot be assumed is told by the lines that are missing, and
// the other account is examined.
func TestDoctorRoleDenied(t *testing.T) {
	x := newExaminedAccounts(t)
	policies := x.printed(t)
	x.iam.attach(t, policies["default"])
	x.sts.Refuse(http.StatusForbidden, "AccessDenied", "User: arn:aws:sts::123456789012:assumed-role/desk/i-0a1b is not authorized to perform: sts:AssumeRole on resource: "+theirRole)
	out, err := x.doctor(t)
	for _, want := range []string{
		"problem  " + theirRole + " cannot be assumed: sts:AssumeRole denied (AWS: AccessDenied: User: arn:aws:sts::123456789012:assumed-role/desk/i-0a1b is not",
		"→ allow sts:AssumeRole on " + theirRole + ", in a policy of arn:aws:iam::123456789012:role/desk\n",
		"→ allow sts:AssumeRole for the principal arn:aws:iam::123456789012:role/desk where sts:ExternalId is 9f2c, in the trust policy of " + theirRole + "\n",
		"→ If that policy requires another sts:ExternalId, correct externalId under accounts in countersign.yaml.\n",
		"allowed: everything that it needs\n",
		"\n1 problem, 0 warnings.\n",
	} {
		if !errors.Is(err, errProblems) || !strings.Contains(out, want) {
			t.Errorf("it ends with %v, want %q in\n%s", err, want, out)
		}
	}
	if strings.Contains(out, "in eu-central-1, account") {
		t.Errorf("an account that lets nobody in is asked on:\n%s", out)
	}
	if printed := x.printed(t); printed[theirAccount] != policies[theirAccount] {
		t.Errorf("the role's policy is now\n%s", printed[theirAccount])
	}
}

// TestDoctorRoleRegions: a role is tried in each region by itself, and what holds in several is
// said once.
func TestDoctorRoleRegions(t *testing.T) {
	x := newExaminedAccounts(t)
	x.iam.attach(t, policyOf(allow(`"lambda:*"`, "*")))
	x.their.attach(t, policyOf(allow(`"lambda:*"`, "*")))
	x.sts.Refuse(http.StatusForbidden, "RegionDisabledException", "STS is not activated in this region", "ap-east-1")
	x.watch(`{"` + theirARN + `": {watch: {}}, refund: {watch: {account: "` + theirAccount + `", region: ap-east-1}}, "*": {watch: {account: "` + theirAccount + `", region: eu-west-1}}}`)
	out, err := x.doctor(t)
	for _, want := range []string{
		"problem  in ap-east-1: " + theirRole + " cannot be assumed: RegionDisabledException: STS is not activated in this region\n",
		"ok       in eu-central-1, eu-west-1: its role can be assumed: the desk acts as ",
		"AWS Lambda in eu-west-1, account 111122223333\n",
		"\n1 problem, 0 warnings.\n",
	} {
		if !errors.Is(err, errProblems) || !strings.Contains(out, want) {
			t.Errorf("it ends with %v, want %q in\n%s", err, want, out)
		}
	}
	if n := len(x.sts.Assumed()); n != 3 {
		t.Errorf("STS was asked %d times, want once in each region:\n%s", n, strings.Join(x.sts.Assumed(), "\n"))
	}
	if strings.Contains(out, "refund in ") || strings.Contains(out, "Lambda in ap-east-1") {
		t.Errorf("a region that lets nobody in is asked on:\n%s", out)
	}
}

// TestDoctorRoleWithoutHistory: what a role may not do is told of its own account's functions.
func TestDoctorRoleWithoutHistory(t *testing.T) {
	x := newExaminedAccounts(t)
	x.iam.attach(t, x.printed(t)["default"])
	x.their.attach(t, policyOf(allow(sendActions+`, "lambda:GetDurableExecution"`, theirVersions), allow(listAction, theirARN, theirVersions)))
	out, err := x.doctor(t)
	_, theirs, _ := strings.Cut(out, "Function expense-approval in eu-central-1, account 111122223333\n")
	for _, want := range []string{
		"problem  a decision whose answer is lost stays unconfirmed, and callbacks are not found: GetDurableExecutionHistory denied",
		"→ allow lambda:GetDurableExecutionHistory on " + theirVersions + "\n",
		"\n1 problem, 0 warnings.\n",
	} {
		if !errors.Is(err, errProblems) || !strings.Contains(theirs, want) {
			t.Errorf("it ends with %v, want %q in\n%s", err, want, out)
		}
	}
	x.their.attach(t, policyOf(allow(sendActions, rigVersions)))
	out, err = x.doctor(t)
	if want := "problem  no policy of " + theirRole + " names this function in this region and account"; !errors.Is(err, errProblems) || !strings.Contains(out, want) {
		t.Errorf("it ends with %v, want %q in\n%s", err, want, out)
	}
}

// TestDoctorAccountsOnly: functions of other accounts need nothing of the desk's own but to assume
// roles; those that announce their callbacks are named by their ARN.
func TestDoctorAccountsOnly(t *testing.T) {
	x := newExaminedAccounts(t)
	x.watch(`{"arn:aws:lambda:eu-central-1:` + theirAccount + `:function:*": {watch: {}}}`)
	policies := x.printed(t)
	if p := policies["default"]; strings.Contains(p, "lambda:") || !strings.Contains(p, theirRole) {
		t.Errorf("the desk's own policy is\n%s", p)
	}
	x.iam.attach(t, policyOf(allow(`"lambda:*"`, "*")))
	x.their.attach(t, policies[theirAccount])
	out, err := x.doctor(t)
	if err != nil || !strings.Contains(out, "* matches 1 durable function\n") || !strings.HasSuffix(out, "\nNo problems.\n") {
		t.Errorf("it ends with %v:\n%s", err, out)
	}
	x.watch("{}")
	out, err = x.doctor(t, "--function", theirARN)
	if err != nil || !strings.Contains(out, "Function expense-approval in eu-central-1, account 111122223333\n") || strings.Contains(out, theirARN+`"`) {
		t.Errorf("it ends with %v:\n%s", err, out)
	}
}

// TestDoctorForeign: a function in an account without a role is called with the default
// credentials, and that is told.
func TestDoctorForeign(t *testing.T) {
	x := newExaminedAccounts(t)
	x.iam.attach(t, policyOf(allow(`"lambda:*"`, "*")))
	x.watch(`{"` + strings.Replace(theirARN, theirAccount, "999999999999", 1) + `": {watch: {}}}`)
	out, _ := x.doctor(t)
	if want := "warning  it is in account 999999999999, but the desk calls it with the credentials of 123456789012\n           → Give that account a role under accounts in countersign.yaml.\n"; !strings.Contains(out, want) {
		t.Errorf("want %q in\n%s", want, out)
	}
}
