package callbacks

// Bounds that tests go by.
const (
	SweepGrace = sweepGrace
	SweepBatch = sweepBatch
)

// AskedInVain has the history of a callback asked so often already.
func (s *Sweeps) AskedInVain(id ID, times int) { s.pauses.all[id] = pause{asked: times, blind: times} }
