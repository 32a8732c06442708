package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"countersign/internal/callbacks"
)

// Queue is one queue as an operator writes it.
type Queue struct {
	Groups    []string `json:"groups"`    // their members see and decide the queue's callbacks
	KeepAlive string   `json:"keepAlive"` // review (also if empty) or queued
	// the requester must be known and may not decide their own request
	FourEyes bool   `json:"fourEyes"`
	RejectAs string `json:"rejectAs"` // failure (also if empty) or success
}

// Queues are the queues by name.
type Queues map[string]Queue

// UnmarshalText reads a JSON object of queues.
func (q *Queues) UnmarshalText(text []byte) error {
	queues, err := decodeNamed[Queue](text, plainNames)
	if err != nil {
		return err
	}
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(queues)) {
		if err := queues[name].check(name); err != nil {
			problems = append(problems, fmt.Errorf("queue %q %w", name, err))
		}
	}
	*q = queues
	return errors.Join(problems...)
}

func (q Queue) check(name string) error {
	switch {
	case len(q.Groups) == 0 && name != callbacks.DefaultQueue:
		return errors.New(`needs "groups": without them nobody could decide in it`)
	case slices.Contains(q.Groups, ""):
		return errors.New(`has an empty name in "groups"`)
	case !slices.Contains([]callbacks.KeepAlive{"", callbacks.KeepAliveReview, callbacks.KeepAliveQueued}, callbacks.KeepAlive(q.KeepAlive)):
		return fmt.Errorf(`must have "keepAlive" review or queued, not %q`, q.KeepAlive)
	case !slices.Contains([]callbacks.Kind{"", callbacks.Failure, callbacks.Success}, callbacks.Kind(q.RejectAs)):
		return fmt.Errorf(`must have "rejectAs" failure or success, not %q`, q.RejectAs)
	}
	return nil
}

// withDefault adds the default queue if it is missing. If the operator names no groups for that
// queue, it gets the given ones.
func (q Queues) withDefault(groups []string) Queues {
	all := make(Queues, len(q)+1)
	maps.Copy(all, q)
	queue := all[callbacks.DefaultQueue]
	if len(queue.Groups) == 0 {
		queue.Groups = slices.Clone(groups)
	}
	all[callbacks.DefaultQueue] = queue
	return all
}

// FourEyes returns the names of the queues that require four eyes, sorted.
func (q Queues) FourEyes() (names []string) {
	for _, name := range slices.Sorted(maps.Keys(q)) {
		if q[name].FourEyes {
			names = append(names, name)
		}
	}
	return names
}
