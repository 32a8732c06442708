package pagetest

import (
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/people"
	"countersign/internal/policy"
	"countersign/views"
	"countersign/views/account"
	"countersign/views/lists"
	"countersign/views/viewstest"
)

// Inbox is a list of the inbox with the given rows.
func Inbox(scope desk.Scope, rows []desk.Row) lists.Inbox {
	return lists.Inbox{
		List: lists.List{
			Filter: desk.Filter{Scope: scope}, Rows: rows, Total: views.Bounded(len(rows), 100),
			Functions: []string{"expense-approval", "order-refund"}, Queues: []string{"finance", "support"},
		},
		Chips: []views.Count{views.Bounded(2, 100), views.Bounded(5, 100), views.Bounded(1, 100), views.Bounded(1, 100)},
	}
}

// Stranded is what ends undecided as things stand: unattended, and with too few people.
func Stranded(text string) lists.Stranded {
	beats, lacks := viewstest.Pending().Callback, viewstest.Rows()[1].Callback
	beats.ID, lacks.ID, beats.Queue, lacks.Title = "stranded1", "stranded2", beats.Queue+text, lacks.Title+text
	return lists.Stranded{Known: true, More: true, All: []policy.Stranded{
		{Callback: beats, Unattended: true, Could: []callbacks.Person{{Name: "Mara " + text}, {Name: "Dana " + text}}},
		{Callback: lacks, Missing: []string{"controllers " + text}},
	}}
}

// Table is the table of all callbacks.
func Table() lists.Table {
	m := lists.Table{List: Inbox(desk.ScopeAll, append(viewstest.Rows(), viewstest.EndedRows()...)).List}
	m.Next = "cursor"
	for _, n := range []int{2, 3, 5, 9, 13, 11, 12, 4, 6} {
		m.Bars = append(m.Bars, views.Bounded(n, 1000))
	}
	for _, n := range []int{63, 4, 6, 1, 1, 2, 7, 3, 1000} {
		m.States = append(m.States, views.Bounded(n, 1000))
	}
	return m
}

// Sessions are the sessions of a person, or everybody's.
func Sessions(all bool) account.Sessions {
	at := func(signedIn, seen time.Duration) people.Session {
		return people.Session{
			Person: viewstest.Dana.ID, Name: viewstest.Dana.Name, Email: "dana@harborline.example", Address: "203.0.113.7", Browser: "Firefox 145 on Linux",
			SignedInAt: viewstest.Now.Add(-signedIn), SeenAt: viewstest.Now.Add(-seen),
		}
	}
	here, phone, odd := at(10*time.Minute, time.Minute), at(3*time.Hour, 2*time.Hour), at(26*time.Hour, 25*time.Hour)
	here.ID, phone.ID, odd.ID = "s1", "s2", "s3"
	phone.Browser, phone.Address = "Safari 26 on iOS", "2001:db8:85a3:1111:2222:8a2e:370:7334"
	odd.Browser = ""
	m := account.Sessions{All: all, List: []people.Session{here, phone, odd}, This: "s1", Next: "next"}
	if all {
		m.Query.Search = "a"
	}
	return m
}
