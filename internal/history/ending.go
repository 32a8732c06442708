package history

import "countersign/internal/callbacks"

// ending is what has been read of a history, as far as it tells how one callback ended. Events may
// come in any order, but only if they come newest first can reading stop early.
type ending struct {
	callback callbacks.CallbackID

	started *Event // the callback's start
	// the ends of callbacks and contexts, by operation
	ended     map[string]Event
	parents   map[string]string // of contexts, by operation
	execution *Event            // the end of the execution

	last      int  // the ID of the event that was read last
	ascending bool // an event came after an older one
	size      int  // about how many bytes are kept
}

func newEnding(of callbacks.CallbackID) *ending {
	return &ending{callback: of, ended: map[string]Event{}, parents: map[string]string{}}
}

// add notes a page of events.
func (n *ending) add(events []Event) {
	for _, e := range events {
		n.ascending = n.ascending || (n.last != 0 && e.ID > n.last)
		n.last = e.ID
		_, ends := e.Closing()
		switch {
		case e.Starts(callbacks.OperationCallback):
			if e.CallbackID == n.callback {
				n.started = &e
			}
			continue
		case e.Starts(callbacks.OperationContext):
			n.parents[e.Operation] = e.Parent
		case ends && e.Kind == callbacks.OperationExecution:
			n.execution = &e
		case ends:
			n.ended[e.Operation] = e
		default:
			continue
		}
		n.size += e.size()
	}
}

// closing returns how the callback ended, if the events read so far show it. Its own end takes
// precedence over those around it: after a stop or a lost race it has none, and the callback stays
// STARTED for ever.
func (n *ending) closing() (callbacks.Closing, bool) {
	if n.started == nil {
		return callbacks.Closing{}, false
	}
	if e, ok := n.ended[n.started.Operation]; ok {
		return e.Closing()
	}
	around, _ := n.contexts()
	for _, context := range around {
		if e, ok := n.ended[context]; ok {
			return e.Closing()
		}
	}
	if n.execution == nil {
		return callbacks.Closing{}, false
	}
	return n.execution.Closing()
}

// contexts lists the contexts around the callback, innermost first, as far as they are known. all
// says whether all of them are known.
func (n *ending) contexts() (around []string, all bool) {
	return Around(n.started.Parent, len(n.parents), func(context string) (string, bool) {
		parent, known := n.parents[context]
		return parent, known
	})
}

// complete reports whether older events cannot tell more: everything newer than the callback was
// read, and every context around it is known, or none has ended.
func (n *ending) complete() bool {
	if n.started == nil {
		return false
	}
	_, all := n.contexts()
	return !n.ascending && (all || !n.contextEnded())
}

func (n *ending) contextEnded() bool {
	for _, e := range n.ended {
		if e.Kind == callbacks.OperationContext {
			return true
		}
	}
	return false
}
