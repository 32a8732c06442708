package discovery

import "slices"

// Bounds that tests go by.
const (
	AnnouncedWithin = announcedWithin
	ArrivalsAtOnce  = arrivalsAtOnce
)

// Idle reports whether no scan is under way.
func (d *Worker) Idle() bool {
	return !slices.ContainsFunc(d.searches, func(s *search) bool { return len(s.scans) > 0 })
}
