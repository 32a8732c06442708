package handlers_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"

	"countersign/handlers"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/standin/oidc"
	"countersign/static"
)

// raw are characters that stand on no page as they are: each turns, hides or fakes something, or
// drives a terminal.
const raw = "\x00\x1b\a\u0085\u009b\u00ad\u034f\u115f\u200b\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2060\u2063\u2066\u2067\u2069\u2800\u3164\ufeff\ufff9\ufffb\U000E0001\U000E0041\U0001D173"

// hostileText has all of them beside markup, templates, terminal sequences and length; a template's
// own syntax is in hostile.
func hostileText(longest int) string {
	text := "EVIL \u202e\u2066" + hostile + " \x1b]0;owned\a\u009b2J" + raw + " ${jndi:x} %s%n\r\n\t../../ ' OR 1=1 "
	for utf8.RuneCountInString(text) < longest {
		text += "long" + text[:200]
	}
	return string([]rune(text)[:longest])
}

// hostileStored is a callback as it may be stored from before intake refused such lines, and as
// payloads always may be.
func hostileStored(t *testing.T, s *site) callbacks.ID {
	t.Helper()
	a := expense()
	// what is stored of its requester names nobody, which a queue with four eyes would not have
	// decided
	a.Queue = callbacks.DefaultQueue
	quoted, err := json.Marshal(hostileText(5000))
	if err != nil {
		t.Fatal(err)
	}
	bare := json.RawMessage(`"` + strings.NewReplacer("\x00", `\u0000`, "\x1b", `\u001b`, "\a", `\u0007`, "\r", `\r`, "\n", `\n`, "\t", `\t`, `"`, `\"`, `\`, `\\`).Replace(hostileText(5000)) + `"`)
	a.Payload = json.RawMessage(`{` + string(bare) + `:[` + string(bare) + `,{"k":` + string(quoted) + `}],"half":"\ud800"}`)
	a.Description = strings.ReplaceAll(hostileText(3000), "\x00", "") + "\n\n&#x202e; &#8203;\n\n[" + raw[1:] + "](https://a.test/ '" + raw[1:] + "')\n\n```" + raw[1:] + "\nx\n```"
	a.Tags, a.Links = []string{"tag"}, []callbacks.Link{{Title: "link", URL: "https://a.test/" + raw[4:]}}
	a.Outcomes = callbacks.DefaultOutcomes(callbacks.Failure)
	a.Outcomes[0].Payload = json.RawMessage(`{` + string(bare) + `:"{{comment}}"}`)
	a.Outcomes[1].ErrorMessage = hostileText(500)
	c := s.receive(a)
	_, err = s.store.Change(t.Context(), c.ID, callbacks.Parts{}, func(c *callbacks.Case) error {
		line := strings.ReplaceAll(hostileText(200), "\x00", "")
		c.Title, c.Function, c.Name = line, line, line
		c.Requester = callbacks.Requester{Name: line, Email: line}
		for i := range c.Outcomes {
			c.Outcomes[i].Label = "L" + string([]rune(line)[:30])
		}
		return c.Record(callbacks.AuditEntry{
			At: callbackstest.T0, Actor: callbacks.Actor{Kind: callbacks.ActorPerson, ID: line, Name: line}, Action: callbacks.ActionHeartbeat, Callback: c.ID, Detail: line,
		}, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	return c.ID
}

// TestHostileText puts such text into every field that a stranger can send or a reviewer can type,
// opens every page and fragment of every role, and finds none of it raw.
func TestHostileText(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	line := strings.ReplaceAll(hostileText(150), "\x00", "")
	s.provider.SetUsers(append(users(), oidc.User{Subject: "eve", Name: line, Email: "eve@example.com", Groups: []string{"reviewers", "finance", "platform", "audit"}}))
	pending, decided := hostileStored(t, s), hostileStored(t, s)
	browsers := map[string]*browser{"nobody": s.visitor()}
	for _, person := range []string{nora, otto, rita, audrey, adam, "eve"} {
		browsers[person] = s.as(person)
	}
	eve := browsers["eve"]
	if status, _ := eve.lease(pending, url.Values{"action": {"open"}}); status != http.StatusOK {
		t.Fatalf("review: %d", status)
	}
	late := browsers[rita].choose(decided, "reject", hostileText(300))
	if a := eve.decide(decided, eve.choose(decided, "reject", hostileText(300))); a.status != http.StatusSeeOther {
		t.Fatalf("decision: %d %s", a.status, a.text(t))
	}
	s.clock.Advance(time.Second) // exports end before the moment at which they begin
	found := false
	for person, b := range browsers {
		for _, a := range everyAnswer(t, b, pending, decided) {
			found = found || strings.Contains(a.body, "EVIL")
			if a.header.Get("Content-Disposition") == "" { // no browser shows a file
				inert(t, person, a)
			}
		}
		inert(t, person+" 409", b.decide(decided, late))
	}
	if !found {
		t.Error("the text is on no page, so that this proves nothing")
	}
}

// everyAnswer asks for each route of the table, with such text in each parameter and field.
func everyAnswer(t *testing.T, b *browser, ids ...callbacks.ID) []reply {
	t.Helper()
	typed := url.Values{}
	for _, name := range []string{"q", "function", "queue", "from", "to", "ends", "state", "order", "scope", "item", "callback", "action", "at", "return", "error", "error_description", "source", "received_from", "after", "before"} {
		typed.Set(name, hostileText(300))
	}
	var replies []reply
	for _, route := range handlers.Routes() {
		method, pattern, _ := strings.Cut(route, " ")
		if pattern == "/events" || pattern == "/static/*" || pattern == "/auth/logout" {
			continue // a stream, files of ours; the end of the session; names of ours
		}
		of := ids
		if !strings.Contains(pattern, ":id") {
			of = ids[:1] // the answer is the same for each
		}
		for _, id := range of {
			path := strings.NewReplacer(":id", string(id), "/static/*", static.URL("favicon.svg")).Replace(pattern)
			if method == http.MethodGet {
				if strings.HasSuffix(path, "/payload") {
					continue // a file of text: TestPayload
				}
				replies = append(replies, b.get(path), b.get(path+"?"+typed.Encode()), b.get(path+"?q="+url.QueryEscape(hostileText(50))))
				continue
			}
			if strings.HasSuffix(path, "/export") {
				replies = append(replies, b.post(path, url.Values{"format": {"csv"}, "system": {"1"}}), b.post(path, url.Values{"format": {"jsonl"}, "system": {"1"}}))
			}
			for _, outcome := range []string{"approve", hostileText(50)} {
				replies = append(replies, b.post(path, url.Values{"outcome": {outcome}, "comment": {hostileText(300)}, "action": {hostileText(20)}, "sample": {hostileText(20)}}))
			}
		}
	}
	return append(replies, b.get("/?item="+string(ids[0])), b.get("/?scope=history"), b.get("/callbacks/"+url.PathEscape(hostileText(100))), b.get("/"+url.PathEscape(hostileText(100))))
}

// inert fails when an answer has one of the characters outside of what a reader typed in a field,
// to be sent again, or an element or attribute of a stranger.
func inert(t *testing.T, what string, a reply) {
	t.Helper()
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode && n.Parent != nil && n.Parent.Data != "textarea" {
			report(t, what, n.Data)
		}
		for _, attribute := range n.Attr {
			// what was typed, for a field or to compare a draft with it
			if attribute.Key != "value" && attribute.Key != "data-sent" {
				report(t, what, attribute.Key+"="+attribute.Val)
			}
		}
		for child := n.FirstChild; child != nil; child = child.NextSibling {
			walk(child)
		}
	}
	for _, n := range clean(t, what, a).Nodes {
		walk(n)
	}
}

func report(t *testing.T, what, text string) {
	t.Helper()
	for i, r := range text {
		// An isolate that is closed keeps a name of ours apart.
		if strings.ContainsRune(raw, r) && !slices.Contains([]rune{'\u2066', '\u2067', '\u2069'}, r) {
			t.Errorf("%s: %U in %.120q", what, r, text[max(i-40, 0):])
			return
		}
	}
}
