package e2e_test

import (
	"strings"
	"testing"

	"countersign/internal/standin/demo"
)

// TestAlarms: an admin reads on the pages for admins that requests wait which the people seen are
// too few to decide, and gets from there to the list of them, and to each of them.
func TestAlarms(t *testing.T) {
	t.Parallel()
	w := newWorld(t, threeSigners)
	a := w.ask(t, deposit())
	long := w.ask(t, deposit(func(q *demo.Question) {
		q.Title = "Expense report " + strings.Repeat("with-a-title-that-does-not-break-anywhere", 3)
	}))
	w.desk.kill(t)
	w.start(t) // a desk looks at what waits when it starts, and every minute

	aiko := w.visitor(t, "aiko")
	aiko.open("/admin/callbacks")
	aiko.enter()
	aiko.comes("#alerts", "2 pending requests cannot be decided by the people who were seen here in 30 days: finance 2.")
	aiko.inspect("alarms-line")
	aiko.click(`a[href="/admin/policies#alarms"]`)
	aiko.comes("#alarms", "Nobody seen could decide these")
	aiko.reads("#alarms", "2 requests", "Too few were seen of: controllers, finance-approvers.", "EXP-2296")
	if !aiko.shows(`#alarms a[href="` + long.page() + `"]`) {
		t.Error("the list does not lead to the other request")
	}
	aiko.inspect("alarms-list")
	aiko.look(phone)
	if eval[bool](aiko, `(q => q("#alarms li a").parentElement.clientWidth < 0.7 * q("#alarms li").clientWidth)(s => document.querySelector(s))`) {
		t.Error("on a phone, the time leaves the title too little room")
	}
	aiko.look(desktop)
	aiko.submit(`#alarms a[href="` + a.page() + `"]`)
	aiko.reads("#main", "Too few people could sign it")
	aiko.inspect("alarms-review")
}

// TestCouldSign: open places name the people seen who could fill them.
func TestCouldSign(t *testing.T) {
	t.Parallel()
	w := newWorld(t, threeSigners)
	a := w.ask(t, deposit())
	mara := w.signIn(t, "mara")
	for _, name := range []string{"dana", "tomasz", "aiko"} {
		w.signIn(t, name)
	}
	w.desk.kill(t)
	w.start(t) // a desk looks at who was seen when it starts, and every minute
	mara.open(a.page())
	mara.comes("#signatures", "Tomasz Wierzbicki can sign")
	mara.reads("#signatures", "You can sign here", "Dana Fischer can sign")
	mara.inspect("could-sign")
}
