//go:build !race

// The race detector multiplies what is allocated and the time that it takes: make test measures
// bounds without it.

package handlers_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"

	"countersign/handlers"
	"countersign/internal/batch"
	"countersign/internal/callbacks"
	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/desk"
	"countersign/internal/intake"
	"countersign/internal/ratelimit"
	"countersign/static"
)

// worst is a desk that is full of the worst that intake takes.
type worst struct {
	*site
	// a payload of many parts, one of deep nesting, outcomes and text at every limit, a masked payload,
	// and as many forms with as many choices as there may be
	wide, deep, busy, hidden, forms callbacks.ID
	many                            []string // IDs of as many requests as one selection holds
	b                               map[string]*browser
}

func newWorst(t *testing.T) *worst {
	t.Helper()
	w := &worst{b: map[string]*browser{}}
	w.site = newSNSSigner(t).site(withEventBridge(t), func(c *config) { c.webhooks.Limit = ratelimit.New(1_000_000, 1_000_000) })
	for _, person := range []string{rita, adam} {
		w.b[person] = w.as(person)
	}
	w.b["nobody"] = w.visitor()
	w.wide = w.take(map[string]any{"payload": json.RawMessage(`{"a":[` + strings.Repeat(`{"<":[]},`, 110_000) + `0]}`)})
	w.deep = w.take(map[string]any{"payload": json.RawMessage(`[` + strings.Repeat(strings.Repeat(`{"k":[`, 30)+strings.Repeat(`]}`, 30)+`,`, 4000) + `0]`)})
	w.busy = w.take(w.everyLimit())
	w.hidden = w.take(map[string]any{"payload": map[string]string{"a": strings.Repeat("<", 1_000_000)}, "masked": []string{"/a"}})
	w.forms = w.take(map[string]any{"outcomes": formsAtTheLimit()})
	for i := range desk.MaxPage + 50 {
		full := w.everyLimit()
		delete(full, "outcomes")
		full["description"], full["function"] = "", fmt.Sprintf("%s%d", strings.Repeat("<", 250), i)
		if id := w.take(full); i < batch.MaxItems {
			w.many = append(w.many, string(id))
		}
	}
	return w
}

// everyLimit is an announcement with as much of everything as there may be.
func (w *worst) everyLimit() map[string]any {
	var links, outcomes []map[string]string
	var tags []string
	for i := range 10 {
		links = append(links, map[string]string{"title": strings.Repeat("&", 200), "url": "https://example.com/" + strings.Repeat("&", 1900)})
		tags = append(tags, strings.Repeat("<", 39)+fmt.Sprint(i))
	}
	template := strings.Repeat("{{comment}}", 100) // as many as there may be
	template += strings.Repeat("<", 60<<10-len(template))
	for i := range 6 {
		outcomes = append(outcomes, map[string]string{
			"name": fmt.Sprintf("o%d", i), "label": strings.Repeat("<", 39) + fmt.Sprint(i), "kind": "success", "comment": "optional", "payload": template,
		})
	}
	return map[string]any{
		"title": strings.Repeat("<", 200), "description": strings.Repeat("| a ", 5000), "requester": strings.Repeat("<", 256), "name": strings.Repeat("&", 256),
		"links": links, "tags": tags, "outcomes": outcomes, "heartbeatTimeoutSeconds": 60, "timeoutSeconds": 3600,
		"executionArn": "arn:aws:lambda:eu-central-1:123456789012:function:" + strings.Repeat("&", 900),
	}
}

// formsAtTheLimit are as many outcomes as there may be, each with a form of as many choices.
func formsAtTheLimit() (outcomes []map[string]any) {
	var choices []string
	for i := range 7_990 {
		choices = append(choices, fmt.Sprintf("<%d", i))
	}
	for i := range 6 {
		outcomes = append(outcomes, map[string]any{
			"name": fmt.Sprintf("o%d", i), "label": fmt.Sprintf("Choose %c", 'A'+i), "kind": "success",
			"form": map[string]any{"type": "object", "properties": map[string]any{"x": map[string]any{"enum": choices}}},
		})
	}
	return outcomes
}

