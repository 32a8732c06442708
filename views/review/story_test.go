package review

import (
	"net/url"

	"github.com/microcosm-cc/bluemonday"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/replies"
	"countersign/views"
	"countersign/views/untrusted"
	"countersign/views/viewstest"
)

// storyReview is what pagetest.Review makes of a sheet: that package imports this one.
func storyReview(sheet desk.Sheet) Review {
	m := Review{
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
		m.Next = &Next{Row: &next, Held: 1}
	default:
		m.Next = &Next{}
	}
	return m
}

func sampleReview() Review    { return storyReview(viewstest.Pending()) }
func decidedReview() Review   { return storyReview(viewstest.Decided()) }
func completedReview() Review { return storyReview(viewstest.Completed()) }
func retryingReview() Review  { return storyReview(viewstest.Retrying()) }
func proven() Review          { return storyReview(viewstest.Proven()) }
func withoutEffect() Review   { return storyReview(viewstest.WithoutEffect()) }

func inDoubt(d callbacks.Doubt) Review { return storyReview(viewstest.InDoubt(d)) }

func lostReview(by callbacks.EndedBy, clock callbacks.DeadlineCause) Review {
	return storyReview(viewstest.Lost(by, clock))
}

func troubledReview(state callbacks.State, reply replies.Reply, status int, code string) Review {
	return storyReview(viewstest.Troubled(state, reply, status, code))
}

func endedReview(state callbacks.State, e callbacks.Ending) Review {
	return storyReview(viewstest.Ended(state, e))
}
