package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"countersign/internal/callbacks"
	profiles "countersign/internal/people"
	"countersign/internal/sqlstore/sqlstoretest"
)

// press is one of many decisions about the same callback, and what became of it.
type press struct {
	by      *visitor
	outcome string
	comment string
	status  int
	page    string // its visible text
}

// post posts the decision, again as long as the desk says that it was too busy and has recorded
// nothing.
func (p *press) post(desk string, c *callbacks.Callback) {
	form := p.by.choose(c, p.outcome, p.comment)
	const tries = 20
	for range tries {
		response := p.by.open(p.by.t.Context(), http.MethodPost, desk+"/callbacks/"+string(c.ID)+"/decision", form)
		if response.Body == nil {
			return // told already
		}
		p.status = response.StatusCode
		page, err := goquery.NewDocumentFromReader(response.Body)
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
		if err != nil {
			p.by.t.Error(err)
			return
		}
		p.page = strings.Join(strings.Fields(page.Text()), " ")
		if p.status != http.StatusServiceUnavailable {
			return
		}
	}
}

// TestTwoHundredRace: of two hundred who decide one callback at once, one wins. The others' pages
// say who it was and keep what was typed, and Lambda hears of one decision.
func TestTwoHundredRace(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		r, lambda := newRig(t, freeAddress(t)), newGate(false)
		settings := r.settings(sqlstoretest.NewDatabase(t), r.lambda(lambda))
		race(t, r, lambda, openAlone(t, settings, deskOptions{}))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		if testing.Short() {
			return // -short is for machines without PostgreSQL
		}
		r, lambda, all := threeReplicas(t)
		race(t, r, lambda, all...)
	})
}

// race lets everybody press in many tabs at once, at all desks.
func race(t *testing.T, r *rig, lambda *gate, desks ...*replica) {
	t.Helper()
	const presses = 200
	id := r.announce(desks[0].url, r.ask(0), callbacks.KeepAliveReview)
	shown := desks[0].get(t, id)
	all := make([]*press, presses)
	var people []*visitor
	for _, user := range reviewers {
		people = append(people, r.signIn(t, user))
	}
	for n := range all {
		v := people[n%len(people)]
		all[n] = &press{by: v, outcome: []string{"approve", "reject"}[n/len(people)%2], comment: fmt.Sprintf("Tab %d of %s.", n, v.user.Name)}
	}
	start := make(chan struct{})
	var deciding sync.WaitGroup
	for n, p := range all {
		deciding.Go(func() {
			<-start
			p.post(desks[n%len(desks)].url, &shown)
		})
	}
	close(start)
	deciding.Wait()
	closed := await(t, r.settled, "the decision at Lambda")
	winner := wantOneWinner(t, all)
	if c := desks[0].get(t, id); c.Decision == nil || c.Decision.By.ID != profiles.ID(r.issuer, winner.by.user.Subject) || c.Decision.Comment != winner.comment {
		t.Errorf("recorded is %+v, want that of %s", c.Decision, winner.comment)
	}
	if want := map[string]string{"approve": "SUCCEEDED", "reject": "FAILED"}[winner.outcome]; closed.Status != want {
		t.Errorf("the callback was closed as %s, want %s", closed.Status, want)
	}
	for _, one := range desks { // nothing more can come after them
		one.stop()
		if err := await(t, one.ended, "the end of a desk"); err != nil {
			t.Errorf("a desk ended with %v", err)
		}
	}
	if calls := len(lambda.arrived); calls != 1 || len(r.settled) > 0 {
		t.Errorf("Lambda was called %d times, and closed the callback %d times more", calls, len(r.settled))
	}
}

// wantOneWinner checks the answers and returns the one that won.
func wantOneWinner(t *testing.T, all []*press) *press {
	t.Helper()
	var winners []*press
	for _, p := range all {
		switch p.status {
		case http.StatusSeeOther:
			winners = append(winners, p)
		case http.StatusConflict:
		default:
			t.Errorf("%s is answered with %d: %s", p.comment, p.status, p.page)
		}
	}
	if len(winners) != 1 {
		t.Fatalf("%d have won, want one", len(winners))
	}
	winner := winners[0]
	for _, p := range all {
		name := winner.by.user.Name
		if p.by == winner.by {
			name = "you" // in another tab
		}
		if p != winner && (!strings.Contains(p.page, " by "+name+",") || !strings.Contains(p.page, p.comment)) {
			t.Errorf("the page of %q does not say that %s was faster, or lost the comment: %s", p.comment, name, p.page)
		}
	}
	return winner
}
