package e2e_test

import (
	"strings"
	"testing"

	"countersign/internal/standin/demo"
)

// TestSignedTooLate: a request ends elsewhere while signatures are missing. Its page and the history
// say how many signed in vain.
func TestSignedTooLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, threeSigners)
	a := w.ask(t, deposit(func(q *demo.Question) { q.HeartbeatTimeoutSeconds = 30 }))
	mara := w.signIn(t, "mara")
	mara.open(a.page())
	mara.signs("approve")
	w.failElsewhere(t, a)
	mara.reaches("closed")
	mara.reads("#signatures", "1 of 3, too late", "You", "Nobody signed")
	mara.inspect("signatures-too-late")
	mara.open("/?scope=history")
	mara.reads(a.row(), "1 of 3, too late")
	mara.inspect("signatures-too-late-list")
}

// TestSignedAgainst: one signature against ends a request that others have signed. Everybody reads who
// rejected, and that the others' signatures are kept on record.
func TestSignedAgainst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, threeSigners)
	a := w.ask(t, deposit())
	mara, dana := w.signIn(t, "mara"), w.signIn(t, "dana")
	mara.open(a.page())
	mara.signs("approve")
	dana.open(a.page())
	dana.write("#comment", "Not in the plan.")
	dana.arm("reject")
	dana.reads(armedBar, "This cannot be undone.")
	dana.confirm()
	dana.reaches("completed")
	dana.reads("#signatures", "Rejected", "ended it", "Mara Okafor", "“Not in the plan.”")
	dana.inspect("signatures-rejected")
	mara.reaches("completed")
	mara.reads("#verdict", "Dana rejected this")
}

// TestEscalated: once a part of the time has passed, the request comes into the list of somebody who
// could not see it before, and they fill any place.
func TestEscalated(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(settings map[string]string) {
		const more = "exclude: [requester]\n        escalate: {at: 1%, to: [release-managers]}"
		settings[deskText] = strings.Replace(largeExpenses, "exclude: [requester]", more, 1)
	})
	teo := w.signIn(t, "teo")
	teo.comes("#freshness", "Live")
	a := w.ask(t, deposit(func(q *demo.Question) { q.TimeoutSeconds = 200 }))
	teo.see(a.row())
	teo.open(a.page())
	teo.reads("#signatures", "0 of 3")
	teo.reads("#timeline", "release-managers")
	teo.signs("approve")
	teo.reads("#signatures", "1 of 3", "You")
	teo.inspect("signatures-escalated")
}

// TestSignedThenAnnounced: a callback that was found is signed, and then its function announces it.
// That is another request: the signature is void on every page, and who gave it signs again.
func TestSignedThenAnnounced(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(settings map[string]string) {
		settings[deskText] = strings.Replace(largeExpenses, "        exclude: [requester]\n", "", 1) +
			"functions: {" + silent + ": {watch: {queue: finance}}}\n"
	})
	announce := make(chan struct{})
	w.registerLate(announce)
	w.begin(t, silent, deposit(func(q *demo.Question) { q.HeartbeatTimeoutSeconds = 0 }))
	mara := w.signIn(t, "mara")
	mara.comes("#list", "sign-off")
	mara.click("#list .row")
	mara.see("#pane decision-bar:defined")
	mara.signs("approve")
	mara.inspect("signatures-found")
	close(announce)
	mara.comes("#item h1", "EXP-2296")
	mara.comes("decision-bar", "The request changed while you read it.")
	mara.reads("#signatures", "0 of 3", "void", "Must sign again")
	mara.inspect("signatures-void")
	mara.open("/")
	mara.reads("#list .row", "Yours is void, must sign again")
	mara.click("#list .row")
	mara.see("#pane decision-bar:defined")
	mara.reads("#pane decision-bar", "Your signature does not count any more.")
	mara.signs("approve")
	mara.reads("#signatures", "1 of 3")
}