// take posts an announcement that intake has to take.
func (w *worst) take(fields map[string]any) callbacks.ID {
	w.t.Helper()
	fields["callbackId"] = callbackstest.NewCallbackID()
	var document strings.Builder
	plain := json.NewEncoder(&document)
	plain.SetEscapeHTML(false) // as senders write it who want to fit in most
	if err := plain.Encode(fields); err != nil {
		w.t.Fatal(err)
	}
	a := posted("/webhooks/callbacks", document.String())(w)[0]
	if a.status != http.StatusCreated {
		w.t.Fatalf("intake does not take it: %d %.2000s", a.status, a.body)
	}
	var receipt struct{ ID callbacks.ID }
	decodeJSON(w.t, a.body, &receipt)
	return receipt.ID
}

// bound is the most that a route may answer, in bytes before compression, and allocate for it,
// whatever was sent; the client of the test is in what is allocated.
type bound struct {
	bytes, memory int
	ask           func(w *worst) []reply
}

const kib, mib = 1 << 10, 1 << 20

// asked asks as a person, each time another way.
func asked(person, method, path string, forms ...string) func(*worst) []reply {
	return func(w *worst) (all []reply) {
		if len(forms) == 0 {
			forms = []string{""}
		}
		for _, id := range []callbacks.ID{w.wide, w.deep, w.busy, w.hidden, w.forms} {
			for _, form := range forms {
				at := strings.NewReplacer(":id", string(id), "/static/*", static.URL("js/htmx.min.js")).Replace(path)
				all = append(all, w.b[person].do(method, at, "application/x-www-form-urlencoded", form))
			}
			if !strings.Contains(path, ":id") {
				break
			}
		}
		return all
	}
}

// selected asks about a selection of as many requests as one holds, each time another way.
func selected(method, path string, forms ...string) func(*worst) []reply {
	return func(w *worst) (all []reply) {
		ids := url.Values{"stance": {"for"}, "callback": w.many}.Encode()
		made := w.b[rita].do(http.MethodPost, "/batches", "application/x-www-form-urlencoded", ids)
		at := strings.ReplaceAll(path, ":at", made.header.Get("Location"))
		if !strings.Contains(path, ":at") {
			all = append(all, made)
		}
		if len(forms) == 0 {
			forms = []string{""}
		}
		for _, form := range forms {
			if form != fields && method == http.MethodPost {
				form += "&" + ids
			}
			all = append(all, w.b[rita].do(method, at, "application/x-www-form-urlencoded", form))
		}
		return all
	}
}

// posted posts to a webhook as somebody who is proved.
func posted(path, body string) func(*worst) []reply {
	return func(w *worst) []reply {
		b := &browser{t: w.t, site: w.site, client: w.b["nobody"].client, header: http.Header{
			"Authorization": {"Bearer " + webhookToken}, "X-Api-Key": {eventKey},
		}}
		return []reply{b.do(http.MethodPost, path, "application/json", body)}
	}
}

