package history

import (
	"context"

	"countersign/internal/callbacks"
	"countersign/internal/readquota"
)

// Tail is the end of a history: the events after a given one.
type Tail struct {
	Events []Event // in any order
	Gap    bool    // earlier events exist that were not read
}

// Tail reads the events of a callback's history after a given one, newest first, when the lane has a
// free slot and read quota to spare; otherwise it returns a *[PutOffError]. It makes one request, so
// events older than a page are left out as a gap. If an endpoint ignores the order and begins with
// the first event, Tail reads its history to the end.
func (h *Reader) Tail(ctx context.Context, of callbacks.Target, after int) (Tail, error) {
	lane := h.lanes().Of(of.ExecutionARN, of.Region)
	if !h.slots.Try(lane) {
		return Tail{}, &PutOffError{}
	}
	defer h.slots.Release(lane)
	r := h.unfinished.take(&reading{
		query: Query{Lane: lane, Target: of, After: after, Newest: true, Data: true, Limit: tailEvents},
	}, h.now())
	for page, err := range h.pages(ctx, r, readquota.WhenIdle) {
		if err != nil {
			return Tail{}, err
		}
		reached := r.add(page)
		switch {
		case page.Next == "":
			return r.tail, nil
		case !page.Ascending():
			r.tail.Gap = len(page.Events) > 0 && !reached
			return r.tail, nil
		}
	}
	r.tail.Gap = true
	return r.tail, nil
}

// add keeps the events of a page that are new. It reports whether the page reaches what is known.
func (r *reading) add(page Page) (reached bool) {
	after := r.query.After
	for i := range page.Events {
		e := &page.Events[i]
		reached = reached || e.ID <= after+1
		if e.ID > after {
			r.tail.Events = append(r.tail.Events, *e)
		}
	}
	return reached
}

// follow keeps what a page shows after the event that ended the callback, if nothing else can be
// newer: the page is the first, and newest first or the only one.
func (r *reading) follow(page Page, ended int) {
	if r.pages > 1 || page.Next != "" && page.Ascending() {
		return
	}
	r.after = &Tail{}
	for i := range page.Events {
		if e := &page.Events[i]; e.ID > ended {
			r.after.Events = append(r.after.Events, *e)
		}
	}
}
