package callbacks

import "time"

// Expire ends a pending callback past its deadline in the way its history shows, and by our clock
// only if no history can be had. It returns [ErrConflict] if the callback must not be ended now;
// again then says whether to ask later.
func (c *Callback) Expire(
	found Finding, patient bool, now time.Time, by Actor,
) (entry AuditEntry, again bool, err error) {
	_, cause := c.Deadline()
	waits := found.Open() || found.History == HistoryPutOff || patient
	switch {
	case c.State != Pending || !c.Overdue(now):
		return entry, false, ErrConflict
	case found.Open() && cause == CauseHeartbeat: // another client keeps it alive
		c.Clocks.SeenOpenAt = now
		return entry, false, nil
	case waits:
		return entry, true, ErrConflict
	case found.History == HistoryRead:
		entry, err = c.Close(c.EndedElsewhere(found.Closing, now), now, by)
		return entry, false, err
	case cause == CauseHeartbeat && c.mayLiveOn(now):
		return entry, true, ErrConflict
	default:
		entry, err = c.TimeOut(now, by)
		return entry, false, err
	}
}
