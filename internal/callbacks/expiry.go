package callbacks

import "time"

// Expire ends a pending callback past its deadline as its history says, and by our clock only where
// there is none to be had. [ErrConflict] where that is not to be done; then again says whether to
// ask later.
func (c *Callback) Expire(
	found Finding, patient bool, now time.Time, by Actor,
) (entry AuditEntry, again bool, err error) {
	_, cause := c.Deadline()
	waits := found.Open() || found.History == HistoryPutOff || patient
	switch {
	case c.State != Pending || !c.Overdue(now):
		return entry, false, ErrConflict
	case found.Open() && cause == CauseHeartbeat: // somebody else keeps it alive: the clock runs anew from here
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
