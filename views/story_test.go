package views

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"countersign/internal/callbacks"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"
	"github.com/microcosm-cc/bluemonday"
	nethtml "golang.org/x/net/html"
)

// The story of the sample pages: expense report EXP-2291, seen by Mara Okafor at 13:51:02.
var (
	berlin = time.FixedZone("CET", 3600)
	now    = time.Date(2026, 11, 24, 13, 51, 2, 0, berlin)
	mara   = callbacks.Person{ID: "mara", Subject: "mara", Name: "Mara Okafor", Email: "mara.okafor@harborline.example", Groups: []string{"finance"}, Roles: callbacks.Roles{Reviewer: true, Admin: true}}
	lena   = callbacks.Person{ID: "lena", Subject: "lena", Name: "Lena Vogt", Email: "lena@harborline.example", Roles: callbacks.Roles{Reviewer: true}}
	dana   = callbacks.Actor{Kind: callbacks.ActorPerson, ID: "dana", Name: "Dana Fischer"}
	system = callbacks.System("deliveries")
)

const samplePayload = `{"report":{"id":"EXP-2291","currency":"USD","total":7846.20,"period":{"from":"2026-11-16","to":"2026-11-19"},` +
	`"employee":{"id":"e-20418","name":"Ines Calloway","cost_center":"CC-4410","manager":null},` +
	`"settlement":{"method":"corporate_card","ledger":{"entity":"HL-DE-02","accounts":[{"code":"6640","amount":5310.00},{"code":"6650","amount":2536.20}]}},` +
	`"lines":[{"n":1,"what":"Flight MUC-KIX return","amount":2914.50},{"n":2,"what":"Hotel, 4 nights","amount":1556.00},{"n":7,"what":"Team dinner, 9 people","amount":1184.70}]},` +
	`"policy":{"version":"2026-07","over_limit":true,"violations":["hotel_cap:osaka","receipt_missing:7"]},"trace_id":"1-6743290e-5b1f"}`

const sampleProse = `<p>Three-day onsite at <strong>Kansai Precision</strong> to close the renewal (signed 19 November, $412k ARR). Two things are over policy and were agreed in advance:</p>
<ul><li>Hotel at $389 per night; the cap for Osaka is $310. The trade fair week left nothing closer.</li><li>Team dinner for nine, line <code>7</code>: the itemised receipt is missing, the card slip is attached.</li></ul>`

func shellAt(place Place, address string) Shell {
	u, err := url.Parse(address)
	if err != nil {
		panic(err)
	}
	return Shell{
		Moment: Moment{Now: now, Zone: berlin}, Viewer: mara, Place: place,
		Counts:  Counts{Available: Bounded(17, 100), Mine: Bounded(9, 100), Attention: Bounded(3, 100), All: Bounded(63, 100)},
		Address: Address{Path: u.Path, Query: u.Query()}, Version: "0.9.2", Support: "platform@harborline.example",
		Samples: []Sample{{Name: "expense", Title: "Expense report"}, {Name: "throttle", Title: "Lambda throttles", Drill: true}},
	}
}

// waiting is a pending callback that arrived some time ago and has some time left on its timeout.
func waiting(id, heading, function, requester string, age, left time.Duration) callbacks.Row {
	c := callbacks.Callback{
		ID: callbacks.ID(id), CallbackID: "Y2I6MTQ6RVhQLTIyOTE6N2MxZTBiNTIr/9aQ==", Region: "eu-central-1",
		ExecutionARN: "arn:aws:lambda:eu-central-1:111122223333:function:" + function + ":14/durable-execution/EXP-2291/7c1e0b52",
		Function:     function, Name: "manager-sign-off", Queue: "finance", Source: "expenses", Title: heading,
		Requester: callbacks.Requester{Name: requester}, Outcomes: sampleOutcomes(), KeepAlive: callbacks.KeepAliveReview,
		ReceivedAt: now.Add(-age), State: callbacks.Pending,
	}
	c.Clocks = callbacks.Clocks{StartedAt: now.Add(-age)}
	if left > 0 {
		c.Clocks.Timeout = age + left
	}
	return callbacks.Row{Callback: c}
}

