package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/lambdaapi/lambdaapitest"
	"countersign/internal/sqlstore/sqlstoretest"
)

// TestReloadEncryptionKeys: results for a function are encrypted from the reload that gives it a key,
// and a decision whose page promised nothing of it is not taken.
func TestReloadEncryptionKeys(t *testing.T) {
	t.Parallel()
	r := newRig(t, freeAddress(t))
	d := openReloading(t, r, alphaDesk)
	v := r.signIn(t, mara)
	var requests []string
	for range 3 {
		requests = append(requests, d.url+"/callbacks/"+string(r.announce(d.url, r.ask(0), callbacks.KeepAliveReview)))
	}
	decide := func(request string, outdated url.Values) (result string) {
		t.Helper()
		if outdated != nil {
			if status := v.post(request+"/decision", outdated).StatusCode; status == http.StatusSeeOther {
				t.Errorf("a decision whose page said otherwise is answered %d", status)
			}
		}
		if status := v.post(request+"/decision", v.shown(request, "approve")).StatusCode; status != http.StatusSeeOther {
			t.Errorf("the decision is answered %d", status)
		}
		return await(t, r.settled, "the decision at Lambda").Payload
	}
	if result := decide(requests[0], nil); !strings.Contains(result, "As agreed.") {
		t.Errorf("without a key Lambda got %s", result)
	}
	plain := v.shown(requests[1], "approve")
	writeFile(t, d.file+".key", rigSessionKey)
	d.hangUp(alphaDesk + "functions: {" + rigFunction + ": {encryptionKey: {file: " + d.file + ".key}}}\n")
	if result := decide(requests[1], plain); result == "" || strings.Contains(result, "As agreed.") {
		t.Errorf("with a key Lambda got %q", result)
	}
	sealed := v.shown(requests[2], "approve")
	d.hangUp(alphaDesk)
	if result := decide(requests[2], sealed); !strings.Contains(result, "As agreed.") {
		t.Errorf("once the key is gone Lambda got %s", result)
	}
}

// TestReloadAccounts: a decision reaches another account from the reload that names its role. Not
// parallel, because the SDK finds the stand-in for STS by the environment.
func TestReloadAccounts(t *testing.T) {
	sts, r, other := lambdaapitest.NewSTS(t), newRig(t, freeAddress(t)), newAccount(t, theirAccount)
	own, their := r.engine.Handler(), other.engine.Handler()
	both := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if strings.Contains(request.Header.Get("Authorization"), "Credential=ASIA"+theirAccount+"/") {
			their.ServeHTTP(w, request)
			return
		}
		own.ServeHTTP(w, request)
	}))
	t.Cleanup(both.Close)
	d := &reloading{t: t, file: deskFile(t, alphaDesk), hangups: make(chan os.Signal)}
	settings := r.settings(sqlstoretest.NewDatabase(t), both.URL)
	settings["CONFIG_FILE"] = d.file
	d.replica = openAlone(t, settings, deskOptions{Hangups: d.hangups})
	v := r.signIn(t, mara)
	d.hangUp(alphaDesk + `accounts: {"` + theirAccount + `": {roleArn: "` + theirRole + `", externalId: "9f2c"}}` + "\n")
	asked := other.ask(0)
	id := r.announce(d.url, asked, callbacks.KeepAliveReview)
	if status := v.decide(d.url, id, "approve"); status != http.StatusSeeOther {
		t.Errorf("a decision is answered %d", status)
	}
	if closed := await(t, other.settled, "the decision in the other account"); closed.CallbackID != asked.CallbackID {
		t.Errorf("%s was closed, want %s", closed.CallbackID, asked.CallbackID)
	}
	assumed := theirRole + " 9f2c "
	if !slices.ContainsFunc(sts.Assumed(), func(one string) bool { return strings.HasPrefix(one, assumed) }) {
		t.Errorf("STS was asked for %q, want %s", sts.Assumed(), assumed)
	}
}
