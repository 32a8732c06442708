package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	profiles "countersign/internal/people"
	"countersign/internal/standin/oidc"
)

// tryAgainAfter is how long a reviewer waits after a request without an answer.
const tryAgainAfter = 100 * time.Millisecond

// waits is what a preview says of a press after which others have to sign.
const waits = "no"

// reply is a response that was read completely.
type reply struct {
	status   int
	location string
	body     []byte
}

// send sends a request once. A broken connection is an error: nobody knows how far the request
// came.
func (w *world) send(request *http.Request) (reply, error) {
	response, err := w.browser.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	return reply{response.StatusCode, response.Header.Get("Location"), body}, err
}

// reviewer is one person who makes one decision.
type reviewer struct {
	*world
	decision *decision
	person   oidc.User
	outcome  string
	random   *rand.Rand
	// from the preview; empty before it is read
	seen, at, sends string
	hash            string // of the bytes that it shows
}

// newReviewer draws a person and an outcome.
func (w *world) newReviewer(d *decision) *reviewer {
	outcomes := []string{"approve", "reject"}
	return &reviewer{
		world: w, decision: d, person: people[d.random.IntN(len(people))], outcome: outcomes[d.random.IntN(len(outcomes))],
		random: rand.New(rand.NewPCG(w.seed, d.random.Uint64())),
	}
}

// agreeWith makes somebody else sign for the same.
func (r *reviewer) agreeWith(first *reviewer) {
	first.outcome, r.outcome = "approve", "approve"
	if r.decision.fate == grouped {
		r.person = seconds[r.random.IntN(len(seconds))]
		return
	}
	i := slices.IndexFunc(people, func(p oidc.User) bool { return p.Subject == first.person.Subject })
	r.person = people[(i+1)%len(people)]
}

// post posts a form of the page to a replica.
func (r *reviewer) post(ctx context.Context, to *replica, what string) (reply, error) {
	form := url.Values{
		"outcome": {r.outcome}, "comment": {fmt.Sprintf("Decision %d by %s.", r.decision.number, r.person.Name)},
		"seen": {r.seen}, "at": {r.at}, "sends": {r.sends},
	}
	address := fmt.Sprintf("%s/callbacks/%s/%s", to.url, r.decision.id, what)
	return r.postAs(ctx, address, r.person, form)
}

// postAs posts a form with somebody's session.
func (w *world) postAs(ctx context.Context, address string, p oidc.User, form url.Values) (reply, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return reply{}, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.AddCookie(w.sessions[p.Subject])
	return w.send(request)
}

// withdraw takes the reviewer's signature back, again and again until the desk has given an answer.
// The reviewer can then decide anew.
func (r *reviewer) withdraw(ctx context.Context) error {
	for {
		to := r.replicas[r.random.IntN(len(r.replicas))]
		address := fmt.Sprintf("%s/callbacks/%s/withdrawal", to.url, r.decision.id)
		a, err := r.postAs(ctx, address, r.person, url.Values{"why": {"Wrong cost centre."}})
		switch {
		case err != nil || a.status == http.StatusServiceUnavailable:
			if err := pause(ctx, tryAgainAfter); err != nil {
				return err
			}
			continue
		case a.status == http.StatusSeeOther:
			r.decision.tookBack()
		case a.status != http.StatusConflict: // it has ended
			return fmt.Errorf("a withdrawal is answered with %d: %s", a.status, a.body)
		}
		r.seen = ""
		return nil
	}
}

// decide reads the preview and posts the decision, again and again until the desk has given an
// answer.
func (r *reviewer) decide(ctx context.Context) error {
	for {
		over, err := r.step(ctx)
		if over || err != nil {
			return err
		}
	}
}

// step makes one request of a reviewer. A request without an answer is repeated unchanged after a
// moment.
func (r *reviewer) step(ctx context.Context) (over bool, err error) {
	what := "decision"
	if r.seen == "" {
		what = "preview"
	}
	to := r.replicas[r.random.IntN(len(r.replicas))]
	a, err := r.post(ctx, to, what)
	now := time.Now()
	switch {
	case err != nil:
		return false, pause(ctx, tryAgainAfter) // the replica was killed meanwhile
	case a.status == http.StatusServiceUnavailable:
		if what == "decision" {
			r.note(&r.decision.denied, now)
		}
		return false, pause(ctx, tryAgainAfter)
	case what == "preview" && a.status == http.StatusOK:
		_, shown, _ := bytes.Cut(a.body, []byte(` id="preview-`+r.outcome+`"`))
		r.seen, r.at, r.sends = attribute(shown, "data-seen"), attribute(shown, "data-at"), attribute(shown, "data-sends")
		_, hash, _ := bytes.Cut(shown, []byte("sha256 <code"))
		if r.hash = attribute(hash, "title"); r.seen == "" || r.at == "" || r.sends == "" || r.hash == "" {
			return false, fmt.Errorf("the preview holds no hash, or does not say what a press does: %s", a.body)
		}
		return false, nil
	case what == "decision" && a.status == http.StatusSeeOther && strings.HasPrefix(a.location, "/callbacks/"):
		r.traps.spring(decisionKept, to)
		if r.sends == waits {
			r.note(&r.decision.signed, now)
		} else {
			r.note(&r.decision.recorded, now)
		}
		return true, nil
	case what == "decision" && a.status == http.StatusOK: // the preview was too old: look again
		r.seen, r.at = "", ""
		return false, nil
	case a.status == http.StatusConflict: // somebody else decided, or the callback has ended
		return true, nil
	}
	return false, fmt.Errorf("a %s is answered with %d: %s", what, a.status, a.body)
}

func (r *reviewer) note(in *[]told, at time.Time) {
	r.decision.mu.Lock()
	defer r.decision.mu.Unlock()
	*in = append(*in, told{profiles.ID(r.issuer, r.person.Subject), r.hash, at})
}

// attribute returns the value of an attribute in a page, or "" if there is none. The values read
// here contain nothing to unescape.
func attribute(page []byte, name string) string {
	_, rest, _ := bytes.Cut(page, []byte(" "+name+`="`))
	value, _, _ := bytes.Cut(rest, []byte(`"`))
	return string(value)
}
