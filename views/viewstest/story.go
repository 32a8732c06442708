// Package viewstest has the story that the tests of the pages share, and reads what they render. It
// imports no page, so the tests of every page can import it.
package viewstest

import (
	"encoding/json"
	"time"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/discovery"
	"countersign/internal/readquota"
	"countersign/internal/record"
	"countersign/internal/replies"
)

// The story of the sample pages: expense report EXP-2291, seen by Mara Okafor at 13:51:02.
var (
	Berlin = time.FixedZone("CET", 3600)
	Now    = time.Date(2026, 11, 24, 13, 51, 2, 0, Berlin)
	Mara   = callbacks.Person{ID: "mara", Subject: "mara", Name: "Mara Okafor", Email: "mara.okafor@harborline.example", Groups: []string{"finance-approvers"}, EmailVerified: true, GroupsReadAt: Now.Add(-4 * time.Minute), Roles: callbacks.Roles{Reviewer: true, Admin: true}}
	Lena   = callbacks.Person{ID: "lena", Subject: "lena", Name: "Lena Vogt", Email: "lena@harborline.example", Roles: callbacks.Roles{Reviewer: true}}
	Dana   = callbacks.Actor{Kind: callbacks.ActorPerson, ID: "dana", Name: "Dana Fischer"}
	System = callbacks.System("deliveries")
)

// Payload is what the function sent.
const Payload = `{"report":{"id":"EXP-2291","currency":"USD","total":7846.20,"period":{"from":"2026-11-16","to":"2026-11-19"},` +
	`"employee":{"id":"e-20418","name":"Ines Calloway","cost_center":"CC-4410","manager":null},` +
	`"settlement":{"method":"corporate_card","ledger":{"entity":"HL-DE-02","accounts":[{"code":"6640","amount":5310.00},{"code":"6650","amount":2536.20}]}},` +
	`"lines":[{"n":1,"what":"Flight MUC-KIX return","amount":2914.50},{"n":2,"what":"Hotel, 4 nights","amount":1556.00},{"n":7,"what":"Team dinner, 9 people","amount":1184.70}]},` +
	`"policy":{"version":"2026-07","over_limit":true,"violations":["hotel_cap:osaka","receipt_missing:7"]},"trace_id":"1-6743290e-5b1f"}`

// Prose is the description, rendered from Markdown.
const Prose = `<p>Three-day onsite at <strong>Kansai Precision</strong> to close the renewal (signed 19 November, $412k ARR). Two things are over policy and were agreed in advance:</p>
<ul><li>Hotel at $389 per night; the cap for Osaka is $310. The trade fair week left nothing closer.</li><li>Team dinner for nine, line <code>7</code>: the itemised receipt is missing, the card slip is attached.</li></ul>`

// Waiting is a pending callback that arrived the given age ago and has the given time left on its
// timeout.
func Waiting(id, heading, function, requester string, age, left time.Duration) desk.Row {
	c := callbacks.Callback{
		ID: callbacks.ID(id), CallbackID: "Y2I6MTQ6RVhQLTIyOTE6N2MxZTBiNTIr/9aQ==", Region: "eu-central-1",
		ExecutionARN: "arn:aws:lambda:eu-central-1:111122223333:function:" + function + ":14/durable-execution/EXP-2291/7c1e0b52",
		Function:     function, Name: "manager-sign-off",
		Request: callbacks.Request{
			Queue: "finance", Source: "expenses", Title: heading, Requester: callbacks.Requester{Name: requester},
			Outcomes: outcomes(), KeepAlive: callbacks.KeepAliveReview,
		},
		ReceivedAt: Now.Add(-age), State: callbacks.Pending, Requirement: callbacks.OneSignature,
	}
	c.Clocks = callbacks.Clocks{StartedAt: Now.Add(-age)}
	if left > 0 {
		c.Clocks.Timeout = age + left
	}
	return desk.Row{Callback: c}
}

func outcomes() []callbacks.Outcome {
	return append(callbacks.DefaultOutcomes(callbacks.Failure), callbacks.Outcome{
		Name: "send-back", Label: "Send back", Kind: callbacks.Success, Comment: callbacks.CommentRequired,
		Encoding: callbacks.EncodingJSON, Payload: json.RawMessage(`{"decision":"returned","comment":"{{comment}}"}`),
	})
}

// Unattended gives a callback a heartbeat timeout that nobody's heartbeats extend.
func Unattended(r desk.Row, left time.Duration) desk.Row {
	r.Clocks.HeartbeatTimeout = Now.Sub(r.Clocks.StartedAt) + left
	return r
}

