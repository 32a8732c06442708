package handlers_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"countersign/handlers"
	"countersign/static"
)

// who are the columns of the table below; the callback of the test is in queue finance.
var who = []string{"nobody", nora, otto, rita, audrey, adam}

// open are the statuses of every route for everybody. A route that is missing here fails the test.
var open = map[string]struct {
	form    url.Values
	replies [6]int
}{
	"GET /":                             {nil, [6]int{303, 403, 200, 200, 200, 200}},
	"GET /callbacks/:id":                {nil, [6]int{303, 403, 404, 200, 200, 200}},
	"POST /callbacks/:id/reveal":        {url.Values{"at": {"7"}}, [6]int{401, 403, 404, 404, 403, 403}}, // nothing is masked there
	"POST /callbacks/:id/reveal/value":  {url.Values{"at": {"7"}}, [6]int{401, 403, 404, 404, 403, 403}},
	"POST /callbacks/:id/decision":      {url.Values{"outcome": {"approve"}}, [6]int{401, 403, 404, 200, 403, 403}},
	"POST /callbacks/:id/withdrawal":    {url.Values{"why": {"Wrong cost centre."}}, [6]int{401, 403, 404, 409, 409, 409}},
	"POST /callbacks/:id/preview":       {url.Values{"outcome": {"approve"}}, [6]int{401, 403, 404, 200, 403, 403}},
	"POST /callbacks/:id/reviews":       {url.Values{"action": {"open"}}, [6]int{401, 403, 404, 200, 403, 403}},
	"POST /callbacks/:id/delivery":      {nil, [6]int{401, 403, 403, 403, 403, 303}},
	"POST /callbacks/:id/requester":     {nil, [6]int{401, 403, 403, 403, 403, 422}},
	"POST /callbacks/:id/policy":        {nil, [6]int{401, 403, 403, 403, 403, 422}},
	"GET /palette":                      {nil, [6]int{303, 403, 200, 200, 200, 200}},
	"GET /decisions":                    {nil, [6]int{303, 403, 200, 200, 200, 200}},
	"POST /decisions/export":            {url.Values{"format": {"csv"}}, [6]int{401, 403, 200, 200, 200, 200}},
	"GET /admin/callbacks":              {nil, [6]int{303, 403, 403, 403, 200, 200}},
	"GET /admin/watches":                {nil, [6]int{303, 403, 403, 403, 200, 200}},
	"GET /admin/configuration":          {nil, [6]int{303, 403, 403, 403, 200, 200}},
	"GET /admin/policies":               {nil, [6]int{303, 403, 403, 403, 200, 200}},
	"POST /admin/policies":              {url.Values{"request": {"{}"}}, [6]int{401, 403, 403, 403, 422, 422}},
	"GET /admin/channels":               {nil, [6]int{303, 403, 403, 403, 200, 200}},
	"POST /admin/channels/retry":        {url.Values{"channel": {"none:"}}, [6]int{401, 403, 403, 403, 403, 404}},
	"POST /admin/channels/resume":       {url.Values{"channel": {"none:"}}, [6]int{401, 403, 403, 403, 403, 404}},
	"POST /admin/channels/mute":         {url.Values{"channel": {"none:"}}, [6]int{401, 403, 403, 403, 403, 404}},
	"POST /admin/channels/test":         {url.Values{"channel": {"none:"}}, [6]int{401, 403, 403, 403, 403, 404}},
	"GET /settings/slack":               {nil, [6]int{303, 403, 404, 404, 404, 404}}, // off
	"POST /settings/slack":              {nil, [6]int{401, 403, 404, 404, 404, 404}},
	"POST /settings/slack/code":         {nil, [6]int{401, 403, 404, 404, 404, 404}},
	"POST /settings/slack/unlink":       {nil, [6]int{401, 403, 404, 404, 404, 404}},
	"GET /sessions":                     {nil, [6]int{303, 403, 200, 200, 200, 200}},
	"POST /sessions/others":             {nil, [6]int{401, 403, 303, 303, 303, 303}},
	"POST /sessions/:session/end":       {nil, [6]int{401, 403, 404, 404, 404, 404}}, // of nobody
	"GET /admin/sessions":               {nil, [6]int{303, 403, 403, 403, 403, 200}},
	"POST /admin/sessions/:session/end": {nil, [6]int{401, 403, 403, 403, 403, 404}},
	"GET /audit":                        {nil, [6]int{303, 403, 403, 403, 200, 200}},
	"POST /audit/export":                {url.Values{"format": {"csv"}}, [6]int{401, 403, 403, 403, 200, 200}},
	"GET /events":                       {nil, [6]int{401, 403, 200, 200, 200, 200}},
	"POST /demo/samples":                {url.Values{"sample": {"expense"}}, [6]int{401, 403, 303, 303, 303, 303}},
	"GET /signin":                       {nil, [6]int{200, 303, 303, 303, 303, 303}},
	"POST /auth/login":                  {nil, [6]int{200, 200, 200, 200, 200, 200}},
	"GET /auth/callback":                {nil, [6]int{400, 303, 303, 303, 303, 303}},
	"POST /webhooks/callbacks":          {url.Values{}, [6]int{401, 401, 401, 401, 401, 401}},
	"POST /webhooks/eventbridge":        {nil, [6]int{404, 404, 404, 404, 404, 404}}, // off
	"POST /webhooks/sns":                {nil, [6]int{404, 404, 404, 404, 404, 404}}, // off
	"GET /healthz":                      {nil, [6]int{200, 200, 200, 200, 200, 200}},
	"GET /readyz":                       {nil, [6]int{200, 200, 200, 200, 200, 200}},
	"GET /static/*":                     {nil, [6]int{200, 200, 200, 200, 200, 200}},
	// asked last: it ends the session
	"POST /auth/logout":               {nil, [6]int{303, 200, 200, 200, 200, 200}},
	"GET /callbacks/:id/payload":      {nil, [6]int{303, 403, 404, 200, 200, 200}},
	"GET /callbacks/:id/payload/tree": {nil, [6]int{303, 403, 404, 200, 200, 200}},

	"POST /batches":             {nil, [6]int{401, 403, 303, 303, 303, 303}}, // nothing is selected
	"GET /batches/:batch":       {nil, [6]int{303, 403, 404, 404, 404, 404}}, // of nobody
	"POST /batches/:batch":      {nil, [6]int{401, 403, 404, 404, 404, 404}},
	"POST /batches/:batch/stop": {nil, [6]int{401, 403, 404, 404, 404, 404}},

	"GET /callbacks/:id/assignment":      {nil, [6]int{303, 403, 404, 200, 200, 200}},
	"POST /callbacks/:id/assignment":     {url.Values{"to": {"me"}}, [6]int{401, 403, 404, 303, 403, 403}},
	"POST /callbacks/:id/snooze":         {url.Values{"for": {"wake"}}, [6]int{401, 403, 404, 303, 303, 303}},
	"POST /callbacks/:id/acknowledgment": {url.Values{"revision": {"1"}}, [6]int{401, 403, 404, 409, 403, 409}}, // it needs no attention
	"GET /admin/assignments":             {nil, [6]int{303, 403, 403, 403, 403, 200}},
	"POST /admin/assignments":            {nil, [6]int{401, 403, 403, 403, 403, 422}},

	"GET /views":               {nil, [6]int{303, 403, 200, 200, 200, 200}},
	"POST /views":              {nil, [6]int{401, 403, 422, 422, 422, 422}}, // without a name
	"GET /views/new":           {nil, [6]int{303, 403, 200, 200, 200, 200}},
	"GET /views/:view":         {nil, [6]int{303, 403, 404, 404, 404, 404}}, // of nobody
	"POST /views/:view":        {nil, [6]int{401, 403, 404, 404, 404, 404}},
	"POST /views/:view/filter": {nil, [6]int{401, 403, 404, 404, 404, 404}},
	"POST /views/:view/stop":   {nil, [6]int{401, 403, 404, 404, 404, 404}},
	"POST /views/:view/delete": {nil, [6]int{401, 403, 404, 404, 404, 404}},

	"GET /sw.js": {nil, [6]int{200, 200, 200, 200, 200, 200}},

	"GET /settings":                  {nil, [6]int{303, 403, 200, 200, 200, 200}},
	"POST /settings/notices":         {url.Values{"set": {"failures"}}, [6]int{401, 403, 303, 303, 303, 303}},
	"POST /settings/notices/test":    {url.Values{"channel": {"push"}, "browser": {"b"}}, [6]int{401, 403, 404, 404, 404, 404}}, // of nobody
	"POST /settings/browsers":        {nil, [6]int{401, 403, 422, 422, 422, 422}},
	"POST /settings/browsers/remove": {nil, [6]int{401, 403, 404, 404, 404, 404}}, // of nobody
	"POST /settings/delegations":     {url.Values{"who": {"nobody"}}, [6]int{401, 403, 422, 422, 422, 422}},
	// of nobody
	"POST /settings/delegations/:delegation/end": {nil, [6]int{401, 403, 404, 404, 404, 404}},
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.receive(expense()).ID
	table := handlers.Routes()
	for column, person := range who {
		t.Run(person, func(t *testing.T) {
			b := s.visitor()
			if person != "nobody" {
				b = s.as(person)
			}
			ask := func(route string) {
				want, known := open[route]
				if !known {
					t.Errorf("%s is in no table of this test: who may call it?", route)
					return
				}
				method, pattern, _ := strings.Cut(route, " ")
				path := strings.NewReplacer(":id", string(id), ":session", "nosuchsession", ":delegation", "nosuchdelegation", "/static/*", static.URL("favicon.svg")).Replace(pattern)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				resp := b.open(ctx, method, path, "application/x-www-form-urlencoded", want.form.Encode())
				defer func() { _ = resp.Body.Close() }()
				if resp.StatusCode != want.replies[column] {
					t.Errorf("%s: %d, want %d", route, resp.StatusCode, want.replies[column])
				}
			}
			for _, route := range table {
				if route != "POST /auth/logout" {
					ask(route)
				}
			}
			ask("POST /auth/logout")
		})
	}
}

