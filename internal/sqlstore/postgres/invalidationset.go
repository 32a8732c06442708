package postgres

import (
	"encoding/json"

	"countersign/internal/callbacks"
)

// invalidationSet is the set of messages to send: each one once, or "everything" if there are too
// many to name.
type invalidationSet struct {
	invalidations map[callbacks.Invalidation]struct{}
	all           bool
}

const (
	// maxNamed is how many are named. A page shows fewer callbacks.
	maxNamed = 100
	// maxPayload is PostgreSQL's limit in bytes: a payload must be shorter than 8000.
	maxPayload = 7999
	// everything is the payload that names none and stands for all.
	everything = "*"
)

func (s *invalidationSet) add(n callbacks.Invalidation) {
	if s.invalidations == nil {
		s.invalidations = map[callbacks.Invalidation]struct{}{}
	}
	if s.all || len(s.invalidations) == maxNamed {
		*s = invalidationSet{all: true}
		return
	}
	s.invalidations[n] = struct{}{}
}

func (s *invalidationSet) empty() bool { return !s.all && len(s.invalidations) == 0 }

// named are callbacks by queue and audience.
type named map[string]map[string][]callbacks.ID

// payload returns {"queue":{"audience":["callback",…]}}. Anybody who may connect to the database
// can read it, so it holds nothing else.
func (s *invalidationSet) payload() string {
	all := named{}
	for n := range s.invalidations {
		if all[n.Queue] == nil {
			all[n.Queue] = map[string][]callbacks.ID{}
		}
		all[n.Queue][n.Audience] = append(all[n.Queue][n.Audience], n.Callback)
	}
	text, err := json.Marshal(all)
	if s.all || err != nil || len(text) > maxPayload {
		return everything
	}
	return string(text)
}

// parsePayload reads a payload. all says that everything may have changed. A payload that cannot be
// read counts as everything, because replicas of different versions run side by side during an
// upgrade.
func parsePayload(payload string) (invalidations []callbacks.Invalidation, all bool) {
	var read named
	if err := json.Unmarshal([]byte(payload), &read); err != nil {
		return nil, true
	}
	for queue, audiences := range read {
		for audience, ids := range audiences {
			for _, id := range ids {
				invalidations = append(invalidations, callbacks.Invalidation{Callback: id, Queue: queue, Audience: audience})
			}
		}
	}
	return invalidations, false
}
