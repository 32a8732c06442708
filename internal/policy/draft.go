package policy

import (
	"maps"
	"slices"

	"countersign/internal/callbacks"
	"countersign/internal/mask"
)

// asShown is a policy that somebody pasted, as they may try it on the desk's requests. A condition
// that is not in force sees what its author sees, with masks in the place of values: one could
// otherwise be written to ask for a masked value, letter by letter. One that is in force in the same
// queue reads the values, as it does when a request arrives.
func (p Policy) asShown(inForce callbacks.Queues) Policy {
	p.Queues = maps.Clone(p.Queues)
	for name, queue := range p.Queues {
		known := inForce[name]
		queue.Masked = mask.Join(queue.Masked, known.Masked)
		queue.Rules = slices.Clone(queue.Rules)
		for i, rule := range queue.Rules {
			in := func(r callbacks.Rule) bool { return r.When == rule.When }
			if rule.Condition != nil && !slices.ContainsFunc(known.Rules, in) {
				queue.Rules[i].Condition = onShown{rule.Condition, queue}
			}
		}
		p.Queues[name] = queue
	}
	return p
}

// onShown is a condition that reads what people see of a request.
type onShown struct {
	callbacks.Condition
	queue callbacks.Queue
}

// Holds implements [callbacks.Condition].
func (s onShown) Holds(r *callbacks.Reading) (bool, error) {
	shown := callbacks.Queues{s.queue.Name: s.queue}.Shown(s.queue.Name, *r.Content)
	return s.Condition.Holds(&callbacks.Reading{Callback: r.Callback, Content: &shown})
}