func sampleOutcomes() []callbacks.Outcome {
	return append(callbacks.DefaultOutcomes(callbacks.Failure), callbacks.Outcome{
		Name: "send-back", Label: "Send back", Kind: callbacks.Success, Comment: callbacks.CommentRequired,
		Encoding: callbacks.EncodingJSON, Payload: json.RawMessage(`{"decision":"returned","comment":"{{comment}}"}`),
	})
}

// unattended lets a missing heartbeat end the callback.
func unattended(r callbacks.Row, left time.Duration) callbacks.Row {
	r.Clocks.HeartbeatTimeout = now.Sub(r.Clocks.StartedAt) + left
	return r
}

func sampleRows() []callbacks.Row {
	rows := []callbacks.Row{
		unattended(waiting("vendor", "Change bank account of vendor Kühne & Lindqvist Logistik GmbH & Co. KG before Friday’s payment run", "vendor-master-update", "Tomasz Wierzbicki", 52*time.Minute, 5*time.Hour), 108*time.Second),
		waiting("mails", "Send 1,240 customer e-mails: “Your plan price changes on 1 January”", "agent-outreach", "outreach-agent for Leo Marchetti", 18*time.Minute, 11*time.Minute+32*time.Second),
		waiting("exp2291", "Expense report EXP-2291: $7,846.20, Osaka customer onsite", "expense-approval", "Ines Calloway", 48*time.Minute+52*time.Second, 41*time.Minute+8*time.Second),
		waiting("deploy", "Deploy checkout-api 2026.11.24-3 to production", "release-train", "Noor El-Sayed", 2*time.Hour, 0),
		waiting("refund", "Refund $1,318.40 for order A-77120, parcel lost in transit", "order-refund", "Support, Kaunas", 4*time.Minute, 56*time.Minute+time.Second),
		waiting("exp2288", "Expense report EXP-2288: $5,212.00, trade fair stand", "expense-approval", "Aurelio Bianchi", time.Hour, 5*time.Hour+12*time.Minute),
		waiting("erase", "Erase all personal data of customer c_9f27ab (request DSR-418)", "privacy-erasure", "Privacy desk", 20*time.Hour, 52*time.Hour),
		waiting("aurora", "Raise Aurora limit of orders-prod from 32 to 96 ACU", "capacity-broker", "capacity-broker", 6*time.Hour, 26*time.Hour),
		waiting("ledger", "", "nightly-ledger-close", "", 3*24*time.Hour, 0),
	}
	rows[1].Reviewers = []callbacks.Actor{dana}
	rows[2] = reviewedRow(rows[2])
	rows[3].Clocks.ExecutionDeadline = now.Add(47*time.Minute + 20*time.Second)
	rows[8].Name = "2-1"
	return rows
}

// reviewedRow is open by Mara and Dana, who keep it alive.
func reviewedRow(r callbacks.Row) callbacks.Row {
	r.Reviewers = []callbacks.Actor{mara.Actor(), dana}
	r.ReviewedUntil = now.Add(20 * time.Second)
	r.Clocks.HeartbeatTimeout = 2 * time.Minute
	r.Clocks.LastHeartbeatAt = now.Add(-12 * time.Second)
	r.Clocks.ExecutionDeadline = now.Add(6*time.Hour + 10*time.Minute + 52*time.Second)
	r.NextHeartbeatAt = now.Add(28 * time.Second)
	r.Heartbeats = 71
	return r
}

func sampleReview() Review {
	c := sampleRows()[2].Callback
	m := Review{
		Budget:      callbacks.DefaultBudget,
		Description: Sanitise(bluemonday.UGCPolicy(), []byte(sampleProse)),
		ConsoleURL:  "https://eu-central-1.console.aws.amazon.com/lambda/home?region=eu-central-1#/functions/expense-approval",
		List:        Address{Path: "/callbacks/exp2291", Query: url.Values{"scope": {"mine"}}},
	}
	m.Callback = c
	m.Content = callbacks.Content{
		Description: "markdown", Payload: []byte(samplePayload),
		Links: []callbacks.Link{{Title: "10 receipts, 1 card slip", URL: "https://receipts.harborline.example/EXP-2291"}},
		Tags:  []string{"travel", "over-policy"},
	}
	m.Reviews = []callbacks.Review{
		{ID: "r1", Callback: c.ID, By: dana, OpenedAt: now.Add(-3 * time.Minute), RenewedAt: now, LastInputAt: now},
		{ID: "r2", Callback: c.ID, By: mara.Actor(), OpenedAt: now.Add(-172 * time.Second), RenewedAt: now, LastInputAt: now.Add(-172 * time.Second)},
	}
	m.Audit = sampleAudit(c)
	m.Previews = previewsOf(c, "Hotel over cap was agreed. Card slip is enough for line 7.")
	m.Draft.Comment = "Hotel over cap was agreed. Card slip is enough for line 7."
	return m
}

