// Package pagetest has the models of the pages in the viewstest story, for tests that look at
// several pages.
package pagetest

import (
	"net/url"

	"github.com/microcosm-cc/bluemonday"

	"countersign/internal/answers"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/fault"
	"countersign/views"
	"countersign/views/review"
	"countersign/views/untrusted"
	"countersign/views/viewstest"
)

// Review is the model of a callback's page. It has previews while the callback is pending, and the
// next callback afterwards.
func Review(sheet desk.Sheet) review.Review {
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

// Answering is a callback that nobody announced. Its reader wrote an answer, with mistakes, and
// somebody else has signed one.
func Answering(text string) review.Review {
	m := Review(viewstest.Pending())
	c := &m.Callback
	c.Source, c.Outcomes = callbacks.SourceDiscovery, callbacks.DefaultOutcomes(callbacks.Failure)
	c.Requirement = callbacks.Requirement{Rule: "two people", Terms: callbacks.Terms{Signatures: []callbacks.Threshold{{For: 2}}}}
	m.Signatures = []callbacks.Signature{viewstest.SignedAnswer(text)}
	m.Standing = callbacks.Weigh(c.Requirement, m.Signatures)
	m.Draft = review.Draft{
		Outcome: callbacks.OutcomeFailure, Faults: fault.List{{Pointer: answers.FieldErrorMessage, Detail: text}},
		Answer: callbacks.Answer{Format: answers.JSON, Result: text, ErrorType: text, ErrorData: text},
	}
	m.Previews = append(viewstest.Previews(*c, "", m.Signatures...), viewstest.FreePreviews(*c, m.Draft.Written(), m.Signatures...)...)
	return m
}