// bounds has a row for each route. A route that is missing here fails the test.
var bounds = map[string]bound{
	"GET /":              {2 * mib, 48 * mib, asked(adam, http.MethodGet, "/?scope=available&limit=200")},
	"GET /callbacks/:id": {4 * mib, 64 * mib, asked(rita, http.MethodGet, "/callbacks/:id")},
	// as many requests as a selection holds: each is read whole, twice, and little of it is kept
	"POST /batches":             {16 * kib, 128 * mib, selected(http.MethodPost, "/batches", fields)},
	"GET /batches/:batch":       {1 * mib, 448 * mib, selected(http.MethodGet, ":at")},
	"POST /batches/:batch":      {1 * mib, 448 * mib, selected(http.MethodPost, ":at", "", fields, decisionForm, hiddenForm)},
	"POST /batches/:batch/stop": {64 * kib, 128 * mib, selected(http.MethodPost, ":at/stop", "", fields)},
	// the payload itself
	"GET /callbacks/:id/payload":       {2 * mib, 32 * mib, asked(rita, http.MethodGet, "/callbacks/:id/payload")},
	"GET /callbacks/:id/payload/tree":  {2 * mib, 64 * mib, asked(rita, http.MethodGet, "/callbacks/:id/payload/tree?q=0")},
	"POST /callbacks/:id/reveal":       {2 * mib, 32 * mib, asked(rita, http.MethodPost, "/callbacks/:id/reveal", "at=/a", fields)},
	"POST /callbacks/:id/reveal/value": {2 * mib, 32 * mib, asked(rita, http.MethodPost, "/callbacks/:id/reveal/value", "at=/a", fields)},
	"POST /callbacks/:id/decision": {4 * mib, 64 * mib,
		asked(rita, http.MethodPost, "/callbacks/:id/decision", decisionForm, decisionForm+"&back=1", "outcome=x&"+decisionForm, hiddenForm, fields)},
	"POST /callbacks/:id/withdrawal":     {4 * mib, 64 * mib, asked(rita, http.MethodPost, "/callbacks/:id/withdrawal", "why="+strings.Repeat("%3C", 300_000), fields)},
	"POST /callbacks/:id/preview":        {4 * mib, 64 * mib, asked(rita, http.MethodPost, "/callbacks/:id/preview", decisionForm, hiddenForm, fields)},
	"POST /callbacks/:id/reviews":        {4 * kib, 16 * mib, asked(rita, http.MethodPost, "/callbacks/:id/reviews", "action=open", fields)},
	"POST /callbacks/:id/delivery":       {64 * kib, 16 * mib, asked(adam, http.MethodPost, "/callbacks/:id/delivery", "", fields)},
	"POST /callbacks/:id/requester":      {4 * mib, 64 * mib, asked(adam, http.MethodPost, "/callbacks/:id/requester", "requester="+strings.Repeat("%3C", 300_000), fields)},
	"POST /callbacks/:id/policy":         {4 * mib, 64 * mib, asked(adam, http.MethodPost, "/callbacks/:id/policy", "policy="+strings.Repeat("%3C", 300_000), fields)},
	"GET /admin/callbacks":               {2 * mib, 32 * mib, asked(adam, http.MethodGet, "/admin/callbacks")},
	"GET /callbacks/:id/assignment":      {64 * kib, 16 * mib, asked(rita, http.MethodGet, "/callbacks/:id/assignment")},
	"POST /callbacks/:id/assignment":     {64 * kib, 16 * mib, asked(rita, http.MethodPost, "/callbacks/:id/assignment", "to="+strings.Repeat("%3C", 3_000), fields)},
	"POST /callbacks/:id/snooze":         {64 * kib, 16 * mib, asked(rita, http.MethodPost, "/callbacks/:id/snooze", "until="+strings.Repeat("%3C", 3_000), fields)},
	"POST /callbacks/:id/acknowledgment": {64 * kib, 16 * mib, asked(rita, http.MethodPost, "/callbacks/:id/acknowledgment", "revision="+strings.Repeat("%3C", 3_000), fields)},
	"GET /admin/assignments":             {256 * kib, 16 * mib, asked(adam, http.MethodGet, "/admin/assignments?who=rita")},
	"POST /admin/assignments":            {256 * kib, 16 * mib, asked(adam, http.MethodPost, "/admin/assignments", "reason="+strings.Repeat("%3C", 3_000), fields)},
	"GET /views":                         {64 * kib, 16 * mib, asked(rita, http.MethodGet, "/views")},
	"POST /views":                        {64 * kib, 16 * mib, asked(rita, http.MethodPost, "/views", "name="+strings.Repeat("%3C", 3_000), "name=x&list=q%3D"+strings.Repeat("%253C", 1_000), fields)},
	"GET /views/new":                     {64 * kib, 16 * mib, asked(rita, http.MethodGet, "/views/new?q="+strings.Repeat("%3C", 1_000))},
	"GET /views/:view":                   {64 * kib, 16 * mib, asked(rita, http.MethodGet, "/views/nosuch")},
	"POST /views/:view":                  {64 * kib, 16 * mib, asked(rita, http.MethodPost, "/views/nosuch", "name="+strings.Repeat("%3C", 3_000), fields)},
	"POST /views/:view/filter":           {64 * kib, 16 * mib, asked(rita, http.MethodPost, "/views/nosuch/filter", "list="+strings.Repeat("%3C", 3_000), fields)},
	"POST /views/:view/stop":             {64 * kib, 16 * mib, asked(rita, http.MethodPost, "/views/nosuch/stop", fields)},
	"POST /views/:view/delete":           {64 * kib, 16 * mib, asked(rita, http.MethodPost, "/views/nosuch/delete", fields)},
	"GET /admin/watches":                 {64 * kib, 8 * mib, asked(adam, http.MethodGet, "/admin/watches")},
	"GET /admin/policies":                {128 * kib, 32 * mib, asked(adam, http.MethodGet, "/admin/policies?callback=:id")},
	"POST /admin/policies":               {4 * mib, 64 * mib, asked(adam, http.MethodPost, "/admin/policies", "request="+strings.Repeat("%3C", 300_000), "file="+strings.Repeat("%3C", 300_000), fields)},
	"GET /admin/configuration":           {64 * kib, 8 * mib, asked(adam, http.MethodGet, "/admin/configuration")},
	"GET /admin/channels":                {64 * kib, 8 * mib, asked(adam, http.MethodGet, "/admin/channels")},
	"POST /admin/channels/retry":         {64 * kib, 8 * mib, asked(adam, http.MethodPost, "/admin/channels/retry", fields)},
	"POST /admin/channels/resume":        {64 * kib, 8 * mib, asked(adam, http.MethodPost, "/admin/channels/resume", fields)},
	"POST /admin/channels/mute":          {64 * kib, 8 * mib, asked(adam, http.MethodPost, "/admin/channels/mute", fields)},
	"POST /admin/channels/test":          {64 * kib, 8 * mib, asked(adam, http.MethodPost, "/admin/channels/test", fields)},
	"GET /settings/slack":                {64 * kib, 8 * mib, asked(adam, http.MethodGet, "/settings/slack")},
	"POST /settings/slack":               {64 * kib, 8 * mib, asked(adam, http.MethodPost, "/settings/slack", fields)},
	"POST /settings/slack/code":          {64 * kib, 8 * mib, asked(adam, http.MethodPost, "/settings/slack/code", fields)},
	"POST /settings/slack/unlink":        {64 * kib, 8 * mib, asked(adam, http.MethodPost, "/settings/slack/unlink", fields)},
	"GET /sessions":                      {64 * kib, 8 * mib, asked(adam, http.MethodGet, "/sessions")},
	"GET /admin/sessions":                {64 * kib, 8 * mib, asked(adam, http.MethodGet, "/admin/sessions?q="+strings.Repeat("%3C", 1_000))},
	"POST /sessions/others":              {64 * kib, 8 * mib, asked(adam, http.MethodPost, "/sessions/others", fields)},
	"POST /sessions/:session/end":        {64 * kib, 8 * mib, asked(adam, http.MethodPost, "/sessions/nosuch/end", fields)},
	"POST /admin/sessions/:session/end":  {64 * kib, 8 * mib, asked(adam, http.MethodPost, "/admin/sessions/nosuch/end", fields, "q="+strings.Repeat("%3C", 5_000))},
	"GET /palette":                       {128 * kib, 16 * mib, asked(adam, http.MethodGet, "/palette?item=:id&q="+strings.Repeat("%3C", 1_000))},
	"GET /decisions":                     {64 * kib, 8 * mib, asked(adam, http.MethodGet, "/decisions?rule="+strings.Repeat("%3C", 200))},
	"POST /decisions/export": {64 * kib, 8 * mib,
		asked(adam, http.MethodPost, "/decisions/export", fields, "format=csv&rule="+strings.Repeat("%3C", 200), "format="+strings.Repeat("%3C", 5_000))},
	"GET /audit": {256 * kib, 16 * mib, asked(adam, http.MethodGet, "/audit?system=1&actor="+strings.Repeat("%3C", 1_000))},
	"POST /audit/export": {64 * kib, 16 * mib,
		asked(adam, http.MethodPost, "/audit/export", fields, "format=csv&actor="+strings.Repeat("%3C", 1_000), "format="+strings.Repeat("%3C", 5_000))},
	"GET /events":                {16 * kib, 2 * mib, events}, // for each of them,
	"POST /demo/samples":         {64 * kib, 8 * mib, asked(rita, http.MethodPost, "/demo/samples", fields)},
	"GET /signin":                {64 * kib, 8 * mib, asked("nobody", http.MethodGet, "/signin?return=/"+strings.Repeat("%3C", 9_000))},
	"POST /auth/login":           {64 * kib, 8 * mib, asked("nobody", http.MethodPost, "/auth/login", fields, "return=/"+strings.Repeat("%3C", 4_000))},
	"GET /auth/callback":         {64 * kib, 8 * mib, asked("nobody", http.MethodGet, "/auth/callback?state=x&code="+strings.Repeat("y", 28<<10))},
	"POST /auth/logout":          {64 * kib, 8 * mib, asked("nobody", http.MethodPost, "/auth/logout", fields)},
	"POST /webhooks/callbacks":   {64 * kib, 128 * mib, posted("/webhooks/callbacks", hostileDocument)},
	"POST /webhooks/eventbridge": {64 * kib, 32 * mib, posted("/webhooks/eventbridge", eventDocument)},
	"POST /webhooks/sns":         {64 * kib, 128 * mib, posted("/webhooks/sns", hostileDocument)},
	"GET /healthz":               {1 * kib, 1 * mib, asked("nobody", http.MethodGet, "/healthz")},
	"GET /readyz":                {1 * kib, 1 * mib, asked("nobody", http.MethodGet, "/readyz")},
	"GET /static/*":              {128 * kib, 8 * mib, asked("nobody", http.MethodGet, "/static/*")},

	"GET /settings": {64 * kib, 16 * mib, asked(adam, http.MethodGet, "/settings?who="+strings.Repeat("%3C", 5_000)+strings.Repeat("&queue=x", 1_000))},
	"GET /sw.js":    {4 * kib, 8 * mib, asked("nobody", http.MethodGet, "/sw.js")},
	"POST /settings/notices": {64 * kib, 16 * mib,
		asked(rita, http.MethodPost, "/settings/notices", fields, "set=zone&zone="+strings.Repeat("%3C", 5_000), "set=ladder"+strings.Repeat("&channel=push&when=1s", 700))},
	"POST /settings/notices/test":    {64 * kib, 16 * mib, asked(rita, http.MethodPost, "/settings/notices/test", fields, "channel=push&browser="+strings.Repeat("%3C", 5_000))},
	"POST /settings/browsers":        {64 * kib, 16 * mib, asked(rita, http.MethodPost, "/settings/browsers", fields, "endpoint="+strings.Repeat("%3C", 5_000))},
	"POST /settings/browsers/remove": {64 * kib, 16 * mib, asked(rita, http.MethodPost, "/settings/browsers/remove", fields, "browser="+strings.Repeat("%3C", 5_000))},
	"POST /settings/delegations":     {64 * kib, 16 * mib, asked(rita, http.MethodPost, "/settings/delegations", fields, "who="+strings.Repeat("%3C", 5_000))},
	"POST /settings/delegations/:delegation/end": {64 * kib, 8 * mib,
		asked(rita, http.MethodPost, "/settings/delegations/nosuch/end", fields)},
}

