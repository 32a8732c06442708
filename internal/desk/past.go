package desk

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"countersign/internal/answers"
	"countersign/internal/callbacks"
)

// MinPast is how many past runs it takes to say what is usual. Fewer would be taken for more than
// they are.
const MinPast = 5

// maxPastAnswers bounds how many answers of the past are offered.
const maxPastAnswers = 4

// PastRun is what became of a decision on an earlier callback of the same function and name.
type PastRun struct {
	Outcome string                    // that was decided
	Result  []byte                    // of a success, if people may be shown it; nil otherwise
	Status  callbacks.OperationStatus // of the execution; it has not ended while its end is not known
	Next    string                    // name of the step that followed first; empty if not known
	Took    time.Duration             // from the decision to the end of the execution
}

// Past is what past runs say of a callback that waits.
type Past struct {
	Ways    []Way        // at most one for each outcome, those with at least [MinPast] runs
	Answers []PastAnswer // free results, the most frequent first; none of fewer than [MinPast] runs
}

// Way is how executions usually go on after an outcome.
type Way struct {
	Outcome string
	Next    string // the step that follows first; empty if there is no usual one
	Status  callbacks.OperationStatus
	Took    time.Duration // the median of the runs that went this way
	Same    int           // how many runs went this way
	Of      int           // how many ended
}

// PastAnswer is a free result that was sent before.
type PastAnswer struct {
	Answer callbacks.Answer
	Count  int
	Bad    int // how many of the executions ended without success; 0 of fewer than [MinPast]
}

// PastOf sums up past runs, in any order.
func PastOf(runs []PastRun) (past Past) {
	ended := map[string][]PastRun{}
	for _, r := range runs {
		if r.Status.Ended() {
			ended[r.Outcome] = append(ended[r.Outcome], r)
		}
	}
	for _, outcome := range slices.Sorted(maps.Keys(ended)) {
		if len(ended[outcome]) >= MinPast {
			past.Ways = append(past.Ways, wayOf(outcome, ended[outcome]))
		}
	}
	past.Answers = answersOf(runs)
	return past
}

// Way is the usual way after an outcome, or nil.
func (p Past) Way(outcome string) *Way {
	i := slices.IndexFunc(p.Ways, func(w Way) bool { return w.Outcome == outcome })
	if i < 0 {
		return nil
	}
	return &p.Ways[i]
}

// told adds the usual ways to the previews of outcomes, and returns the previews.
func (p Past) told(previews []Preview) []Preview {
	for i := range previews {
		previews[i].Usual = p.Way(previews[i].Outcome.Name)
	}
	return previews
}

// wayOf is the most frequent way of runs that ended. Of two that are as frequent, the worse one is
// told.
func wayOf(outcome string, runs []PastRun) Way {
	type way struct {
		next   string
		status callbacks.OperationStatus
	}
	took := map[way][]time.Duration{}
	for _, r := range runs {
		w := way{r.Next, r.Status}
		took[w] = append(took[w], r.Took)
	}
	usual := slices.MaxFunc(slices.Collect(maps.Keys(took)), func(a, b way) int {
		return cmp.Or(
			cmp.Compare(len(took[a]), len(took[b])), worse(a.status, b.status),
			cmp.Compare(b.status, a.status), cmp.Compare(b.next, a.next),
		)
	})
	times := slices.Sorted(slices.Values(took[usual]))
	n := len(times)
	return Way{
		Outcome: outcome, Next: usual.next, Status: usual.status, Took: (times[(n-1)/2] + times[n/2]) / 2,
		Same: n, Of: len(runs),
	}
}

// worse compares two ends by whether they are no success.
func worse(a, b callbacks.OperationStatus) int {
	switch {
	case a == callbacks.StatusSucceeded && b != callbacks.StatusSucceeded:
		return -1
	case a != callbacks.StatusSucceeded && b == callbacks.StatusSucceeded:
		return 1
	}
	return 0
}

// answersOf are the free results of runs. Other results hold what only their own signers wrote.
func answersOf(runs []PastRun) (answers []PastAnswer) {
	found := map[string]*PastAnswer{}
	total := 0
	for _, r := range runs {
		if r.Outcome != callbacks.OutcomeResult || len(r.Result) == 0 {
			continue
		}
		total++
		text := string(r.Result)
		if found[text] == nil {
			found[text] = &PastAnswer{Answer: callbacks.Answer{Format: formatOf(r.Result), Result: text}}
		}
		found[text].Count++
		if r.Status.Ended() && r.Status != callbacks.StatusSucceeded {
			found[text].Bad++
		}
	}
	if total < MinPast {
		return nil
	}
	for _, text := range slices.Sorted(maps.Keys(found)) {
		if found[text].Count < MinPast {
			found[text].Bad = 0 // that says nothing yet
		}
		answers = append(answers, *found[text])
	}
	slices.SortStableFunc(answers, func(a, b PastAnswer) int { return cmp.Compare(b.Count, a.Count) })
	return answers[:min(len(answers), maxPastAnswers)]
}

// formatOf says how a result was probably written: the bytes are the same.
func formatOf(result []byte) answers.Format {
	if json.Valid(result) {
		return answers.JSON
	}
	return answers.Text
}

// PastRunOf is the run that a decision led to, with its follow-up if one is known. result is nil if
// people may not be shown it.
func PastRunOf(d *callbacks.Decision, a *callbacks.FollowUp, result []byte) PastRun {
	run := PastRun{Outcome: d.Outcome, Result: result}
	if a == nil {
		return run
	}
	run.Status = a.Status
	if !a.EndedAt.IsZero() {
		run.Took = max(a.EndedAt.Sub(d.At), 0)
	}
	if len(a.Steps) > 0 && !a.Skipped {
		run.Next = a.Steps[0].Name
	}
	return run
}
