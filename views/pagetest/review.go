// Package pagetest has the models of the pages in the viewstest story, for tests that look at
// several pages.
package pagetest

import (
	"net/url"

	"github.com/microcosm-cc/bluemonday"

	"countersign/internal/callbacks"
	"countersign/views"
	"countersign/views/review"
	"countersign/views/untrusted"
	"countersign/views/viewstest"
)

// Review is the model of a callback's page. It has previews while the callback is pending, and the
// next callback afterwards.
func Review(sheet callbacks.Sheet) review.Review {
	m := review.Review{
		Sheet:        sheet,
		ReviewLimits: callbacks.DefaultReviewLimits,
		Description:  untrusted.Sanitise(bluemonday.UGCPolicy(), []byte(viewstest.Prose)),
		ConsoleURL:   "https://eu-central-1.console.aws.amazon.com/lambda/home?region=eu-central-1#/functions/expense-approval",
		List:         views.Address{Path: "/callbacks/exp2291", Query: url.Values{"scope": {"mine"}}},
	}
	m.Draft.Comment = viewstest.Comment
	switch {
	case m.Callback.State == callbacks.Pending:
		m.Previews = viewstest.Previews(m.Callback, viewstest.Comment, m.Signatures...)
	case m.Callback.Decision != nil:
		next := viewstest.Rows()[1]
		next.Reviewers = nil
		m.Next = &review.Next{Row: &next, Held: 1}
	default:
		m.Next = &review.Next{}
	}
	return m
}
