package handlers_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"countersign/handlers/notices"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/channels/slack"
	"countersign/internal/keyring"
	"countersign/internal/notice"
	standin "countersign/internal/standin/slack"
)

// TestSlackLink: a person links the account that reads their code, and unlinks it. Somebody without
// an account there reads why.
func TestSlackLink(t *testing.T) {
	t.Parallel()
	workspace := standin.New(standin.Config{
		Token: "xoxb-1", Scopes: []string{"chat:write", "im:write", "users:read.email"}, Now: time.Now,
		Users: []standin.User{{ID: "U1", Name: "rita <b>r</b>", Email: "rita@example.com"}},
	})
	methods := httptest.NewServer(workspace)
	t.Cleanup(methods.Close)
	ring, err := keyring.New([][]byte{make([]byte, keyring.KeyBytes)})
	callbackstest.Must(t, err)
	changes := 0
	s := newSite(t, func(c *config) {
		reports := c.Notices.Reports
		c.Notices = notices.New(notices.Config{Reports: reports, Now: c.Now, Links: &notice.Links{
			Channel: notice.Slack, Directory: slack.New(slack.Config{Token: "xoxb-1", API: methods.URL + "/"}),
			Accounts: reports.(notice.Preferences), Hash: ring.Hash, Now: c.Now, Changed: func() { changes++ },
		}})
	})
	b := s.as(rita)
	if page := b.get("/settings/slack").text(t); !strings.Contains(page, "rita@example.com") || !strings.Contains(page, "Send a code") {
		t.Errorf("the page says %q", page)
	}
	sent := must(t, b.post("/settings/slack/code", nil), http.StatusOK).document(t)
	if said := spoken(sent.Find(`[data-testid="sent"]`)); !strings.Contains(said, "rita <b>r</b>") {
		t.Errorf("the page says %q", said)
	}
	code := regexp.MustCompile(`[A-Z2-7]{8}`).FindString(workspace.Messages()[0].Shown)
	wrong := must(t, b.post("/settings/slack", url.Values{"code": {"AAAAAAAA"}, "sent": {"rita"}}), http.StatusUnprocessableEntity).document(t)
	if said := spoken(wrong.Find("#code-fault")); !strings.Contains(said, "The code is wrong") || wrong.Find("#code").AttrOr("value", "") != "AAAAAAAA" {
		t.Errorf("a wrong code: %q", said)
	}
	must(t, b.post("/settings/slack", url.Values{"code": {code}}), http.StatusSeeOther)
	if page := b.get("/settings/slack").text(t); !strings.Contains(page, "rita <b>r</b>") || !strings.Contains(page, "Unlink") || changes != 1 {
		t.Errorf("after the code the page says %q", page)
	}
	must(t, b.post("/settings/slack/unlink", nil), http.StatusSeeOther)
	if page := b.get("/settings/slack").text(t); !strings.Contains(page, "Send a code") || changes != 2 {
		t.Errorf("after the end the page says %q", page)
	}
	nobody := s.as(rosa)
	if said := must(t, nobody.post("/settings/slack/code", nil), http.StatusUnprocessableEntity).text(t); !strings.Contains(said, "no active member with your address") {
		t.Errorf("without an account: %q", said)
	}
	for range 5 {
		must(t, nobody.post("/settings/slack/code", nil), http.StatusUnprocessableEntity)
	}
	must(t, nobody.post("/settings/slack/code", nil), http.StatusTooManyRequests)
}
