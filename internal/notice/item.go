package notice

import (
	"slices"

	"countersign/internal/callbacks"
	"countersign/internal/jsontext"
	"countersign/internal/mask"
	"countersign/internal/printable"
)

// maxField bounds the bytes of one value that a queue lets out.
const maxField = 256

// item is a callback as a message on a channel may say it.
func (c *Circle) item(s *Situation, channel string, home string) Item {
	cb := &s.Callback
	rules := c.Rules.Queues[cb.Queue]
	deadline, cause := cb.Ends()
	standing := callbacks.Weigh(cb.Requirement, s.Signatures)
	i := Item{
		ID: cb.ID, URL: home + cb.ID.Path(), Queue: cb.Queue, Requester: cb.Requester.Name,
		Function: cb.Function, Source: cb.Source, Arrived: cb.ReceivedAt, Deadline: deadline, Cause: cause,
		Rule: cb.Requirement.Rule, Required: cb.Requirement.Places(), Signed: signers(&standing),
		State: cb.State, Execution: s.Execution,
	}
	if rules.Title == TitleEverywhere || rules.Title == TitleInside && channel != Push {
		i.Title = cb.Title
	}
	if channel != Push || rules.Title == TitleEverywhere {
		i.Fields = c.fields(s, rules.Fields)
	}
	if cb.State == callbacks.Pending {
		i.Assigned, i.AssignedBy = s.Assigned.To.Name, s.Assigned.By.Name
		if c.Styles[channel] != InPlace { // that stays on the screen, and who has it open changes
			i.Held, i.Alone = s.holder(), !s.open()
		}
		for _, m := range standing.Leading().Missing {
			i.Missing = append(i.Missing, Place{Groups: m.From, Count: m.Count})
		}
	}
	if d := cb.Decision; d != nil {
		i.Outcome, i.DecidedBy, i.DecidedAt = d.Label, d.By.Name, d.At
		if o, known := cb.Outcome(d.Outcome); known {
			i.Stance = o.Stance()
		}
	}
	if needsOperator(cb) {
		i.Problem, i.Tries, i.Doubtful = cb.Problem, s.Tries, s.Doubtful
	}
	if e := cb.Ending; e != nil {
		i.EndedAt, i.EndedBy = e.At, e.By
		if e.By == callbacks.EndedByClock {
			i.Cause = e.Cause
		}
	}
	return i
}

// needsOperator reports whether an operator has to look at the delivery, or at heartbeats.
func needsOperator(c *callbacks.Callback) bool {
	return c.State.NeedsOperator() || c.Problem.NeedsOperator()
}

// holder is the name of somebody who has the callback open; empty if nobody does.
func (s *Situation) holder() string {
	for _, o := range s.Openers {
		if o.Open {
			return o.Name
		}
	}
	return ""
}

// signers are those whose signatures count, in the order in which they signed.
func signers(standing *callbacks.Standing) (all []Signer) {
	for _, t := range standing.Tallies {
		for _, given := range t.Signed {
			one := Signer{Name: given.By.Name, At: given.At, Against: t.Stance == callbacks.Against}
			if given.ActingFor != nil {
				one.For = given.ActingFor.Name
			}
			all = append(all, one)
		}
	}
	slices.SortStableFunc(all, func(a, b Signer) int { return a.At.Compare(b.At) })
	return all
}

// fields are the values of the payload that the queue lets out, as people see them on the page: what
// is masked there stays here.
func (c *Circle) fields(s *Situation, rules []FieldRule) (all []Field) {
	if len(rules) == 0 {
		return nil
	}
	shown := c.Queues.Shown(s.Callback.Queue, s.Content)
	for _, r := range rules {
		masked := slices.ContainsFunc(shown.Hidden, func(p mask.Place) bool { return p.Pointer == r.Pointer })
		value, found := mask.Value(shown.Payload, r.Pointer)
		if masked || !found || len(value) == 0 || value[0] == '{' || value[0] == '[' || value[0] == 'n' {
			continue
		}
		text := string(value)
		if value[0] == '"' {
			text, _ = jsontext.Text(value, len(value))
		}
		all = append(all, Field{Label: r.Label, Value: printable.Clip(text, maxField)})
	}
	return all
}
