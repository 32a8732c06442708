package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"

	"golang.org/x/sync/errgroup"

	profiles "countersign/internal/people"
	"countersign/internal/standin/oidc"
)

// decideTogether has one reviewer decide many callbacks in one go: they select them, read the page and
// confirm it. Each press is repeated until the desk has given an answer.
func (w *world) decideTogether(ctx context.Context, all []*decision, first int) error {
	group, under := errgroup.WithContext(ctx)
	group.SetLimit(w.atOnce)
	for i := range all {
		group.Go(func() error {
			all[i] = w.newDecision(first + i)
			asked, err := w.lambda.ask(under, all[i].question)
			if err != nil {
				return err
			}
			all[i].callbackID, all[i].arn = asked.CallbackID, asked.ExecutionARN
			w.traps.batched.Store(asked.CallbackID, true)
			return w.announce(under, all[i], asked)
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	if w.skipLeases { // the batch of a killed replica goes on when all start again, so its kill comes last
		select {
		case <-w.othersDone:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	b := bulk{world: w, person: people[0]}
	for _, d := range all {
		b.selected = append(b.selected, string(d.id))
	}
	return b.decide(ctx)
}

// bulk is one person with one batch.
type bulk struct {
	*world
	person   oidc.User
	selected []string // IDs
	page     string   // path of the batch
}

func (b *bulk) decide(ctx context.Context) error {
	selection, err := b.press(ctx, "/batches", url.Values{"callback": b.selected, "stance": {"for"}}, http.StatusSeeOther)
	if err != nil {
		return err
	}
	b.page = selection.location
	for {
		armed, err := b.press(ctx, b.page, url.Values{"callback": b.selected, "comment": {"All of them."}}, http.StatusOK)
		switch {
		case err != nil:
			return err
		case armed.status == http.StatusSeeOther: // an earlier press has begun it, and its answer was lost
			return nil
		}
		_, rest, _ := bytes.Cut(armed.body, []byte(` name="shown"`))
		begun, err := b.press(ctx, b.page, url.Values{"callback": b.selected, "shown": {attribute(rest, "value")}, "sure": {"yes"}}, http.StatusSeeOther)
		if err != nil || begun.status == http.StatusSeeOther {
			return err
		}
	}
}

// press posts a form until the desk answers, with what is wanted, with a way to the page, or with a
// conflict.
func (b *bulk) press(ctx context.Context, what string, form url.Values, want int) (reply, error) {
	for n := 0; ; n++ {
		a, err := b.postAs(ctx, b.replicas[n%len(b.replicas)].url+what, b.person, form)
		switch {
		case err != nil || a.status == http.StatusServiceUnavailable || a.status == http.StatusTooManyRequests:
			if err := pause(ctx, tryAgainAfter); err != nil {
				return reply{}, err
			}
			continue
		case a.status == want, a.status == http.StatusConflict, a.status == http.StatusSeeOther && strings.HasPrefix(a.location, "/batches/"):
			return a, nil
		}
		return reply{}, fmt.Errorf("a press on a batch is answered with %d: %s", a.status, a.body)
	}
}

// results are what the desk says became of each callback of the batches that were confirmed, by its ID.
func (w *world) results(ctx context.Context) (map[string]string, error) {
	db, err := w.openSQL()
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }() // was only read
	rows, err := db.QueryContext(ctx, `select callback, result from batch_items join batches on batches.id = batch where begun_at > 0 and seen <> ''`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := make(map[string]string)
	for rows.Next() {
		var id, result string
		if err := rows.Scan(&id, &result); err != nil {
			return nil, err
		}
		all[id] = result
	}
	return all, rows.Err()
}

// signedInBatch is the result of an item that the person's signature decided.
const signedInBatch = "signed"

// miscalled reports whether the batch says something else of an item than the callback does.
func (e evidence) miscalled() bool {
	theirs := e.record.Decision != nil && e.record.Decision.By.ID == e.batcher
	return e.fate == batched && theirs != (e.result == signedInBatch)
}

// inBatch reports whether a call to Lambda is about an item of a batch.
func (t *traps) inBatch(r *http.Request) bool {
	id, err := url.PathUnescape(path.Base(path.Dir(r.URL.EscapedPath())))
	_, known := t.batched.Load(id)
	return err == nil && known
}

// batcherOf is the key of the person who decides the batch.
func (w *world) batcherOf() string { return profiles.ID(w.issuer, people[0].Subject) }
