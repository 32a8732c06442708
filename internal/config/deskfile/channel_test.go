package deskfile

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/internal/notice"
)

// goodSecret2, teamsURL and goodPushKey are secrets of channels.
const (
	goodSecret2 = "whsec_YW5vdGhlciBzZWNyZXQgb2YgdGhpcnR5IGJ5dGVzIQ=="
	goodPushKey = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
	teamsURL    = "https://example.logic.azure.com/workflows/1?sig=s3cret"
)

// everyChannel are the channels of the file everything.
func everyChannel() Channels {
	token := &Secret{File: "token", value: goodToken}
	return Channels{
		Slack: &Slack{Token: &Secret{File: "/run/secrets/slack", value: "xoxb-1-2-3"}, API: "http://127.0.0.1:8091/api/"},
		Email: &Email{Server: "smtp.example.com:465", From: "Countersign <desk@example.com>", TLS: "tls", User: "desk", Password: token},
		Push: &Push{
			Contact: "mailto:ops@example.com", Key: &Secret{File: "/run/secrets/vapid", value: goodPushKey}, Service: "http://127.0.0.1:8092",
		},
		Teams: map[string]Teams{"finance-room": {URL: &Secret{File: "/run/secrets/teams", value: teamsURL}}},
		Webhooks: map[string]Webhook{"erp-bridge": {
			URL: "https://erp.example.com/hooks", Secrets: []Secret{{File: "/run/secrets/good2", value: goodSecret2}}, Private: true,
		}},
	}
}

// everyRoute are the routes of the file everything.
func everyRoute() []Route {
	return []Route{{
		Queues: []string{"finance"}, Functions: []string{"refund"}, Sources: []string{"expenses"}, Tags: []string{"contract"},
		To: Destination{Slack: "#big-money", Email: []string{"cfo@example.com"}, Teams: []string{"finance-room"}, Webhooks: []string{"erp-bridge"}},
	}, {Risk: true, To: Destination{Slack: "#at-risk"}}}
}

// everyNotices is what the file everything says of messages of a queue.
func everyNotices() *QueueNotices {
	return &QueueNotices{Title: "everywhere", Fields: []NoticeField{{Label: "Total", Value: "/report/total"}}, RemindAt: []string{"50%", "90%"}}
}

// TestSecretVariables: the variables of channels are not taken for settings that nobody knows.
func TestSecretVariables(t *testing.T) {
	t.Parallel()
	desk := &Desk{Channels: Channels{
		Slack: &Slack{Token: &Secret{Env: "A"}}, Email: &Email{Password: &Secret{Env: "B"}}, Push: &Push{Key: &Secret{Env: "C"}},
		Teams: map[string]Teams{"room": {URL: &Secret{Env: "D"}}}, Webhooks: map[string]Webhook{"erp": {Secrets: []Secret{{Env: "E"}}}},
	}}
	if got := desk.SecretVariables(); !slices.Equal(got, []string{"A", "B", "C", "D", "E"}) {
		t.Errorf("the variables are %q", got)
	}
}

// TestNotices: everything that the file says of messages reaches the domain.
func TestNotices(t *testing.T) {
	t.Parallel()
	target := func(channel, place string) notice.Target { return notice.Target{Channel: channel, Place: place} }
	got := parse(t, everything).Notices()
	for _, targets := range [][]notice.Target{got.Groups["finance-approvers"], got.Routes[0].To} {
		slices.SortFunc(targets, func(a, b notice.Target) int { return slices.Compare([]string{a.Channel}, []string{b.Channel}) })
	}
	want := notice.Rules{
		Groups: map[string][]notice.Target{
			"approvers": nil, "platform-team": nil, "CN=Audit,OU=Groups,DC=corp": nil,
			"finance-approvers": {target("email", "finance@example.com"), target("slack", "#finance"), target("teams", "finance-room")},
		},
		Routes: []notice.Route{{
			Queues: []string{"finance"}, Functions: []string{"refund"}, Sources: []string{"expenses"}, Tags: []string{"contract"},
			To: []notice.Target{target("email", "cfo@example.com"), target("slack", "#big-money"), target("teams", "finance-room"), target("webhooks", "erp-bridge")},
		}, {Risk: true, To: []notice.Target{target("slack", "#at-risk")}}},
		Events: []string{"erp-bridge"}, Admins: []string{"platform-team"},
		Queues: map[string]notice.QueueRules{
			"default": {RemindAt: []int{80}},
			"finance": {Title: notice.TitleEverywhere, Fields: []notice.FieldRule{{Label: "Total", Pointer: "/report/total"}}, RemindAt: []int{50, 90}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
