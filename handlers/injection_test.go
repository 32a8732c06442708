package handlers_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/standin/oidc"
)

// hostile closes whatever it might stand in and brings an element along that the test looks for.
const hostile = `x'"` + "`" + `</title></textarea></script><b data-evil onmouseover=alert(1)>{{comment}}<script>alert(1)</script><img src=x onerror=alert(1)>javascript:alert(1)`

// hostileAnnouncement has it in every field that a sender fills in, as far as the checks let it
// through.
func hostileAnnouncement() announcement.Announcement {
	a := expense()
	quoted, _ := json.Marshal(hostile)
	short := `"><b data-evil>`
	a.Title, a.Description, a.Requester = hostile, hostile+"\n\n["+short+"](javascript:alert(1))", short+"ines"
	a.RequesterID = short + "subject"
	a.Function, a.ExecutionARN, a.Name = short+"function", "arn:"+short, short+"name"
	a.Payload = json.RawMessage(`{` + string(quoted) + `:[` + string(quoted) + `,{"k":` + string(quoted) + `}]}`)
	a.Links = []callbacks.Link{{Title: short + "link", URL: "https://a.test/" + short}}
	a.Tags = []string{short + "tag"}
	a.Outcomes = []callbacks.Outcome{
		{Name: "approve", Label: short + "yes", Kind: callbacks.Success, Payload: json.RawMessage(`{` + string(quoted) + `:"{{comment}}"}`)},
		{Name: "reject", Label: short + "no", Kind: callbacks.Failure, ErrorType: short, ErrorMessage: hostile[:40] + "{{comment}}", ErrorData: quoted},
	}
	return a
}

// foreign is what comes out of text only, and whatever could run inline.
var foreign = []string{"[data-evil]", "[onmouseover]", "[onerror]", "script:not([src])", "[style]", "style", `[href^="javascript:" i]`, "img[src=x]", "iframe", "base"}

// anyForeign selects all of that. A selector that is wrong would find nothing, and silently: see
// [TestForeignIsFound].
var anyForeign = strings.Join(foreign, ", ")

// TestForeignIsFound: each selector finds what it is there for, alone and among the others.
func TestForeignIsFound(t *testing.T) {
	t.Parallel()
	for i, text := range []string{
		"<p data-evil>", "<p onmouseover=x>", "<p onerror=x>", "<script>x</script>", "<p style=x>", "<style></style>", `<a href="JavaScript:x">`,
		"<img src=x>", "<iframe></iframe>", "<base>",
	} {
		d := reply{body: text}.document(t)
		if d.Find(foreign[i]).Length() != 1 || d.Find(anyForeign).Length() != 1 {
			t.Errorf("%s finds %d in %s, all together %d, want 1", foreign[i], d.Find(foreign[i]).Length(), text, d.Find(anyForeign).Length())
		}
	}
}

// clean fails when a page has an element or attribute that came out of text, or anything inline
// that could run. It returns the page.
func clean(t *testing.T, what string, a reply) *goquery.Document {
	t.Helper()
	d := a.document(t)
	// one look at a page for all of them, as hundreds of pages are looked at
	if d.Find(anyForeign).Length() == 0 {
		return d
	}
	for _, bad := range foreign {
		if n := d.Find(bad).Length(); n > 0 {
			t.Errorf("%s: %d times %s", what, n, bad)
		}
	}
	return d
}

// hostileAddresses are addresses that say something hostile in each way that one can.
func hostileAddresses(id callbacks.ID) []string {
	query, path := url.QueryEscape(hostile), url.PathEscape(hostile)
	return []string{
		"/?q=" + query, "/?function=" + query, "/admin/callbacks?q=" + query, "/audit?action=" + query, "/callbacks/" + path, "/" + path,
		"/?from=" + query + "&ends=custom", "/callbacks/" + string(id) + "?q=" + query,
	}
}

// TestInjection: what senders, reviewers and the OpenID provider write is text on every page that
// shows it.
func TestInjection(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.provider.SetUsers(append(users(), oidc.User{
		Subject: "eve", Name: `"><b data-evil>Eve`, Email: `"<b data-evil>"@example.com`, Groups: []string{"reviewers", "finance", "platform", "audit"},
	}))
	pending, decided := s.receive(hostileAnnouncement()).ID, s.receive(hostileAnnouncement()).ID
	eve, other := s.as("eve"), s.as(rita)
	if status, _ := eve.lease(pending, url.Values{"action": {"open"}}); status != http.StatusOK {
		t.Fatalf("review: %d", status)
	}
	late := other.choose(decided, "reject", hostile)
	if a := eve.decide(decided, eve.choose(decided, "reject", hostile)); a.status != http.StatusSeeOther {
		t.Fatalf("decision: %d %s", a.status, a.text(t))
	}
	for _, b := range []*browser{eve, other} {
		for _, id := range []callbacks.ID{pending, decided} {
			for _, path := range append(pages(id), hostileAddresses(id)...) {
				clean(t, path, b.get(path))
			}
		}
	}
	clean(t, "409", other.decide(decided, late))
	for name, form := range map[string]url.Values{
		"confirm": {"outcome": {"approve"}, "comment": {hostile}},
		"422":     {"outcome": {hostile}, "comment": {hostile}},
		"stale":   {"outcome": {"approve"}, "comment": {hostile}, "seen": {hostile}, "at": {hostile}},
	} {
		a := other.decide(pending, form)
		clean(t, name, a)
		if !strings.Contains(a.document(t).Text()+a.document(t).Find("[name=comment]").AttrOr("value", ""), hostile) {
			t.Errorf("%s: the comment is not on the page as it was typed", name)
		}
	}
	clean(t, "preview", other.post("/callbacks/"+string(pending)+"/preview", url.Values{"outcome": {"approve"}, "comment": {hostile}}))
	form := url.Values{"outcome": {hostile}, "comment": {hostile}, "seen": {"x"}}
	clean(t, "401", s.visitor().decide(pending, form))
	clean(t, "403", s.as(audrey).decide(pending, form))
	clean(t, "sign-in", s.visitor().get("/signin?return="+url.QueryEscape(hostile)))

	page := other.get("/callbacks/" + string(pending)).document(t)
	for what, selector := range map[string]string{"title": "h1", "tag": ".taglist", "link": ".links"} {
		if !strings.Contains(page.Find(selector).Text(), `data-evil`) {
			t.Errorf("%s is not shown as it was sent", what)
		}
	}
	_ = s.store.Close()
	clean(t, "503", other.decide(pending, form))
}

// TestInjection_Refusal: the provider's own words on the sign-in page.
func TestInjection_Refusal(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.visitor()
	address := refreshTarget(t, b.post("/auth/login", nil))
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	back := url.Values{
		"state": {u.Query().Get("state")}, "error": {"access_denied"}, "error_description": {`"><b data-evil>no`},
		"iss": {u.Scheme + "://" + u.Host},
	}
	a := b.get("/auth/callback?" + back.Encode())
	clean(t, "refusal", a)
	if a.status != http.StatusForbidden || !strings.Contains(a.text(t), `"><b data-evil>no`) {
		t.Errorf("%d %s", a.status, a.text(t))
	}
}
