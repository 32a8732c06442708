package views

import (
	"fmt"
	"math"
	"net/url"
	"slices"

	"countersign/internal/callbacks"
)

// Watches is the page of the functions that are searched for callbacks.
type Watches struct {
	callbacks.Searched
}

// functions are the watches of single functions, without the lines that stand for a whole region.
func (m Watches) functions() []callbacks.WatchState {
	return slices.DeleteFunc(slices.Clone(m.Watches), func(w callbacks.WatchState) bool { return w.Function == callbacks.EveryFunction })
}

// regions are the lines that stand for every function of a region.
func (m Watches) regions() []callbacks.WatchState {
	return slices.DeleteFunc(slices.Clone(m.Watches), func(w callbacks.WatchState) bool { return w.Function != callbacks.EveryFunction })
}

// freshness says how old what we know of a watch is, and why it is not newer.
func freshness(s callbacks.Searched, w callbacks.WatchState, m Moment) mark {
	known := "not scanned yet"
	if !w.ScannedAt.IsZero() {
		known = "scanned " + ago(m.Since(w.ScannedAt))
	}
	if b := s.Budget(w.Region); b != nil && b.Throttled(m.Now) {
		return mark{fmt.Sprintf("throttled, %s; %s", known, ahead(m, b)), "clock", "problem"}
	}
	if w.Problem != "" {
		return mark{known, "warn", "problem"}
	}
	if !w.ScanFrom.IsZero() && m.Since(w.ScanFrom) > w.Interval() {
		return mark{known + ", a scan is under way", "clock", ""}
	}
	return mark{known, "check", ""}
}

func ahead(m Moment, b *callbacks.ReadBudget) string {
	return fmt.Sprintf("goes on in %d s", int(math.Ceil(m.Left(b.PausedUntil).Seconds())))
}

// watchProblem says in plain words what a scan met, and what to do.
func watchProblem(w callbacks.WatchState) string {
	switch w.Problem {
	case "":
		return ""
	case callbacks.AnswerDenied:
		if w.Function == callbacks.EveryFunction {
			return "Access denied. Allow lambda:ListFunctions on *."
		}
		return "Access denied. Allow lambda:ListDurableExecutionsByFunction on the function with and without :*, and lambda:GetDurableExecutionHistory on :*."
	case callbacks.AnswerGone:
		return "Lambda does not know this function in this region."
	case callbacks.AnswerKMS:
		return "Some executions are encrypted with a key that we may not use."
	case callbacks.AnswerInvalid:
		return "Lambda refused the request. The region may not have durable functions."
	case callbacks.AnswerAccepted, callbacks.AnswerClosed, callbacks.AnswerThrottled, callbacks.AnswerFault, callbacks.AnswerNone, callbacks.AnswerUnsent:
	}
	return capital(answerWords(w.Problem)) + ". It is tried again with the next scan."
}

// budgetWords is what a region cost in the last minute: "41 of 300 requests in the last minute".
func budgetWords(b callbacks.ReadBudget, m Moment) string {
	return fmt.Sprintf("%d of %d requests in the last minute", b.Spent(m.Now), int(b.Rate*60))
}

func regionName(region string) string {
	if region == "" {
		return "default region"
	}
	return region
}

// foundPath lists what waits and nobody announced; gonePath what was closed without the desk. An empty function is any.
func foundPath(function string) string {
	return adminPath(url.Values{"source": {callbacks.SourceDiscovery}, "state": {string(callbacks.Pending)}}, function)
}

func gonePath(function string) string {
	return adminPath(url.Values{"state": {string(callbacks.Closed)}}, function)
}

func adminPath(query url.Values, function string) string {
	if function != "" {
		query.Set("function", function)
	}
	return Address{Path: "/admin/callbacks", Query: query}.String()
}

// announcedBy is who announced a callback, where somebody did.
func announcedBy(c *callbacks.Callback) string {
	if neverAnnounced(c) {
		return "Found in history, nobody announced it"
	}
	return c.Source
}

// neverAnnounced reports a callback of which only the history speaks.
func neverAnnounced(c *callbacks.Callback) bool { return c.Source == callbacks.SourceDiscovery }
