package doctor

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// documentedPolicies are the policies of docs/aws-permissions.md.
type documentedPolicies struct {
	function  string // for one function
	searching string // more statements, for a function that is watched
	trust     string // of a role in another account
	assuming  string // of the identity that assumes the role
	role      Role   // as the example of countersign.yaml has it
}

func readDocumented(t *testing.T) (d documentedPolicies) {
	t.Helper()
	document, err := os.ReadFile("../../docs/aws-permissions.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(document)
	policies := regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(text, -1)
	into := []*string{&d.function, &d.searching, &d.trust, &d.assuming}
	if len(policies) != len(into) {
		t.Fatalf("docs/aws-permissions.md has %d policies, want %d: %+v", len(policies), len(into), d)
	}
	for i, policy := range policies {
		*into[i] = policy[1]
	}
	account := regexp.MustCompile(`"(\d+)": \{roleArn: (\S+), externalId: "(\w+)"\}`).FindStringSubmatch(text)
	if account == nil {
		t.Fatal("docs/aws-permissions.md has no account with a role and an external ID")
	}
	d.role = Role{account[1], account[2], account[3]}
	return d
}

// TestPolicyIsTheDocumentedOne: what an operator reads and what the doctor prints is one policy.
func TestPolicyIsTheDocumentedOne(t *testing.T) {
	t.Parallel()
	d := readDocumented(t)
	var searching statements
	if err := json.Unmarshal([]byte("["+d.searching+"]"), &searching); err != nil {
		t.Fatal(err)
	}
	watching := append(parsed(t, d.function), searching.allows()...)
	slices.Sort(watching)
	printed := append(parsed(t, policy([]function{watched(pay)}, nil)), "lambda:ListFunctions on *")
	slices.Sort(printed)
	if !slices.Equal(printed, watching) {
		t.Errorf("the doctor prints\n%s\ndocs/aws-permissions.md has\n%s",
			strings.Join(printed, "\n"), strings.Join(watching, "\n"))
	}
	assuming := parsed(t, d.assuming)
	if printed := parsed(t, policy(nil, []string{d.role.ARN})); !slices.Equal(printed, assuming) {
		t.Errorf("to assume a role, the doctor prints %q, docs/aws-permissions.md has %q", printed, assuming)
	}
}

// TestTrustPolicyIsTheDocumentedOne: what the doctor asks of a role's trust policy is what the
// documented one allows.
func TestTrustPolicyIsTheDocumentedOne(t *testing.T) {
	t.Parallel()
	d := readDocumented(t)
	var trust struct {
		Version   string
		Statement []struct {
			Effect, Action string
			Principal      struct{ AWS string }
			Condition      struct{ StringEquals map[string]string }
		}
	}
	if err := json.Unmarshal([]byte(d.trust), &trust); err != nil || len(trust.Statement) != 1 {
		t.Fatalf("%v, %d statements in\n%s", err, len(trust.Statement), d.trust)
	}
	s := trust.Statement[0]
	if trust.Version != "2012-10-17" || s.Effect != "Allow" {
		t.Errorf("version %q, effect %q", trust.Version, s.Effect)
	}
	allowed := fmt.Sprintf("allow %s for the principal %s where sts:ExternalId is %s, in the trust policy of %s",
		s.Action, s.Principal.AWS, s.Condition.StringEquals["sts:ExternalId"], d.role.ARN)
	desk := "arn:aws:iam::" + placeOf(pay).account + ":role/countersign-desk"
	if asked := d.role.trusting(Finding{}, desk).Do; !slices.Contains(asked, allowed) {
		t.Errorf("the document lets\n%s\nthe doctor asks for\n%s", allowed, strings.Join(asked, "\n"))
	}
	if !strings.HasPrefix(d.role.ARN, "arn:aws:iam::"+d.role.Account+":role/") {
		t.Errorf("account %s has the role %s", d.role.Account, d.role.ARN)
	}
}