// Rows are pending callbacks.
func Rows() []desk.Row {
	rows := []desk.Row{
		Unattended(Waiting("vendor", "Change bank account of vendor Kühne & Lindqvist Logistik GmbH & Co. KG before Friday’s payment run", "vendor-master-update", "Tomasz Wierzbicki", 52*time.Minute, 5*time.Hour), 108*time.Second),
		Waiting("mails", "Send 1,240 customer e-mails: “Your plan price changes on 1 January”", "agent-outreach", "outreach-agent for Leo Marchetti", 18*time.Minute, 11*time.Minute+32*time.Second),
		Waiting("exp2291", "Expense report EXP-2291: $7,846.20, Osaka customer onsite", "expense-approval", "Ines Calloway", 48*time.Minute+52*time.Second, 41*time.Minute+8*time.Second),
		Waiting("deploy", "Deploy checkout-api 2026.11.24-3 to production", "release-train", "Noor El-Sayed", 2*time.Hour, 0),
		Waiting("refund", "Refund $1,318.40 for order A-77120, parcel lost in transit", "order-refund", "Support, Kaunas", 4*time.Minute, 56*time.Minute+time.Second),
		Waiting("exp2288", "Expense report EXP-2288: $5,212.00, trade fair stand", "expense-approval", "Aurelio Bianchi", time.Hour, 5*time.Hour+12*time.Minute),
		Waiting("erase", "Erase all personal data of customer c_9f27ab (request DSR-418)", "privacy-erasure", "Privacy desk", 20*time.Hour, 52*time.Hour),
		Waiting("aurora", "Raise Aurora limit of orders-prod from 32 to 96 ACU", "capacity-broker", "capacity-broker", 6*time.Hour, 26*time.Hour),
		Waiting("ledger", "", "nightly-ledger-close", "", 3*24*time.Hour, 0),
	}
	rows[1].Reviewers = []callbacks.Actor{Dana}
	rows[2] = reviewedRow(rows[2])
	rows[3].Clocks.ExecutionDeadline = Now.Add(47*time.Minute + 20*time.Second)
	rows[8].Name = "2-1"
	return rows
}

// reviewedRow is a callback that Mara and Dana review and so keep alive.
func reviewedRow(r desk.Row) desk.Row {
	r.Reviewers = []callbacks.Actor{Mara.Actor(), Dana}
	r.HeldUntil = Now.Add(20 * time.Second)
	r.Clocks.HeartbeatTimeout = 2 * time.Minute
	r.Clocks.LastHeartbeatAt = Now.Add(-12 * time.Second)
	r.Clocks.ExecutionDeadline = Now.Add(6*time.Hour + 10*time.Minute + 52*time.Second)
	r.NextHeartbeatAt = Now.Add(28 * time.Second)
	r.Heartbeats = 71
	return r
}

// Audit has the audit entries of a callback that is under review.
func Audit(c callbacks.Callback) []callbacks.AuditEntry {
	var entries []callbacks.AuditEntry
	add := func(ago time.Duration, by callbacks.Actor, action callbacks.Action, detail string) {
		entries = append(entries, callbacks.AuditEntry{
			Seq: 48112 - int64(len(entries)), At: Now.Add(-ago), Actor: by, Action: action, Callback: c.ID, Queue: c.Queue, Detail: detail,
		})
	}
	add(172*time.Second, callbacks.System("heartbeats"), callbacks.ActionHeartbeat, "")
	add(172*time.Second, Mara.Actor(), callbacks.ActionReviewOpened, "")
	add(180*time.Second, Dana, callbacks.ActionReviewOpened, "")
	add(48*time.Minute, callbacks.Actor{Kind: callbacks.ActorSource, ID: "expenses", Name: "expenses"}, callbacks.ActionReceived, "")
	return entries
}

// Stretched are entries as a page of the audit lists them, each by itself.
func Stretched(entries []callbacks.AuditEntry) (all []record.Stretch) {
	for _, e := range entries {
		all = append(all, record.Stretch{AuditEntry: e, Count: 1})
	}
	return all
}

// Watch is a function that is searched for callbacks.
func Watch(function string) discovery.WatchState {
	return discovery.WatchState{
		Watch:     discovery.Watch{Function: function, Region: "eu-central-1", Queue: "finance"},
		ScannedAt: Now.Add(-14 * time.Second), DueAt: Now.Add(16 * time.Second), Running: 12, Open: 4, Unannounced: 3,
	}
}

// Searched has a function that can be searched and one that is denied, under an entry for the whole
// region.
func Searched() discovery.Searched {
	every, denied := Watch(discovery.EveryFunction), Watch("order-refund")
	denied.Problem, denied.Unannounced = replies.Denied, 0
	return discovery.Searched{
		Watches: []discovery.WatchState{every, Watch("expense-approval"), denied},
		Quotas:  []readquota.Quota{{Lane: arn.Lane{Region: "eu-central-1"}, Rate: 5, Minute: Now.Truncate(time.Minute), Used: 41}},
		Gone:    map[string]int{"expense-approval": 2, "order-refund": discovery.MaxGone},
	}
}
