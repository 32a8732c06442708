package callbacks

import "slices"

// DefaultQueue receives what names no queue.
const DefaultQueue = "default"

// Queue says who may see and decide the callbacks that are routed to it.
type Queue struct {
	Name      string
	Groups    []string  // whose members see and decide it
	KeepAlive KeepAlive // used where a request does not say
	FourEyes  bool      // the requester may not decide their own request, nor anybody one whose requester is yet to be announced
	// RejectAs is the kind of the default reject outcome: Failure unless the queue wants a negative success.
	RejectAs Kind
}

// Queues are the configured queues by name.
type Queues map[string]Queue

// Visible are the names of the queues that a person may see, sorted; all is true when they may see every queue.
func (q Queues) Visible(p Person) (names []string, all bool) {
	if p.Roles.Admin || p.Roles.Auditor {
		return nil, true
	}
	if !p.Roles.Reviewer {
		return nil, false
	}
	for name, queue := range q {
		if p.InGroup(queue.Groups) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, false
}

// MaySee reports whether a person may know of callbacks in the queue. A queue that is no longer configured is visible to
// admins and auditors only, so that nothing in it is forgotten.
func (q Queues) MaySee(p Person, queue string) bool {
	if p.Roles.Admin || p.Roles.Auditor {
		return true
	}
	return p.Roles.Reviewer && p.InGroup(q[queue].Groups)
}

// MayDecide is nil when the person may decide the callback, or a *[Refusal] that says why not.
func (q Queues) MayDecide(p Person, c *Callback) error {
	queue := q[c.Queue]
	switch {
	case !p.Roles.Reviewer && !p.Roles.Admin:
		return &Refusal{Code: "role", Reason: "Auditors read everything and decide nothing."}
	case !p.InGroup(queue.Groups):
		return &Refusal{Code: "queue", Reason: "Only members of the groups of queue " + c.Queue + " decide here."}
	case queue.FourEyes && c.found():
		return &Refusal{Code: "unannounced", Reason: "Queue " + c.Queue + " asks for four eyes, and nobody has announced this callback: who asks for it is not known. " +
			"It can be decided once its function announces it; else let an admin route what is found in this function to a queue without four eyes."}
	case queue.FourEyes && p.Is(c.Requester):
		return &Refusal{Code: "requester", Reason: "Queue " + c.Queue + " requires a second person: you made this request, so someone else must decide it."}
	}
	return nil
}
