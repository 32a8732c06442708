package discovery

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/history"
)

// Trace is what is open in a running execution, as far as its history was read. It holds all that
// is needed to continue from the last event; what has ended is dropped.
type Trace struct {
	Last      int       // ID of the last event read, 0 before the first
	LastAt    time.Time // when it happened
	Root      string    // the operation that is the execution itself
	Deadline  time.Time // end of the execution by its own timeout, zero for none
	Contexts  map[string]OpenContext
	Callbacks map[string]OpenCallback
	Ended     bool // the execution
}

// OpenContext is a context that has started and not ended, kept by its operation. Name and subtype
// are for the callbacks in it. A trace written by an earlier version has only the names of
// waitForCallbacks, and no subtypes.
type OpenContext struct {
	Parent  string
	Name    string
	SubType string
}

// OpenCallback is a callback that has started and not ended, kept by its operation.
type OpenCallback struct {
	Parent string
	ID     callbacks.ID // ours; empty while the desk does not know it
	Start  Started      // kept until the desk knows it
}

// Started is what a history says of a callback at its start.
type Started struct {
	CallbackID       callbacks.CallbackID
	At               time.Time
	Name             string // the name that people know it by
	Own              Called // names of the callback itself
	Around           Called // names of the context directly around it
	Timeout          time.Duration
	HeartbeatTimeout time.Duration
}

// Called is the name and subtype of an operation, both chosen by its author.
type Called struct{ Name, SubType string }

// sighting is what to do about one callback: new events say that it started, that it ended, or
// both; or it started earlier and the desk does not know it yet.
type sighting struct {
	Operation string
	ID        callbacks.ID // ours, if the desk knew the callback
	Start     Started      // zero if the desk knew it
	Waited    bool         // it started in an earlier reading
	Closing   callbacks.Closing

	// when to look again, because it may still be announced; zero for the usual time
	again   time.Time
	refused bool // the desk cannot take it
	leftOut bool // the operator wants it here only if it is announced
}

// tracing is one reading: the trace with what the current events say. A context that ended earlier
// is forgotten, so a callback that starts below an unknown context counts as open: showing one too
// many is better than hiding one.
type tracing struct {
	*Trace
	sightings map[string]*sighting // of callbacks that started or ended, by operation
	order     []string
	ended     map[string]bool // contexts that ended in this reading
}

// read applies events, in any order, and skips those that were read before. It returns sightings:
// first of callbacks that the desk does not know yet, then of what the new events say, in the order
// of the history.
func (t *Trace) read(events []history.Event) []*sighting {
	events = slices.Clone(events)
	slices.SortFunc(events, func(a, b history.Event) int { return cmp.Compare(a.ID, b.ID) })
	// a holder of the earlier trace keeps it unchanged
	t.Contexts, t.Callbacks = copyOf(t.Contexts), copyOf(t.Callbacks)
	r := tracing{Trace: t, sightings: map[string]*sighting{}, ended: map[string]bool{}}
	for _, operation := range slices.Sorted(maps.Keys(t.Callbacks)) {
		if open := t.Callbacks[operation]; open.ID == "" {
			s := r.sight(operation)
			s.Start, s.Waited, s.Closing.Open = open.Start, true, true
		}
	}
	for i := range events {
		if events[i].ID <= t.Last {
			continue
		}
		t.Last, t.LastAt = events[i].ID, events[i].At
		r.apply(&events[i])
	}
	found := make([]*sighting, 0, len(r.order))
	for _, operation := range r.order {
		found = append(found, r.sightings[operation])
	}
	return found
}

func (r *tracing) apply(e *history.Event) {
	if closing, ends := e.Closing(); ends {
		r.end(e, closing)
		return
	}
	switch {
	case e.Starts(callbacks.OperationExecution):
		r.Root = e.Operation
		if e.ExecutionTimeout > 0 {
			r.Deadline = e.At.Add(e.ExecutionTimeout)
		}
	case e.Starts(callbacks.OperationContext):
		r.Contexts[e.Operation] = OpenContext{Parent: e.Parent, Name: e.Name, SubType: e.SubType}
	case e.Starts(callbacks.OperationCallback):
		r.start(e)
	}
}

