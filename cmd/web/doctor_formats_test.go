package main

import (
	"net/http/httptest"
	"strings"
	"testing"

	"countersign/internal/standin/localkms"
)

// TestDoctorFormats: a key of KMS is tried with the desk's own credentials, and its statement is in the
// policy.
func TestDoctorFormats(t *testing.T) {
	x := newExamined(t)
	keys := localkms.New(localkms.Config{Region: rigRegion})
	key := keys.CreateKey("alias/payroll")
	server := httptest.NewServer(keys.Handler())
	t.Cleanup(server.Close)
	x.settings["KMS_ENDPOINT"] = server.URL
	x.watch("{expense-approval: {watch: {}, kmsKey: alias/payroll}, letters: {watch: {}, format: text}}")
	report, _ := x.doctor(t)
	for _, want := range []string{
		"ok       results for expense-approval are encrypted with KMS key alias/payroll; a dry run of GenerateDataKey was allowed",
		"ok       results for letters are sent as bare text", `"kms:ResourceAliases": "alias/payroll"`,
	} {
		if !strings.Contains(report, want) {
			t.Errorf("no %q in\n%s", want, report)
		}
	}
	keys.SetState(key, localkms.Denied)
	report, err := x.doctor(t)
	if want := "problem  results for expense-approval cannot be sent: The result cannot be encrypted with the KMS key alias/payroll: the desk may not use it."; err == nil || !strings.Contains(report, want) {
		t.Errorf("%v, no %q in\n%s", err, want, report)
	}
}
