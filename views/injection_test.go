package views_test

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"
	"github.com/microcosm-cc/bluemonday"

	"countersign/internal/answers"
	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/delegation"
	"countersign/internal/desk"
	"countersign/internal/discovery"
	"countersign/internal/fault"
	"countersign/internal/notice"
	"countersign/internal/people"
	"countersign/internal/readquota"
	"countersign/internal/record"
	"countersign/internal/replies"
	"countersign/views"
	"countersign/views/account"
	"countersign/views/admin"
	"countersign/views/lists"
	"countersign/views/pagetest"
	"countersign/views/review"
	"countersign/views/untrusted"
	"countersign/views/viewstest"
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
func hostile(m review.Review) review.Review {
	c := &m.Callback
	c.Title, c.Function, c.Name, c.Queue, c.Source, c.Region = evil, evil, evil, evil, evil, evil
	c.CallbackID, c.ExecutionARN = callbacks.CallbackID(evil), evil
	c.Requester = callbacks.Requester{Name: evil, Email: evil}
	for i := range c.Outcomes {
		c.Outcomes[i].Label, c.Outcomes[i].ErrorType = evil, evil
	}
	m.Content = callbacks.Content{Payload: []byte(`{` + strconv.Quote(evil) + `:[` + strconv.Quote(evil) + `,{}]}`), Links: []callbacks.Link{{Title: evil, URL: "https://example.com/" + evil}}, Tags: []string{evil}}
	m.Description = untrusted.Sanitise(prose(), []byte(`<p onclick=alert(1)>`+evil+`</b></p><a href="javascript:alert(3)">x</a>`))
	m.Draft.Comment = evil
	m.Draft.Faults = fault.List{{Pointer: "comment", Detail: evil}, {Pointer: "outcome", Detail: evil}}
	if m.Previews != nil {
		m.Previews = viewstest.Previews(*c, evil)
	}
	for i := range m.Signatures {
		given := &m.Signatures[i]
		given.By.Name, given.Comment, given.Rule, given.Groups = evil, evil, evil, []string{evil}
		given.ActingFor = &callbacks.Delegator{Name: evil, Groups: []string{evil}}
		if given.End != nil {
			given.End.Why = evil
		}
	}
	for i := range m.Reviews {
		m.Reviews[i].By.Name = evil
	}
	m.Told = []notice.Notice{{Target: notice.Target{Channel: evil, Place: evil}, Topic: notice.Topic{Kind: evil}, Fault: evil, Words: evil}}
	for i := range m.Audit {
		m.Audit[i].Detail, m.Audit[i].Actor.Name = evil, evil
	}
	if c.Decision != nil {
		c.Decision.Label, c.Decision.Comment, c.Decision.By.Name, c.Decision.Outcome = evil, evil, evil, "other"
	}
	if c.Ending != nil {
		c.Ending.Code, c.Ending.Refusal = evil, replies.Invalid
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
	s := viewstest.Shell("mine", "/?scope=mine")
	s.Viewer.Name, s.Viewer.Email, s.Support, s.Version = evil, evil, evil, evil
	s.Address.Query.Set("q", evil)
	s.Samples = []views.Sample{{Name: evil, Title: evil}}
	open := hostile(pagetest.Review(viewstest.Pending()))
	rows := []desk.Row{{Callback: open.Callback, Reviewers: []callbacks.Actor{{Name: evil}, {Name: evil}}}}
	for _, m := range []review.Review{pagetest.Review(viewstest.Retrying()), pagetest.Review(viewstest.Lost(callbacks.EndedByOther, "")), pagetest.Review(viewstest.Completed())} {
		m = hostile(m)
		m.Callback.ID += callbacks.ID(m.Callback.State)
		rows = append(rows, desk.Row{Callback: m.Callback})
	}
	inbox := pagetest.Inbox(desk.ScopeMine, rows)
	inbox.Open, inbox.Filter.Search, inbox.Filter.Function, inbox.Filter.Queue, inbox.Next, inbox.Stranded = &open, evil, evil, evil, evil, pagetest.Stranded(evil)
	table := pagetest.Table()
	table.Rows, table.Filter.Search, table.Functions, table.Queues = rows, evil, []string{evil}, []string{evil}
	ended := hostile(pagetest.Review(viewstest.Ended(callbacks.TimedOut, callbacks.Ending{By: callbacks.EndedByClock})))
	signature := viewstest.SignedBy(viewstest.Priya, "finance-approvers", "", time.Minute)
	signed := hostile(pagetest.Review(viewstest.Waiting2296(signature, viewstest.EndedSignature(signature, callbacks.Withdrawn, "", time.Minute),
		viewstest.EndedSignature(signature, callbacks.Void, "", time.Minute))))
	signed.Callback.Requirement.Fault, signed.Callback.Requirement.Basis, signed.Draft.Withdrawal = evil, callbacks.BasisFault, evil
	for i := range signed.Why.Tests {
		signed.Why.Tests[i].Value, signed.Why.Tests[i].Reason, signed.Why.Tests[i].Result = evil, evil, callbacks.GateFailed
	}
	decided := hostile(pagetest.Review(viewstest.Decided()))
	admins, asking := s, hostile(pagetest.Review(viewstest.Pending()))
	admins.Viewer.Roles.Admin = true
	asking.WantsRequester, asking.Previews, asking.Refused = true, nil, &callbacks.Refusal{Code: evil, Reason: evil}
	asking.Draft.Asker = review.AskerDraft{
		Statement: desk.Statement{Requester: evil, RequesterID: evil, Reason: evil},
		Faults:    fault.List{{Pointer: "requester", Detail: evil}, {Pointer: "requesterId", Detail: evil}, {Pointer: "reason", Detail: evil}},
	}
	asking.Callback.Queue, asking.Callback.Requester.StatedBy = evil, ""
	decided.Next = &review.Next{Row: &rows[0]}
	for name, page := range map[string]templ.Component{
		"inbox": lists.InboxPage(s, inbox), "review": review.Page(s, open), "admin": lists.TablePage(s, table),
		"signed":         review.Page(s, signed),
		"answer":         review.Page(s, pagetest.Answering(evil)),
		"answer-confirm": review.ConfirmPage(s, review.Confirm{Callback: open.Callback, Preview: viewstest.FreePreviews(open.Callback, callbacks.Answer{Format: answers.Text, Result: evil})[1], List: open.List}),
		"decided":        review.Page(s, decided), "lost": review.Page(s, hostile(pagetest.Review(viewstest.Lost(callbacks.EndedByOther, "")))), "ended": review.Page(s, ended),
		"confirm": review.ConfirmPage(s, review.Confirm{Callback: open.Callback, Preview: open.Previews[1], Comment: evil, List: s.Address}),
		"preview": review.Preview(open.Previews[0]),
		"later":   review.Previews([]desk.Preview{open.Previews[0], longPreview(evil)}, ""),
		"asker":   review.Page(admins, asking),
		"fault":   review.PreviewFault(fault.List{{Detail: evil}}),
		"watches": admin.WatchesPage(s, admin.Watches{Searched: discovery.Searched{
			Watches: []discovery.WatchState{{Watch: discovery.Watch{Function: evil, Account: evil, Region: evil, Queue: evil}, Problem: evil, Unannounced: 1}},
			Quotas:  []readquota.Quota{{Lane: arn.Lane{Account: evil, Region: evil}}},
		}}),
		"configuration": admin.ConfigurationPage(s, hostileConfiguration()),
		"policies":      admin.PoliciesPage(s, pagetest.Policies(evil)), "policies asked": admin.PoliciesPage(s, pagetest.PoliciesAsked(evil)),
		"slack link":   account.SlackLinkPage(s, account.SlackLink{Address: evil, SentTo: evil, Code: evil, CodeFault: evil, Fault: evil}),
		"slack linked": account.SlackLinkPage(s, account.SlackLink{Linked: &notice.Account{Name: evil, Account: evil}}),
		"channels":     admin.ChannelsPage(s, pagetest.Channels(evil)), "channels tested": admin.ChannelsPage(s, pagetest.ChannelsTested(evil)),
		"policies refused": admin.PoliciesPage(s, pagetest.PoliciesRefused(evil)),
		"sessions": account.SessionsPage(s, account.Sessions{All: true, Next: evil, Query: people.SessionQuery{Search: evil, After: &desk.Cursor{}}, List: []people.Session{
			{ID: "s1", Name: evil, Email: evil + "@x", Browser: evil, Address: evil},
		}}),
		"settings":    account.SettingsPage(s, hostileSettings()),
		"audit":       admin.AuditPage(s, admin.Audit{AuditPage: record.AuditPage{Stretches: viewstest.Stretched(open.Audit)}, Filter: record.AuditFilter{Callback: evil, Action: evil, Actor: evil}, Days: [2]string{evil, evil}, Zone: evil}),
		"signin":      account.SignInPage(s, account.SignIn{Provider: evil, Return: "/callbacks/" + evil, Down: true, Problem: evil}),
		"forbidden":   views.ForbiddenPage(viewstest.Keeping(s, evil), views.Forbidden{Reason: evil, Code: evil, Callback: "x"}),
		"conflict":    review.ConflictPage(viewstest.Keeping(s, evil), review.Conflict{Callback: decided.Callback, Tried: evil, Next: decided.Next, List: s.Address}),
		"invalid":     views.InvalidPage(s, views.BadRequest{Faults: fault.List{{Pointer: evil, Detail: evil}}, Back: s.Address}),
		"failure":     views.FailurePage(s, views.Failure{RequestID: evil}),
		"unavailable": views.UnavailablePage(viewstest.Keeping(s, evil), views.Unavailable{RequestID: evil, Decision: &views.Unrecorded{Callback: "x", Outcome: evil}}),
		"old-groups":  review.SignInAgainPage(viewstest.Keeping(s, evil), review.SignInAgain{Tried: evil, Asker: asking.Draft.Asker.Statement, Return: s.Address}),
		"signed-out":  views.SignedOutPage(viewstest.Keeping(s, evil), views.Forbidden{Callback: "x"}),
		"hand-over":   account.HandOverPage(s, account.HandOver{Site: evil, Address: evil}),
		"no-role":     views.NoRolePage(viewstest.Keeping(s, evil), views.NoRole{Why: evil}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkInert(t, viewstest.HTML(t, page))
		})
	}
}