// decisionForm is a decision whose comment grows most in JSON and HTML, and is as long as may be.
var decisionForm = url.Values{"outcome": {"o1"}, "comment": {strings.Repeat("<", callbacks.MaxCommentRunes)}}.Encode()

// hiddenForm is one whose comment grows most where each character that cannot be seen is marked.
var hiddenForm = url.Values{"outcome": {"o1"}, "comment": {strings.Repeat("\u202e", 3000)}}.Encode()

// fields is a form of very many fields.
var fields = strings.Repeat("a&", 500_000)

// hostileDocument is one object of unknown fields whose names grow most, as many as fit in.
var hostileDocument = func() string {
	var b strings.Builder
	b.WriteString("{")
	for i := 0; b.Len() < intake.MaxBody-32; i++ {
		fmt.Fprintf(&b, `"<%07x":0,`, i)
	}
	return b.String() + `"":0}`
}()

// eventDocument is the same at the size of an event.
var eventDocument = "{" + strings.Repeat(`"<<<<<<<<":0,`, 19_000) + `"":0}`

// events opens as many streams as one person may have, lets ten thousand callbacks change while
// nobody reads, and reads each stream until it says that everything may have changed.
func events(w *worst) (all []reply) {
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	var streams []*http.Response
	for range maxStreams {
		resp := w.b[rita].open(ctx, http.MethodGet, "/events", "", "")
		defer func() { _ = resp.Body.Close() }()
		streams = append(streams, resp)
	}
	for range 10_000 {
		w.hub.Changed(callbacks.Invalidation{Callback: callbacks.NewID(), Queue: callbacks.DefaultQueue})
	}
	part := make([]byte, 4*kib)
	for _, resp := range streams {
		var told []byte
		for !strings.Contains(string(told), `"*"`) && len(told) < mib {
			n, err := resp.Body.Read(part)
			told = append(told, part[:n]...)
			if err != nil {
				w.t.Errorf("the stream ends: %d, %v", resp.StatusCode, err)
				break
			}
		}
		all = append(all, reply{status: resp.StatusCode, header: resp.Header, body: string(told)})
	}
	return all
}