func previewsOf(c callbacks.Callback, comment string) []callbacks.Preview {
	var previews []callbacks.Preview
	for _, o := range c.Outcomes {
		choice := callbacks.Choice{Outcome: o.Name, Comment: comment, PreparedAt: now}
		previews = append(previews, callbacks.Preview{Outcome: o, Completion: o.Fill(choice, mara), PreparedAt: now})
	}
	return previews
}

func sampleAudit(c callbacks.Callback) []callbacks.AuditEntry {
	var entries []callbacks.AuditEntry
	add := func(ago time.Duration, by callbacks.Actor, action callbacks.Action, detail string) {
		entries = append(entries, callbacks.AuditEntry{
			Seq: 48112 - int64(len(entries)), At: now.Add(-ago), Actor: by, Action: action, Callback: c.ID, Queue: c.Queue, Detail: detail,
		})
	}
	add(172*time.Second, callbacks.System("heartbeats"), callbacks.ActionHeartbeat, "")
	add(172*time.Second, mara.Actor(), callbacks.ActionReviewOpened, "")
	add(180*time.Second, dana, callbacks.ActionReviewOpened, "")
	add(48*time.Minute, callbacks.Actor{Kind: callbacks.ActorSource, ID: "expenses", Name: "expenses"}, callbacks.ActionReceived, "")
	return entries
}

// decidedReview is EXP-2291 after Mara approved it.
func decidedReview() Review {
	m := sampleReview()
	m.Reviews, m.Previews = nil, nil
	made := previewsOf(m.Callback, "Hotel over cap was agreed.")[0].Completion
	at := now.Add(-4 * time.Second)
	m.Callback.State = callbacks.Decided
	m.Callback.Decision = &callbacks.Decision{
		Outcome: "approve", Label: "Approve", Kind: callbacks.Success, By: mara.Actor(), At: at,
		Comment: "Hotel over cap was agreed.", SHA256: made.SHA256(), Size: len(made.Body()),
	}
	m.Delivery = &callbacks.Delivery{Callback: m.Callback.ID, Completion: made, DueAt: now}
	m.Audit = append([]callbacks.AuditEntry{{Seq: 48113, At: at, Actor: mara.Actor(), Action: callbacks.ActionDecided, Callback: m.Callback.ID, From: callbacks.Pending, To: callbacks.Decided}}, m.Audit...)
	next := sampleRows()[1]
	next.Reviewers = nil
	m.Next = &Next{Row: &next, Held: 1}
	return m
}

func attempt(m Review, n int, after time.Duration, answer callbacks.Answer, status int, code string) callbacks.Attempt {
	began := m.Callback.Decision.At.Add(after)
	return callbacks.Attempt{Number: n, StartedAt: began, EndedAt: began.Add(187 * time.Millisecond), Answer: answer, Status: status, Code: code}
}

func completedReview() Review {
	m := decidedReview()
	m.Callback.State = callbacks.Completed
	m.Delivery.Tries, m.Delivery.DueAt = 1, time.Time{}
	m.Delivery.Attempts = []callbacks.Attempt{attempt(m, 1, 107*time.Millisecond, callbacks.AnswerAccepted, 200, "")}
	m.Callback.Ending = &callbacks.Ending{By: callbacks.EndedByUs, At: m.Delivery.Attempts[0].EndedAt, Kind: callbacks.Success, Detail: "Lambda accepted the decision."}
	return m
}

func retryingReview() Review {
	m := decidedReview()
	m.Callback.Problem = callbacks.AnswerThrottled
	m.Delivery.Tries, m.Delivery.DueAt = 2, now.Add(12*time.Second)
	m.Delivery.Attempts = []callbacks.Attempt{
		attempt(m, 1, 100*time.Millisecond, callbacks.AnswerThrottled, 429, "TooManyRequestsException"),
		attempt(m, 2, 900*time.Millisecond, callbacks.AnswerThrottled, 429, "TooManyRequestsException"),
	}
	return m
}

