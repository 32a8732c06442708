package policy

import (
	"context"
	"errors"
	"fmt"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/fault"
)

// Config is what a [Desk] works with. Every field but EmailTrusted and GroupsMaxAge is required.
type Config struct {
	Store        Store
	InForce      Policy
	EmailTrusted bool // whether every address counts as verified
	Now          func() time.Time
	GroupsMaxAge time.Duration // that of [callbacks.Gate]; zero for no limit
	// Alarms returns the pending requests that too few people seen could decide; see [Alarms.Requests].
	Alarms func() []Alarm
	// Requests are those of the desk, and who could decide them.
	Requests Requests
	// Bound counts pending requests by the version that binds them; see [Alarms.Bound].
	Bound func() map[callbacks.ConfigVersion]int
	// Read reads the text of a countersign.yaml, without its secrets. The error has a line for each
	// fault.
	Read func(text []byte) (Policy, error)
	// Decode reads a message as functions send it, or returns [fault.List].
	Decode func(text []byte) (desk.Announcement, error)
}

// Desk answers admins and auditors about the policy in force, and about what they paste. It changes
// nothing.
type Desk struct{ Config }

// NewDesk makes a desk.
func NewDesk(c Config) *Desk { return &Desk{c} }

// Question is what somebody wants to know, beside what holds: what a request gets, which is pending
// or pasted, and what a pasted file would change. Empty fields ask nothing.
type Question struct {
	Callback callbacks.ID
	Request  string // a message as functions send it
	File     string // the text of a countersign.yaml
}

// Answer is what the desk knows of the policy in force, and what a question asked.
type Answer struct {
	InForce  Policy
	Findings []Finding
	Evidence *Evidence
	Alarms   []Alarm
	Bound    map[callbacks.ConfigVersion]int // pending requests by the version that binds them

	Title         string // of the request that was tried
	Trial         *Trial // under the policy in force
	RequestFaults fault.List

	Draft         *Policy // what the pasted file says, as it may be tried
	DraftFindings []Finding
	DraftTrial    *Trial // of the same request under the pasted file
	Plan          *Plan
	FileFault     error
}

// Ask answers a question. It returns a [*callbacks.Refusal] for people who may not see everything.
func (d *Desk) Ask(ctx context.Context, p callbacks.Person, q Question) (Answer, error) {
	if !p.Roles.SeesAll() {
		return Answer{}, &callbacks.Refusal{Code: callbacks.CodeRole, Reason: "Policies are for admins and auditors."}
	}
	a := Answer{InForce: d.InForce, Alarms: d.Alarms(), Bound: d.Bound()}
	policies := []Policy{d.InForce}
	var pasted Policy
	if q.File != "" {
		var err error
		if pasted, err = d.Read([]byte(q.File)); err != nil {
			a.FileFault = err
		} else {
			draft := pasted.asShown(d.InForce.Queues)
			a.Draft, policies = &draft, append(policies, draft)
		}
	}
	var err error
	if a.Evidence, err = Gather(ctx, d.Store, d.EmailTrusted, d.Now(), policies...); err != nil {
		return Answer{}, err
	}
	a.Evidence.GroupsMaxAge = d.GroupsMaxAge
	a.Findings = d.InForce.Examine(a.Evidence)
	if a.Draft != nil {
		plan := Compare(d.InForce, *a.Draft, a.Evidence)
		a.DraftFindings, a.Plan = a.Draft.Examine(a.Evidence), &plan
	}
	return a, d.try(ctx, q, &a, pasted)
}

// try binds the request of a question under each policy. A pasted request has no value that whoever
// pasted it may not see, so the pasted policy reads all of it.
func (d *Desk) try(ctx context.Context, q Question, a *Answer, pasted Policy) error {
	request, found, err := d.request(ctx, q, a)
	if invalid, ok := errors.AsType[fault.List](err); ok {
		a.RequestFaults = invalid
		return nil
	}
	if err != nil || !found {
		return err
	}
	a.Title = request.Callback.Title
	if trial, known := d.InForce.Try(request, a.Evidence); known {
		a.Trial = &trial
	}
	if a.Draft != nil {
		draft := *a.Draft
		if q.Request != "" {
			draft = pasted
		}
		if trial, known := draft.Try(request, a.Evidence); known {
			a.DraftTrial = &trial
		}
	}
	return nil
}

// request is the one that a question is about: the pasted one, or else the pending one.
func (d *Desk) request(ctx context.Context, q Question, a *Answer) (r Request, found bool, err error) {
	if q.Request != "" {
		message, err := d.Decode([]byte(q.Request))
		if err != nil {
			return Request{}, false, fmt.Errorf("read the request: %w", err)
		}
		c, content, err := message.Callback("", nil, d.InForce.Queues, d.Now())
		if err != nil {
			return Request{}, false, fmt.Errorf("check the request: %w", err)
		}
		return Request{Callback: c, Content: content}, true, nil
	}
	for _, one := range a.Pending() {
		if one.Callback.ID == q.Callback {
			one.Content, err = contentForConditions(ctx, d.Store, q.Callback)
			return one, err == nil, err
		}
	}
	if q.Callback != "" {
		return Request{}, false, fault.List{{Pointer: "callback", Detail: "This callback is no longer pending. Choose another."}}
	}
	return Request{}, false, nil
}

// Pending returns the requests that wait, in order of queues, the newest of each first.
func (a *Answer) Pending() (all []Request) {
	for _, name := range sortedKeys(a.Evidence.Requests) {
		for _, r := range a.Evidence.Requests[name] {
			if r.Callback.State == callbacks.Pending {
				all = append(all, r)
			}
		}
	}
	return all
}

// Waiting counts the pending requests of a queue, as far as they were read.
func (a *Answer) Waiting(queue string) (n int) {
	for _, r := range a.Evidence.Requests[queue] {
		if r.Callback.State == callbacks.Pending {
			n++
		}
	}
	return n
}
