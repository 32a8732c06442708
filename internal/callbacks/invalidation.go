package callbacks

// Invalidator sends an invalidation to open pages, here and on other replicas: it tells them that a
// callback changed and carries no data, so each page reads again what its reader may see. It never
// blocks. Call it only after commit.
type Invalidator interface {
	Changed(Invalidation)
}

// Invalidation names what changed. The rest lets a stream skip what its reader may not see.
type Invalidation struct {
	Callback ID
	Queue    string
	Audience string // of the escalation that is on record, see [Escalation.Audience]; may be empty
}

// Invalidation says that the callback changed.
func (c *Callback) Invalidation() Invalidation {
	changed := Invalidation{Callback: c.ID, Queue: c.Queue}
	if to := c.Requirement.Escalate; to != nil && !c.EscalatedAt.IsZero() {
		changed.Audience = to.Audience()
	}
	return changed
}