func lostReview(by callbacks.EndedBy, clock callbacks.DeadlineCause) Review {
	m := decidedReview()
	m.Callback.State = callbacks.Lost
	m.Delivery.Tries, m.Delivery.DueAt = 1, time.Time{}
	m.Delivery.Attempts = []callbacks.Attempt{attempt(m, 1, 100*time.Millisecond, callbacks.AnswerClosed, 400, "CallbackTimeoutException")}
	m.Callback.Ending = &callbacks.Ending{By: by, Cause: clock, At: m.Callback.Decision.At.Add(-800 * time.Millisecond), Detail: "The callback's timeout ran out."}
	return m
}

func troubledReview(state callbacks.State, answer callbacks.Answer, status int, code, detail string) Review {
	m := decidedReview()
	m.Callback.State, m.Callback.Problem = state, answer
	m.Delivery.Tries, m.Delivery.DueAt = 1, time.Time{}
	m.Delivery.Attempts = []callbacks.Attempt{attempt(m, 1, 100*time.Millisecond, answer, status, code)}
	m.Callback.Ending = &callbacks.Ending{By: callbacks.EndedByUnknown, At: now, Detail: detail}
	return m
}

func endedReview(state callbacks.State, e callbacks.Ending) Review {
	m := sampleReview()
	m.Reviews, m.Previews = nil, nil
	m.Callback.State, m.Callback.Ending = state, &e
	m.Next = &Next{}
	return m
}

// endedRows are lines of the history and of what needs attention.
func endedRows() []callbacks.Row {
	var rows []callbacks.Row
	for _, m := range []Review{
		completedReview(), lostReview(callbacks.EndedByClock, callbacks.CauseTimeout), retryingReview(),
		troubledReview(callbacks.Undeliverable, callbacks.AnswerInvalid, 400, "InvalidParameterValueException", "Lambda refused the decision for good."),
		endedReview(callbacks.TimedOut, callbacks.Ending{By: callbacks.EndedByClock, Cause: callbacks.CauseHeartbeat, At: now.Add(-time.Hour)}),
		endedReview(callbacks.Closed, callbacks.Ending{By: callbacks.EndedByExecution, At: now.Add(-26 * time.Hour)}),
	} {
		m.Callback.ID += callbacks.ID(m.Callback.State)
		rows = append(rows, callbacks.Row{Callback: m.Callback})
	}
	return rows
}

func inboxOf(scope callbacks.Scope, rows []callbacks.Row) Inbox {
	return Inbox{
		List: List{
			Filter: callbacks.Filter{Scope: scope}, Rows: rows, Total: Bounded(len(rows), 100),
			Functions: []string{"expense-approval", "order-refund"}, Queues: []string{"finance", "support"},
		},
		Chips: []Count{Bounded(2, 100), Bounded(5, 100), Bounded(1, 100), Bounded(1, 100)},
	}
}

func sampleAdmin() Admin {
	m := Admin{List: inboxOf(callbacks.ScopeAll, append(sampleRows(), endedRows()...)).List}
	m.Next = "cursor"
	for _, n := range []int{2, 3, 5, 9, 13, 11, 12, 4, 6} {
		m.Bars = append(m.Bars, Bounded(n, 1000))
	}
	for _, n := range []int{63, 4, 1, 1, 2, 7, 3, 1000} {
		m.States = append(m.States, Bounded(n, 1000))
	}
	return m
}

// html renders a component and reads it back.
func html(t *testing.T, c templ.Component) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(text(t, c)))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func text(t *testing.T, c templ.Component) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// words is the text of a selection as it is read: elements stand apart, spaces are one.
func words(s *goquery.Selection) string {
	var pieces []string
	var walk func(*nethtml.Node)
	walk = func(n *nethtml.Node) {
		if n.Type == nethtml.TextNode {
			pieces = append(pieces, n.Data)
		}
		for child := n.FirstChild; child != nil; child = child.NextSibling {
			walk(child)
		}
	}
	for _, n := range s.Nodes {
		walk(n)
	}
	return strings.Join(strings.Fields(strings.Join(pieces, " ")), " ")
}
