package views

import (
	"bytes"
	"strings"
	"testing"

	"countersign/internal/callbacks"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"
	"github.com/microcosm-cc/bluemonday"
)

// evil would be an element, leave an attribute, or end a script, wherever it is not text.
const evil = `x"'><img src=x onerror=alert(1)></script><script>alert(2)</script><b id=evil>`

// prose is a policy as a handler would have it: paragraphs and links.
func prose() *bluemonday.Policy {
	policy := bluemonday.NewPolicy()
	policy.AllowElements("p")
	policy.AllowStandardURLs()
	policy.AllowAttrs("href").OnElements("a")
	return policy
}

// hostile is a callback that a stranger filled wherever a stranger can.
func hostile(m Review) Review {
	c := &m.Callback
	c.Title, c.Function, c.Name, c.Queue, c.Source, c.Region = evil, evil, evil, evil, evil, evil
	c.CallbackID, c.ExecutionARN = callbacks.CallbackID(evil), evil
	c.Requester = callbacks.Requester{Name: evil, Email: evil}
	for i := range c.Outcomes {
		c.Outcomes[i].Label, c.Outcomes[i].ErrorType = evil, evil
	}
	m.Content = callbacks.Content{Payload: []byte(`{` + quote(evil) + `:[` + quote(evil) + `,{}]}`), Links: []callbacks.Link{{Title: evil, URL: "https://example.com/" + evil}}, Tags: []string{evil}}
	m.Description = Sanitise(prose(), []byte(`<p onclick=alert(1)>`+evil+`</b></p><a href="javascript:alert(3)">x</a>`))
	m.Draft.Comment = evil
	m.Draft.Faults = callbacks.Invalid{{Pointer: "comment", Detail: evil}, {Pointer: "outcome", Detail: evil}}
	if m.Previews != nil {
		m.Previews = previewsOf(*c, evil)
	}
	for i := range m.Reviews {
		m.Reviews[i].By.Name = evil
	}
	for i := range m.Audit {
		m.Audit[i].Detail, m.Audit[i].Actor.Name = evil, evil
	}
	if c.Decision != nil {
		c.Decision.Label, c.Decision.Comment, c.Decision.By.Name, c.Decision.Outcome = evil, evil, evil, "other"
	}
	if c.Ending != nil {
		c.Ending.Detail = evil
	}
	if m.Delivery != nil {
		m.Delivery.Completion = callbacks.Completion{Kind: callbacks.Success, Result: []byte(evil)}
		for i := range m.Delivery.Attempts {
			m.Delivery.Attempts[i].Code = evil
		}
	}
	return m
}

