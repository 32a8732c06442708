package upkeep

import (
	"countersign/internal/callbacks"
)

// Bounds that tests go by.
const (
	Grace = grace
	Batch = batch
)

// AskedInVain has the history of a callback asked so often already.
func (s *Expiry) AskedInVain(id callbacks.ID, times int) {
	s.pauses.all[id] = pause{asked: times, blind: times}
}