// end closes what an event ends.
func (r *tracing) end(e *history.Event, closing callbacks.Closing) {
	switch e.Kind {
	case callbacks.OperationCallback:
		r.close(e.Operation, closing)
	case callbacks.OperationContext:
		r.endContext(e.Operation, closing)
	case callbacks.OperationExecution:
		r.Ended = true
		for _, operation := range slices.Sorted(maps.Keys(r.Callbacks)) {
			r.close(operation, closing)
		}
	case callbacks.OperationStep, callbacks.OperationWait, callbacks.OperationInvoke,
		callbacks.OperationInvocation: // end no callback
	}
}

// know notes that the desk knows an open callback.
func (t *Trace) know(operation string, id callbacks.ID) {
	if open, ok := t.Callbacks[operation]; ok {
		t.Callbacks[operation] = OpenCallback{Parent: open.Parent, ID: id}
	}
}

// start notes a callback.
func (r *tracing) start(e *history.Event) {
	s := r.sight(e.Operation)
	around, in := r.around(e.Parent), r.Contexts[e.Parent]
	s.Start = Started{
		CallbackID: e.CallbackID, At: e.At, Name: r.name(e.Name, around), Own: Called{e.Name, e.SubType}, Around: Called{in.Name, in.SubType},
		Timeout: e.Timeout, HeartbeatTimeout: e.HeartbeatTimeout,
	}
	s.Closing.Open = true
	r.Callbacks[e.Operation] = OpenCallback{Parent: e.Parent, Start: s.Start}
	if slices.ContainsFunc(around, func(context string) bool { return r.ended[context] }) {
		r.close(e.Operation, history.ClosedByContext(e))
	}
}

// name returns the name that people know a callback by, given its own name and the contexts around
// it, from the inside out. SDKs put the name of a waitForCallback on its context, and leave the
// callback unnamed or derive its name from the context's. A subtype may be missing, wrong, or the
// author's own; so a context directly around such a callback names it whatever its subtype is.
func (r *tracing) name(own string, around []string) string {
	for _, context := range around {
		if c := r.Contexts[context]; c.SubType == history.SubTypeWaitForCallback && c.Name != "" {
			return c.Name
		}
	}
	if len(around) > 0 {
		name := r.Contexts[around[0]].Name
		if name != "" && (own == "" || own == name+" create callback id" || own == name+"-callback") {
			return name
		}
	}
	return own
}

// around lists the contexts from parent outwards.
func (r *tracing) around(parent string) []string {
	if parent == r.Root {
		return nil
	}
	around, _ := history.Around(parent, len(r.Contexts), func(context string) (string, bool) {
		outer := r.Contexts[context].Parent
		return outer, outer != r.Root
	})
	return around
}

// endContext closes every callback below a context, because AWS writes no event for their end, and
// drops everything below the context.
func (r *tracing) endContext(context string, closing callbacks.Closing) {
	r.ended[context] = true
	below := func(parent string) bool { return slices.Contains(r.around(parent), context) }
	for _, operation := range slices.Sorted(maps.Keys(r.Callbacks)) {
		if below(r.Callbacks[operation].Parent) {
			r.close(operation, closing)
		}
	}
	gone := []string{context}
	for operation, c := range r.Contexts {
		if below(c.Parent) {
			gone = append(gone, operation)
		}
	}
	for _, operation := range gone {
		r.ended[operation] = true
		delete(r.Contexts, operation)
	}
}

// close notes the end of an open callback.
func (r *tracing) close(operation string, c callbacks.Closing) {
	open, known := r.Callbacks[operation]
	if !known {
		return // it had ended before, with a context around it
	}
	delete(r.Callbacks, operation)
	s := r.sight(operation)
	s.ID, s.Closing = open.ID, c
}

func (r *tracing) sight(operation string) *sighting {
	s, ok := r.sightings[operation]
	if !ok {
		s = &sighting{Operation: operation}
		r.sightings[operation] = s
		r.order = append(r.order, operation)
	}
	return s
}

func copyOf[T any](m map[string]T) map[string]T {
	copied := make(map[string]T, len(m))
	maps.Copy(copied, m)
	return copied
}
