package codec_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/codec"
	"countersign/internal/doctor"
	"countersign/internal/standin/localkms"
)

// TestExamine: each format is tried as it is used, and what fails says why.
func TestExamine(t *testing.T) {
	t.Parallel()
	k := newKeys(t)
	k.CreateKey("alias/payroll")
	k.SetState(k.CreateKey("alias/off"), localkms.Disabled)
	works, _ := serve(t)
	// answers everything with the same value
	oneWay := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"data": []byte("1")})
	}))
	t.Cleanup(oneWay.Close)
	config := k.config()
	got := codec.Examine(t.Context(), map[string]codec.Function{
		"a-text": {Text: true}, "b-aes": {AESKey: key}, "c-kms": {KMSKey: "alias/payroll"}, "d-off": {KMSKey: "alias/off"},
		"e-server": {Server: works}, "f-one-way": {Server: codec.Server{URL: oneWay.URL, Token: token}},
	}, config)
	for i := range got {
		if got[i].Cause != "" {
			got[i].Cause = "some"
		}
	}
	dryRun, twice := "a dry run of GenerateDataKey was allowed", "it encoded a test value and decoded it again"
	want := []doctor.Format{
		{Function: "a-text", Says: "sent as bare text"},
		{Function: "b-aes", Says: "encrypted with AES-GCM"},
		{Function: "c-kms", Says: "encrypted with KMS key alias/payroll", Tried: dryRun},
		{Function: "d-off", Says: "encrypted with KMS key alias/off", Tried: dryRun, Words: "The result cannot be encrypted with the KMS key alias/off: it is disabled.", Cause: "some"},
		{Function: "e-server", Says: "encoded by the codec server", Tried: twice},
		{Function: "f-one-way", Says: "encoded by the codec server", Tried: twice, Words: "The codec server does not decode what it encoded.", Cause: "some"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
