package lambdaapi_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"countersign/internal/arn"
	"countersign/internal/lambdaapi"
	"countersign/internal/lambdaapi/lambdaapitest"
	"countersign/internal/replies"
)

// TestSetAccounts: calls that begin afterwards act as the new roles say. A lane of an account that
// is gone reaches nobody, least of all another account.
func TestSetAccounts(t *testing.T) {
	sts := lambdaapitest.NewSTS(t)
	server := serve(t, ok)
	client := withRoles(t, server.url)
	call := func(account string) {
		t.Helper()
		if err := client.Heartbeat(t.Context(), targetIn(account)); err != nil {
			t.Fatal(err)
		}
	}
	call(theirs)
	role := lambdaapi.Role{ARN: "arn:aws:iam::" + others + ":role/countersign"}
	client.SetAccounts(map[string]lambdaapi.Role{others: role}, []string{"mars-north-1", "eu-central-1"})
	call(theirs)
	call(others)
	client.SetAccounts(map[string]lambdaapi.Role{others: role}, []string{"eu-central-1", "mars-north-1"})
	call(others)
	gone := arn.Lane{Account: theirs, Region: "eu-central-1"}
	_, err := client.DurableFunctions(t.Context(), gone, "")
	if failed := lambdaError(t, err); failed.Reply != replies.Credentials || !strings.Contains(err.Error(), theirs+" is not configured") {
		t.Errorf("an account that is gone: %v", err)
	}
	var keys []string
	for _, r := range server.requests() {
		keys = append(keys, accessKey(r))
	}
	if want := []string{"ASIA" + theirs, "AKID", "ASIA" + others, "ASIA" + others}; !slices.Equal(keys, want) {
		t.Errorf("signed by %v, want %v", keys, want)
	}
	if n := len(sts.Assumed()); n != 2 {
		t.Errorf("STS was asked %d times, want once for each role: nothing changed the last time", n)
	}
	lanes := client.Lanes()
	if got := lanes.Of("", "mars-north-1"); got.Region != "mars-north-1" || !slices.Equal(lanes.Accounts, []string{others}) {
		t.Errorf("lanes %+v", lanes)
	}
}

// TestSetAccounts_CallUnderWay: a call that began before is signed for the account it began with.
func TestSetAccounts_CallUnderWay(t *testing.T) {
	lambdaapitest.NewSTS(t)
	arrived, release := make(chan struct{}), make(chan struct{})
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-release
		ok(w, r)
	})
	client, ended := withRoles(t, server.url), make(chan error, 1)
	go func() { ended <- client.Complete(t.Context(), targetIn(theirs), approved) }()
	<-arrived
	client.SetAccounts(nil, nil)
	close(release)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if got := accessKey(server.requests()[0]); got != "ASIA"+theirs {
		t.Errorf("signed by %s", got)
	}
}

// TestAWS: clients of other services act in a lane as the desk's own calls do.
func TestAWS(t *testing.T) {
	lambdaapitest.NewSTS(t)
	client := withRoles(t, serve(t, ok).url)
	for _, tc := range []struct {
		lane           arn.Lane
		region, signer string
	}{
		{arn.Lane{}, client.Lanes().Region, "AKID"},
		{arn.Lane{Account: theirs, Region: "us-east-1"}, "us-east-1", "ASIA" + theirs},
	} {
		config := client.AWS(tc.lane)
		got, err := config.Credentials.Retrieve(t.Context())
		if err != nil || got.AccessKeyID != tc.signer || config.Region != tc.region {
			t.Errorf("%v: %s in %s, %v", tc.lane, got.AccessKeyID, config.Region, err)
		}
	}
	if _, err := client.AWS(arn.Lane{Account: "999999999999"}).Credentials.Retrieve(t.Context()); err == nil {
		t.Error("an account without a role has credentials")
	}
}
