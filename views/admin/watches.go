package admin

import (
	"cmp"
	"fmt"
	"math"
	"net/url"
	"slices"
	"time"

	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/discovery"
	"countersign/internal/readquota"
	"countersign/internal/replies"
	"countersign/views"
	"countersign/views/words"
)

// Watches is the page of the functions that are searched for callbacks.
type Watches struct {
	discovery.Searched
	Queues callbacks.Queues
}

// functions returns the watches of single functions, without the entries that stand for a whole
// region.
func (m Watches) functions() []discovery.WatchState {
	return slices.DeleteFunc(slices.Clone(m.Watches), func(w discovery.WatchState) bool { return w.Function == discovery.EveryFunction })
}

// regions returns the entries that stand for every function of a region.
func (m Watches) regions() []discovery.WatchState {
	return slices.DeleteFunc(slices.Clone(m.Watches), func(w discovery.WatchState) bool { return w.Function != discovery.EveryFunction })
}

// freshness says how old our knowledge of a watch is, and why it is not newer.
func freshness(s discovery.Searched, w discovery.WatchState, m words.Moment) words.Mark {
	known := "not scanned yet"
	if !w.ScannedAt.IsZero() {
		known = "scanned " + words.Ago(m.Since(w.ScannedAt))
	}
	if b := s.Quota(w.Lane()); b != nil && b.Throttled(m.Now) {
		return words.Mark{Word: fmt.Sprintf("throttled, %s; %s", known, ahead(m, b)), Icon: "clock", Tone: "problem"}
	}
	if w.Problem != "" {
		return words.Mark{Word: known, Icon: "warn", Tone: "problem"}
	}
	if !w.ScanFrom.IsZero() && m.Since(w.ScanFrom) > w.Interval() {
		return words.Mark{Word: known + ", a scan is under way", Icon: "clock"}
	}
	return words.Mark{Word: known, Icon: "check"}
}

func ahead(m words.Moment, b *readquota.Quota) string {
	return fmt.Sprintf("resumes in %d s", int(math.Ceil(m.Left(b.PausedUntil).Seconds())))
}

// watchProblem says what went wrong with a scan, and what to do.
func watchProblem(w discovery.WatchState) string {
	switch w.Problem {
	case "":
		return ""
	case replies.Denied:
		return "Access denied. " + missingPermission(w)
	case replies.Gone:
		return "Lambda does not know this function in this region."
	case replies.KMS:
		return "Some executions are encrypted with a key that we may not use."
	case replies.Invalid, replies.MaybeClosed:
		return "Lambda refused the request. The region may not have durable functions."
	case replies.Skew, replies.Credentials:
		return words.Capital(words.Reply(w.Problem)) + ". " + words.Remedy(w.Problem, words.Permission{}, "", "")
	case replies.Accepted, replies.Closed, replies.Throttled, replies.Fault, replies.None, replies.Unsent, replies.Sealed:
	}
	return words.Capital(words.Reply(w.Problem)) + ". It is tried again with the next scan."
}

// undecidable says why nobody can decide the callbacks that were found in a function but not
// announced, and what to do. It is empty if somebody can.
func (m Watches) undecidable(w discovery.WatchState) string {
	if w.Unannounced == 0 || !m.Queues[w.Queue].FourEyes {
		return ""
	}
	return "Nobody can decide what is never announced: queue " + w.Queue + " asks for four eyes. Let the function announce it, say on its page who asks, or watch it with another queue."
}

// leftOut says how many callbacks a watch leaves out, and who wanted that. It is empty if there are
// none.
func leftOut(w discovery.WatchState) string {
	switch w.LeftOut {
	case 0:
		return ""
	case 1:
		return "1 open callback is left out, as except in countersign.yaml says."
	}
	return fmt.Sprintf("%d open callbacks are left out, as except in countersign.yaml says.", w.LeftOut)
}

// missingPermission says what to allow so that a watch can be scanned.
func missingPermission(w discovery.WatchState) string {
	missing := "lambda:ListDurableExecutionsByFunction on the function with and without :*, and lambda:GetDurableExecutionHistory on :*"
	if w.Function == discovery.EveryFunction {
		missing = "lambda:ListFunctions on *"
	}
	if w.Account == "" {
		return "Allow " + missing + "."
	}
	return "The role of account " + w.Account + " must trust the desk, and allow " + missing + "."
}

// accounts reports whether the watches cover an account besides that of the desk's own credentials.
func (m Watches) accounts() bool {
	return slices.ContainsFunc(m.Watches, func(w discovery.WatchState) bool { return w.Account != "" })
}

// place is the title of the column that says where a function is.
func (m Watches) place() string {
	if m.accounts() {
		return "Account and region"
	}
	return "Region"
}

// lanes returns the read quotas of the lanes that are searched or that used reads lately.
func (m Watches) lanes(now time.Time) []readquota.Quota {
	return slices.DeleteFunc(slices.Clone(m.Quotas), func(b readquota.Quota) bool {
		searched := slices.ContainsFunc(m.Watches, func(w discovery.WatchState) bool { return w.Lane() == b.Lane })
		return !searched && b.Spent(now) == 0 && !b.Throttled(now)
	})
}

// budgetWords says how many reads a lane used in the last minute, and why it is paused if it is:
// "41 of 300 requests in the last minute".
func budgetWords(b readquota.Quota, m words.Moment) string {
	words := fmt.Sprintf("%s: %d of %d requests in the last minute", laneName(b.Lane), b.Spent(m.Now), int(b.Rate*60))
	if b.Throttled(m.Now) {
		words += "; throttled by AWS, " + ahead(m, &b)
	}
	return words
}

// laneName returns the region. If the account is not that of the desk's own credentials, it comes
// first.
func laneName(l arn.Lane) string {
	l.Region = cmp.Or(l.Region, "default region")
	if l.Account == "" {
		return l.Region
	}
	return l.Account + " " + l.Region
}

// foundPath lists pending callbacks that nobody announced. gonePath lists announced callbacks that
// are gone. An empty function means all functions.
func foundPath(function string) string {
	return adminPath(url.Values{"source": {callbacks.SourceDiscovery}, "state": {string(callbacks.Pending)}}, function)
}

func gonePath(function string) string {
	return adminPath(url.Values{"source": {callbacks.SourceAnnounced}, "ends": {views.EndsGone}}, function)
}

func adminPath(query url.Values, function string) string {
	if function != "" {
		query.Set("function", function)
	}
	return views.Address{Path: "/admin/callbacks", Query: query}.String()
}

// gone returns how many callbacks of a watched function were announced and are gone.
func (m Watches) gone(w discovery.WatchState) views.Count {
	return views.Bounded(m.Gone[w.Name()], discovery.MaxGone)
}