// hostileConfiguration has replicas and a file whose every name is a stranger's.
func hostileConfiguration() admin.Configuration {
	m := pagetest.Configuration(2, evil, evil+":1:1: "+evil)
	for i := range m.Replicas {
		m.Replicas[i].Name, m.Replicas[i].Version = evil, evil
	}
	m.Self, m.Versions[1].FirstSeenBy, m.Versions[1].Version = evil, evil, evil
	m.Desk = admin.Desk{
		File: evil, Version: "6a1f", Reviewers: []string{evil}, Groups: []admin.Group{{Name: evil, Slack: evil, Email: []string{evil}}},
		Queues:    []callbacks.Queue{{Name: evil, Groups: []string{evil}}},
		Sources:   []admin.Source{{Name: evil, Queues: []string{evil}}},
		Topics:    []admin.Topic{{ARN: evil, Source: evil, Queues: []string{evil}}},
		Functions: []admin.Function{{Name: evil, Watched: true, Queue: evil, Region: evil, Account: evil, ExceptNames: []string{evil}, Templates: []string{evil}}},
		Accounts:  []admin.Account{{Number: evil, RoleARN: evil}},
	}
	return m
}

// longPreview is of more than is shown at once.
func longPreview(text string) desk.Preview {
	return desk.Preview{Prepared: callbacks.Prepared{
		Outcome:    callbacks.Outcome{Name: "x", Label: text},
		Completion: callbacks.Completion{Kind: callbacks.Success, Result: bytes.Repeat([]byte(text), 100<<10)},
	}}
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

// TestLinksOfStrangersAreWeb: a link that the domain let through by mistake still cannot run
// anything.
func TestLinksOfStrangersAreWeb(t *testing.T) {
	t.Parallel()
	m := pagetest.Review(viewstest.Pending())
	m.Content.Links = []callbacks.Link{{Title: "x", URL: "javascript:alert(1)"}, {URL: "data:text/html,x"}}
	m.ConsoleURL = "javascript:alert(2)"
	viewstest.HTML(t, review.Page(viewstest.Shell("mine", "/"), m)).Find("a").Each(func(_ int, s *goquery.Selection) {
		if href := s.AttrOr("href", ""); strings.HasPrefix(href, "javascript:") || strings.HasPrefix(href, "data:") {
			t.Errorf("link to %s", href)
		}
	})
}

// hostileSettings has the text in every value that others wrote.
func hostileSettings() account.Settings {
	bad := callbacks.Actor{ID: evil, Name: evil}
	m := pagetest.SettingsWithFaults()
	m.Book.Of.Name, m.Book.Delegations[0].To, m.Book.Delegations[1].From = evil, bad, bad
	m.Draft.Who, m.Draft.Since, m.Draft.Until, m.Search = evil, evil, evil, evil
	m.Faults = fault.List{{Pointer: "who", Detail: evil}}
	m.Candidates = []delegation.Known{{ID: evil, Name: evil, Email: evil + "@x"}}
	m.Found = m.Candidates
	return m
}
