package history

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/printable"
)

// following is a follow-up to which events are added.
type following struct {
	*callbacks.FollowUp
	closed time.Time // the time of the event that closed the callback
}

// AddTo adds the events to a follow-up and skips those that were read before. closed is the time of
// the event that closed the callback. AddTo reports whether any event was new.
func (t Tail) AddTo(a *callbacks.FollowUp, closed time.Time) (news bool) {
	f := following{a, closed}
	events := slices.Clone(t.Events)
	slices.SortFunc(events, func(x, y Event) int { return cmp.Compare(x.ID, y.ID) })
	for i := range events {
		if e := &events[i]; e.ID > a.Last {
			a.Last, news = e.ID, true
			f.apply(e)
		}
	}
	a.Skipped = a.Skipped || t.Gap
	slices.SortStableFunc(a.Steps, func(x, y callbacks.FollowUpStep) int {
		return cmp.Or(cmp.Compare(rank(x.Status), rank(y.Status)), x.At.Compare(y.At))
	})
	if more := len(a.Steps) - callbacks.MaxFollowUpSteps; more > 0 {
		a.Steps, a.Skipped = slices.Delete(a.Steps, 0, more), true
	}
	return news
}

// rank orders ended operations before those still going on.
func rank(s callbacks.OperationStatus) int {
	if s.Ended() {
		return 0
	}
	return 1
}

func (f following) apply(e *Event) {
	switch e.Kind {
	case callbacks.OperationInvocation:
		// an invocation that ran before the end did not resume anything
		f.resumed(e.InvokedAt)
	case callbacks.OperationExecution:
		if e.Status.Ended() {
			f.Status, f.EndedAt, f.Event = e.Status, e.At, e.ID
			f.Error = shortError(e.Error)
		}
	case callbacks.OperationStep, callbacks.OperationWait, callbacks.OperationCallback, callbacks.OperationInvoke,
		callbacks.OperationContext:
		f.operation(e)
	}
}

// shortError keeps the type and the message of an error, each in one short line.
func shortError(e *callbacks.ErrorObject) callbacks.ErrorObject {
	if e == nil {
		return callbacks.ErrorObject{}
	}
	return callbacks.ErrorObject{
		ErrorType:    printable.Fold(e.ErrorType, callbacks.MaxNoteRunes),
		ErrorMessage: printable.Fold(e.ErrorMessage, callbacks.MaxNoteRunes),
	}
}

// resumed notes a sign of life. The history reports an invocation only when it ends, so the
// earliest sign may arrive late.
func (f following) resumed(at time.Time) {
	if !at.Before(f.closed) && (f.ResumedAt.IsZero() || at.Before(f.ResumedAt)) {
		f.ResumedAt = at
	}
}

// operation notes the start, a retry or the end of an operation.
func (f following) operation(e *Event) {
	i := slices.IndexFunc(f.Steps, func(s callbacks.FollowUpStep) bool { return s.Operation == e.Operation })
	if i < 0 {
		if !f.shows(e) {
			return
		}
		f.Steps = append(f.Steps, callbacks.FollowUpStep{
			Operation: e.Operation, Name: printable.Fold(f.name(e), callbacks.MaxStepNameRunes), Kind: shownAs(e), At: e.At,
		})
		i = len(f.Steps) - 1
		if e.Status == callbacks.StatusRunning {
			f.resumed(e.At)
		}
	} else if s := &f.Steps[i]; e.Status.Ended() {
		s.Took, s.At = e.At.Sub(s.At), e.At
	}
	f.Steps[i].Status, f.Steps[i].Note = e.Status, noteOf(e)
}

// shownAs is the kind of a step. A waitForCallback is a callback as a whole; without the usual
// subtype it is shown by its parts.
func shownAs(e *Event) callbacks.OperationKind {
	if e.Kind == callbacks.OperationContext && e.SubType == SubTypeWaitForCallback {
		return callbacks.OperationCallback
	}
	return e.Kind
}

// name returns the operation's own name. An unnamed callback takes the name of the part of the
// function that it is in: a waitForCallback without its usual subtype looks like any such part.
func (f following) name(e *Event) string {
	if shownAs(e) != callbacks.OperationCallback || e.Name != "" {
		return e.Name
	}
	for i := range f.Steps {
		if f.Steps[i].Operation == e.Parent {
			return f.Steps[i].Name
		}
	}
	return ""
}

// shows reports whether a new operation is worth a line. Work that began before the callback's end
// is worth one. These are not: an operation that merely ended with the callback, such as the
// waitForCallback around it; one inside a waitForCallback; an unnamed part of the function.
func (f following) shows(e *Event) bool {
	inside := slices.ContainsFunc(f.Steps, func(s callbacks.FollowUpStep) bool {
		return s.Operation == e.Parent && s.Kind == callbacks.OperationCallback
	})
	switch shownAs(e) {
	case callbacks.OperationStep, callbacks.OperationInvoke:
		return !inside
	case callbacks.OperationContext:
		return e.Status == callbacks.StatusRunning && e.Name != ""
	case callbacks.OperationWait, callbacks.OperationCallback:
		return e.Status == callbacks.StatusRunning && !inside
	case callbacks.OperationExecution, callbacks.OperationInvocation:
	}
	return false
}

// noteOf returns the result or the error of an operation in one short line, or "" if it says
// nothing. What we or others send to a callback is no note.
func noteOf(e *Event) string {
	if e.Status.Ended() && e.Status != callbacks.StatusSucceeded || e.Status == callbacks.StatusRetrying {
		return printable.Fold(errorLine(e.Error), callbacks.MaxNoteRunes)
	}
	if e.Kind != callbacks.OperationStep && e.Kind != callbacks.OperationInvoke {
		return ""
	}
	var text string
	result := string(e.Payload)
	if strings.HasPrefix(result, `"`) && json.Unmarshal(e.Payload, &text) == nil {
		// SDKs serialise a text as JSON: the quotes are not part of the function's text
		return printable.Fold(text, callbacks.MaxNoteRunes)
	}
	if result == "null" {
		return ""
	}
	return printable.Fold(result, callbacks.MaxNoteRunes)
}

// errorLine returns type and message in one line.
func errorLine(e *callbacks.ErrorObject) string {
	if e == nil {
		return ""
	}
	if e.ErrorType == "" || e.ErrorMessage == "" {
		return e.ErrorType + e.ErrorMessage
	}
	return e.ErrorType + ": " + e.ErrorMessage
}