// maxStreams is how many streams a person may have open.
const maxStreams = 32

// TestBounds walks the table of routes: each has a row for what it may answer and allocate at most,
// under the worst that intake takes and the worst that may be posted to it. It is not parallel, for
// whatever runs beside it would count too.
func TestBounds(t *testing.T) {
	w := newWorst(t)
	for _, route := range handlers.Routes() {
		row, known := bounds[route]
		if !known {
			t.Errorf("%s has no row: what may it answer at most?", route)
			continue
		}
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		replies := row.ask(w)
		runtime.ReadMemStats(&after)
		memory, longest := int(after.TotalAlloc-before.TotalAlloc)/len(replies), 0
		for _, a := range replies {
			longest = max(longest, len(a.body))
			if a.status >= http.StatusInternalServerError {
				t.Errorf("%s: %d", route, a.status)
			}
		}
		t.Logf("%-30s %7d KiB of %7d, %4d MiB of %4d, %d", route, longest/kib, row.bytes/kib, memory/mib, row.memory/mib, replies[0].status)
		if longest > row.bytes {
			t.Errorf("%s: answers %d bytes, may answer %d", route, longest, row.bytes)
		}
		if memory > row.memory {
			t.Errorf("%s: allocates %d bytes for an answer, may allocate %d", route, memory, row.memory)
		}
	}
	if routes := len(handlers.Routes()); len(bounds) != routes {
		t.Errorf("%d rows for %d routes", len(bounds), routes)
	}
}