// TestRoutes_Closed: an address or a method that the table does not have.
func TestRoutes_Closed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, b := range []*browser{s.visitor(), s.as(adam)} {
		for route, status := range map[string]int{
			"GET /nothing":                 http.StatusNotFound,
			"GET /admin":                   http.StatusNotFound,
			"DELETE /callbacks/abc":        http.StatusMethodNotAllowed,
			"GET /callbacks/abc/decision":  http.StatusMethodNotAllowed,
			"GET /auth/logout":             http.StatusMethodNotAllowed,
			"GET /callbacks/abc/def/ghi/j": http.StatusNotFound,
		} {
			method, path, _ := strings.Cut(route, " ")
			if a := b.do(method, path, "", ""); a.status != status {
				t.Errorf("%s: %d, want %d", route, a.status, status)
			}
		}
	}
}

// TestInvisible: what somebody may not see and what does not exist answer alike.
func TestInvisible(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := string(s.receive(expense()).ID)
	b := s.as(otto)
	for _, route := range []string{
		"GET /callbacks/%", "POST /callbacks/%/decision", "POST /callbacks/%/preview", "POST /callbacks/%/reviews",
	} {
		method, path, _ := strings.Cut(route, " ")
		form := url.Values{"outcome": {"approve"}, "action": {"open"}}.Encode()
		ask := func(id string) reply {
			a := b.do(method, strings.ReplaceAll(path, "%", id), "application/x-www-form-urlencoded", form)
			a.body = strings.ReplaceAll(a.body, id, "ID")
			return a
		}
		invisible, missing := ask(id), ask("nosuchcallback")
		if invisible.status != http.StatusNotFound || missing.status != http.StatusNotFound || invisible.body != missing.body {
			t.Errorf("%s: invisible %d, missing %d; the bodies are equal: %t", route, invisible.status, missing.status, invisible.body == missing.body)
		}
	}
	if a := b.get("/?item=" + id); a.status != http.StatusOK || strings.Contains(a.body, "EXP-2291") {
		t.Errorf("the list shows what otto may not see: %d", a.status)
	}
}
