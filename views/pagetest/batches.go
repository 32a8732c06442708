package pagetest

import (
	"net/url"
	"time"

	"countersign/internal/batch"
	"countersign/internal/callbacks"
	"countersign/internal/fault"
	"countersign/views"
	"countersign/views/batches"
	"countersign/views/viewstest"
)

// Selection is one of three, of which one can go.
func Selection() batches.Selection {
	goes, form, gone := viewstest.Pending(), viewstest.Pending(), viewstest.Pending()
	form.Callback.ID, form.Callback.Title = "exp2292", `Refund <b>"A"</b>`
	gone.Callback.ID = "exp2293"
	m := batches.Selection{
		Batch: batch.Batch{
			ID: "batch1", By: callbacks.Person{ID: viewstest.Dana.ID}, Stance: callbacks.For, MadeAt: viewstest.Now,
			Items: []batch.Item{{Callback: goes.Callback.ID, Outcome: "approve"}, {Callback: form.Callback.ID}, {Callback: gone.Callback.ID}},
		},
		Candidates: []batch.Candidate{
			{Callback: goes.Callback, Payload: goes.Content.Payload, Preview: viewstest.Previews(goes.Callback, "")[0]},
			{Callback: form.Callback, Out: batch.OutForm},
			{Callback: gone.Callback, Out: batch.OutRefused, Why: "You asked for it."},
		},
		Included: []callbacks.ID{goes.Callback.ID}, Comment: viewstest.Comment, New: 2,
		List: views.Address{Path: "/", Query: url.Values{"scope": {"available"}}},
	}
	return m
}

// ArmedSelection is the same after the first press.
func ArmedSelection() batches.Selection {
	m := Selection()
	m.Armed = true
	return m
}

// SelectionWithFaults is the same after a press that was refused.
func SelectionWithFaults() batches.Selection {
	m := Selection()
	m.Batch.Stance = callbacks.Against
	m.Faults = fault.List{{Pointer: "comment", Detail: "Reject needs a comment."}, {Detail: "These are too old."}}
	return m
}

// NothingSelected is a selection of which nothing can go.
func NothingSelected() batches.Selection {
	m := Selection()
	m.Candidates = m.Candidates[1:]
	return m
}

// BatchResult is a batch with an item for each result; it has ended.
func BatchResult() batches.Result {
	m := batches.Result{Batch: Selection().Batch, List: Selection().List}
	m.Batch.BegunAt, m.Batch.EndedAt, m.Batch.Comment = viewstest.Now, viewstest.Now.Add(time.Second), viewstest.Comment
	m.Batch.Items = nil
	ended := viewstest.EndedRows()
	for i, r := range []batch.Result{batch.Signed, batch.Overtaken, batch.Changed, batch.Refused, batch.Stopped, batch.Late} {
		row := ended[i%len(ended)]
		m.Batch.Items = append(m.Batch.Items, batch.Item{Callback: row.ID, Outcome: "approve", Result: r, At: viewstest.Now})
		m.Callbacks = append(m.Callbacks, &row.Callback)
	}
	m.Callbacks[5] = nil
	return m
}

// BatchUnderWay is one that has begun.
func BatchUnderWay() batches.Result {
	m := BatchResult()
	m.Batch.EndedAt = time.Time{}
	for i := range m.Batch.Items[1:] {
		m.Batch.Items[i+1].Result, m.Batch.Items[i+1].At = batch.Waiting, time.Time{}
	}
	return m
}