// TestHTMLInjection: what a stranger wrote is text on every page that shows it.
func TestHTMLInjection(t *testing.T) {
	t.Parallel()
	s := shellAt("mine", "/?scope=mine")
	s.Viewer.Name, s.Viewer.Email, s.Support, s.Version = evil, evil, evil, evil
	s.Address.Query.Set("q", evil)
	s.Samples = []Sample{{Name: evil, Title: evil}}
	open := hostile(sampleReview())
	rows := []callbacks.Row{{Callback: open.Callback, Reviewers: []callbacks.Actor{{Name: evil}, {Name: evil}}}}
	for _, m := range []Review{retryingReview(), lostReview(callbacks.EndedByOther, ""), completedReview()} {
		m = hostile(m)
		m.Callback.ID += callbacks.ID(m.Callback.State)
		rows = append(rows, callbacks.Row{Callback: m.Callback})
	}
	inbox := inboxOf(callbacks.ScopeMine, rows)
	inbox.Open, inbox.Filter.Search, inbox.Filter.Function, inbox.Filter.Queue, inbox.Next = &open, evil, evil, evil, evil
	admin := sampleAdmin()
	admin.Rows, admin.Filter.Search, admin.Functions, admin.Queues = rows, evil, []string{evil}, []string{evil}
	ended := hostile(endedReview(callbacks.TimedOut, callbacks.Ending{By: callbacks.EndedByClock}))
	decided := hostile(decidedReview())
	admins, asking := s, hostile(sampleReview())
	admins.Viewer.Roles.Admin = true
	asking.WantsRequester, asking.Previews, asking.MayDecide = true, nil, &callbacks.Refusal{Code: evil, Reason: evil}
	asking.Draft.Asker = AskerDraft{
		Statement: callbacks.Statement{Requester: evil, RequesterID: evil, Reason: evil},
		Faults:    callbacks.Invalid{{Pointer: "requester", Detail: evil}, {Pointer: "requesterId", Detail: evil}, {Pointer: "reason", Detail: evil}},
	}
	asking.Callback.Queue, asking.Callback.Requester.StatedBy = evil, ""
	decided.Next = &Next{Row: &rows[0]}
	for name, page := range map[string]templ.Component{
		"inbox": InboxPage(s, inbox), "review": ReviewPage(s, open), "admin": AdminPage(s, admin),
		"decided": ReviewPage(s, decided), "lost": ReviewPage(s, hostile(lostReview(callbacks.EndedByOther, ""))), "ended": ReviewPage(s, ended),
		"confirm": ConfirmPage(s, Confirm{Callback: open.Callback, Preview: open.Previews[1], Comment: evil, List: s.Address}),
		"preview": Preview(open.Previews[0]),
		"later":   Previews([]callbacks.Preview{open.Previews[0], longPreview(evil)}, ""),
		"asker":   ReviewPage(admins, asking),
		"fault":   PreviewFault(callbacks.Invalid{{Detail: evil}}),
		"watches": WatchesPage(s, Watches{Searched: callbacks.Searched{
			Watches: []callbacks.WatchState{{Watch: callbacks.Watch{Function: evil, Account: evil, Region: evil, Queue: evil}, Problem: evil, Unannounced: 1}},
			Budgets: []callbacks.ReadBudget{{Lane: callbacks.Lane{Account: evil, Region: evil}}},
		}}),
		"sessions": SessionsPage(s, Sessions{All: true, Next: evil, Query: callbacks.SessionQuery{Search: evil, After: &callbacks.Cursor{}}, List: []callbacks.Session{
			{ID: "s1", Name: evil, Email: evil + "@x", Browser: evil, Address: evil},
		}}),
		"audit":       AuditPage(s, Audit{Entries: open.Audit, Query: callbacks.AuditQuery{Callback: evil, Action: evil}}),
		"signin":      SignInPage(s, SignIn{Provider: evil, Return: "/callbacks/" + evil, Down: true, Problem: evil}),
		"forbidden":   ForbiddenPage(keeping(s, evil), Forbidden{Reason: evil, Code: evil, Callback: "x"}),
		"conflict":    ConflictPage(keeping(s, evil), Conflict{Callback: decided.Callback, Tried: evil, Next: decided.Next, List: s.Address}),
		"invalid":     InvalidPage(s, BadRequest{Faults: callbacks.Invalid{{Pointer: evil, Detail: evil}}, Back: s.Address}),
		"failure":     FailurePage(s, Failure{RequestID: evil}),
		"unavailable": UnavailablePage(keeping(s, evil), Unavailable{RequestID: evil, Decision: &Unrecorded{Callback: "x", Outcome: evil}}),
		"old-groups":  SignInAgainPage(keeping(s, evil), SignInAgain{Tried: evil, Asker: asking.Draft.Asker.Statement, Return: s.Address}),
		"signed-out":  SignedOutPage(keeping(s, evil), Forbidden{Callback: "x"}),
		"hand-over":   HandOverPage(s, HandOver{Site: evil, Address: evil}),
		"no-role":     NoRolePage(keeping(s, evil), NoRole{Why: evil}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkInert(t, html(t, page))
		})
	}
}

// longPreview is of more than is shown at once.
func longPreview(text string) callbacks.Preview {
	return callbacks.Preview{Outcome: callbacks.Outcome{Name: "x", Label: text}, Completion: callbacks.Completion{Kind: callbacks.Success, Result: bytes.Repeat([]byte(text), maxPreviewed)}}
}

// checkInert finds what foreign text must not have become.
func checkInert(t *testing.T, doc *goquery.Document) {
	t.Helper()
	if n := doc.Find("img, #evil, script:not([src^='/static/'])").Length(); n > 0 {
		t.Errorf("%d elements of a stranger", n)
	}
	doc.Find("*").Each(func(_ int, s *goquery.Selection) {
		for _, a := range s.Nodes[0].Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "src" && !strings.HasPrefix(a.Val, "/static/") || strings.HasPrefix(a.Val, "javascript:") {
				t.Errorf("<%s %s=%q>", goquery.NodeName(s), a.Key, a.Val)
			}
		}
	})
	if !strings.Contains(doc.Text()+attributes(doc), "<img src=x onerror=alert(1)>") {
		t.Error("the text is not shown at all, so that this proves nothing")
	}
}

func attributes(doc *goquery.Document) string {
	var all strings.Builder
	doc.Find("[value]").Each(func(_ int, s *goquery.Selection) { all.WriteString(s.AttrOr("value", "")) })
	return all.String()
}

// TestLinksOfStrangersAreWeb: a link that the domain let through by mistake still cannot run anything.
func TestLinksOfStrangersAreWeb(t *testing.T) {
	t.Parallel()
	m := sampleReview()
	m.Content.Links = []callbacks.Link{{Title: "x", URL: "javascript:alert(1)"}, {URL: "data:text/html,x"}}
	m.ConsoleURL = "javascript:alert(2)"
	html(t, ReviewPage(shellAt("mine", "/"), m)).Find("a").Each(func(_ int, s *goquery.Selection) {
		if href := s.AttrOr("href", ""); strings.HasPrefix(href, "javascript:") || strings.HasPrefix(href, "data:") {
			t.Errorf("link to %s", href)
		}
	})
}
