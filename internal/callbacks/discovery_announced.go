package callbacks

// Unannounced is the fingerprint of a callback that was found in a history. No announcement has it.
const Unannounced = ""

// Announced gives a callback that was found in a history what its sender says of it, later than usual: said and saying are
// what the announcement alone would have made, and entry its audit entry. What the history told stays, because it is true: the
// clocks, the execution and the names. A callback that has been decided or has ended meanwhile keeps its queue and the outcomes
// that were offered. The store calls it within Receive.
func (c *Callback) Announced(content *Content, said Callback, saying Content, entry AuditEntry) AuditEntry {
	c.Source, c.Title, c.Requester = said.Source, said.Title, said.Requester
	c.Name = firstOf(c.Name, said.Name)
	if len(saying.Payload) == 0 {
		saying.Payload = content.Payload // the execution's input tells more than nothing
	}
	*content = saying
	if c.State == Pending {
		c.Queue, c.Outcomes, c.KeepAlive = said.Queue, said.Outcomes, said.KeepAlive
		c.StopHeartbeats(entry.At)
		c.scheduleHeartbeat(entry.At)
	}
	c.Revision++
	return c.entry(entry.At, entry.Actor, entry.Action, "Announced after it was found in the execution's history.")
}
