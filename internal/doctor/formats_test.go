package doctor

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestFormatSections(t *testing.T) {
	t.Parallel()
	if got := FormatSections(nil); got != nil {
		t.Errorf("nothing becomes %+v", got)
	}
	got := FormatSections([]Format{
		{Function: "letters", Says: "sent as bare text"},
		{Function: "payroll", Says: "encrypted with KMS key alias/payroll", Tried: "a dry run of GenerateDataKey was allowed"},
		{Function: "cards", Words: "The codec server does not answer.", Cause: "connection refused"},
	})[0]
	var lines []string
	for _, f := range got.Findings {
		lines = append(lines, f.Level.String()+" "+f.Text)
	}
	want := "ok results for letters are sent as bare text\n" +
		"ok results for payroll are encrypted with KMS key alias/payroll; a dry run of GenerateDataKey was allowed\n" +
		"problem results for cards cannot be sent: The codec server does not answer. (connection refused)"
	if text := strings.Join(lines, "\n"); text != want || len(got.Findings[2].Do) != 1 {
		t.Errorf("found\n%s\nwant\n%s", text, want)
	}
}

// TestKeyStatements: the policy names a key by its ARN, and an alias by a condition.
func TestKeyStatements(t *testing.T) {
	t.Parallel()
	const id = "1234abcd-12ab-34cd-56ef-1234567890ab"
	here := place{region: "eu-central-1", account: "123456789012"}
	for name, tc := range map[string]struct {
		key, resource, alias string
		in                   place
	}{
		"ARN":      {"arn:aws-cn:kms:cn-north-1:999999999999:key/" + id, "arn:aws-cn:kms:cn-north-1:999999999999:key/" + id, "", here},
		"ID":       {id, "arn:aws:kms:eu-central-1:123456789012:key/" + id, "", here},
		"Alias":    {"alias/payroll", "arn:aws:kms:eu-central-1:123456789012:key/*", "alias/payroll", here},
		"AliasARN": {"arn:aws:kms:eu-west-1:123456789012:alias/payroll", "arn:aws:kms:eu-west-1:123456789012:key/*", "alias/payroll", here},
		"Unknown":  {"alias/payroll", "arn:aws:kms:REGION:ACCOUNT_ID:key/*", "alias/payroll", place{}},
	} {
		text := policy(nil, nil, keyStatement(tc.key, tc.in))
		var p struct {
			Statement []struct {
				Action, Resource oneOrMany
				Condition        map[string]map[string]string
			}
		}
		if err := json.Unmarshal([]byte(text), &p); err != nil || len(p.Statement) != 1 {
			t.Fatalf("%s: %v in\n%s", name, err, text)
		}
		s := p.Statement[0]
		if s.Action[0] != "kms:GenerateDataKey" || s.Resource[0] != tc.resource || s.Condition["ForAnyValue:StringEquals"]["kms:ResourceAliases"] != tc.alias {
			t.Errorf("%s: %s", name, text)
		}
	}
}
