package callbacks

import "time"

// Case is a callback as one change sees it: with the parts that the change asked for, and with what
// the change writes besides. A function that changes a case changes nothing else and keeps nothing,
// because it may run more than once; only its last run counts.
type Case struct {
	Callback

	// the open reviews, longest first, then the latest closed ones; those that a change adds or
	// alters are written, and none is removed
	Reviews []Review
	// nil if the callback has none or the change did not ask for it; a change may make one. It
	// comes without its attempts; those that a change adds are written, by their numbers.
	Delivery *Delivery

	// all signatures, in the order in which they were given, if the change asked for them; those
	// that a change adds are written, and the ends of others, and none is removed; those that had
	// ended come without their answers
	Signatures []Signature
	// when the delegations that the change named end, by ID
	DelegationEnds map[string]time.Time
	// entries that the change writes; see [Case.Record]
	Audit []AuditEntry
	// Forgets says that what people typed as secrets is dropped from the signatures. [Case.Apply] sets it.
	Forgets bool
	// Bookkeeping is set by a change that makes no page stale, such as that somebody opened the
	// callback; it leaves the revision alone.
	Bookkeeping bool
}

// Parts names the parts of a [Case] that a change asks for beside the callback, and its place among
// the changes that wait.
type Parts struct {
	Reviews  bool
	Delivery bool
	// Signatures costs no reading while nobody has signed.
	Signatures bool
	// Delegations are IDs of those whose ends may have changed since they were read.
	Delegations []string

	// Behind is no part: it says that nobody waits for the change, so that decisions and
	// announcements may be written before it.
	Behind bool
}

// Record adds the audit entry of a transition, or returns the transition's error. A zero Action is
// no entry: nobody has to account for the change.
func (c *Case) Record(entry AuditEntry, err error) error {
	if err == nil && entry.Action != "" {
		c.Audit = append(c.Audit, entry)
	}
	return err
}

// Apply runs a change. Unless the change is [Case.Bookkeeping], it raises the revision, and so
// makes every page stale that shows the callback.
func (c *Case) Apply(change func(*Case) error) error {
	was := c.State
	if err := change(c); err != nil {
		return err
	}
	c.forget(was)
	c.SignatureCount = max(c.SignatureCount, len(c.Signatures))
	if !c.Bookkeeping {
		c.Revision++
	}
	return nil
}

// forget drops secrets that nothing needs any more: those of signatures once the callback does not wait
// for a decision, and that of the delivery once the decision arrived or is lost. One that is
// undeliverable or unconfirmed may be sent again.
func (c *Case) forget(was State) {
	c.Forgets = was == Pending && c.State != Pending && AsksSecret(c.Outcomes)
	if d := c.Delivery; d != nil && (c.State == Completed || c.State == Lost) {
		d.Completion = d.Completion.unboxed()
	}
}
