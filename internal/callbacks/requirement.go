package callbacks

import (
	"encoding/json"
	"slices"
	"time"

	"countersign/internal/fault"
	"countersign/internal/printable"
)

// Terms are what a rule asks for: who has to sign, who may not, and what a signature needs.
//
// They fail closed. Terms without a place to sign on are never met, and a threshold that asks for
// fewer than one signature asks for one.
type Terms struct {
	Signatures []Threshold `json:"signatures"`
	Against    int         `json:"against,omitempty"` // how many signatures against end it; 0 means 1
	Exclude    []Exclusion `json:"exclude,omitempty"`
	Reason     []Stance    `json:"reason,omitempty"` // the stances that need a comment
	Escalate   *Escalation `json:"escalate,omitempty"`
	// GroupsNotOlderThan is the greatest age in nanoseconds of the groups that a signature rests
	// on; 0 means no limit.
	GroupsNotOlderThan time.Duration `json:"groupsNotOlderThan,omitempty"`
}

// Threshold is how many people of some groups have to sign the same proposal. Each of them fills
// one place.
type Threshold struct {
	From []string `json:"from,omitempty"` // members of any of these; empty means the queue's groups
	For  int      `json:"for"`
}

// Exclusion names people who may not sign, and neither may anybody who acts for them.
type Exclusion string

// ExcludeRequester excludes the person who asks, and everybody of whom nobody can tell that they
// are somebody else.
const ExcludeRequester Exclusion = "requester"

// Escalation lets more people sign when time runs short: from then on, members of the groups see
// the request and may fill any place.
type Escalation struct {
	// After is the part of the time from arrival to the end of the callback, between 0 and 1.
	After float64  `json:"after"`
	To    []string `json:"to"`
}

// Basis is why a rule was chosen for a request.
type Basis string

// The bases. A requirement of a queue without rules has none.
const (
	BasisCondition Basis = "condition" // it is the first rule whose condition holds
	BasisOtherwise Basis = "otherwise" // no condition holds
	BasisFault     Basis = "fault"     // a condition could not be evaluated
	// BasisStood: the rule bound the callback before more was known of the request, and what is
	// known since would ask for less.
	BasisStood Basis = "stood"
)

// Requirement is the rule that binds one callback, kept with it as a JSON document. It is chosen on
// arrival, and again when more becomes known of the request or an admin applies the present policy.
// Later changes of the rule do not affect it. Who sees the queue is not part of it.
type Requirement struct {
	Rule    string        `json:"rule,omitempty"`    // the rule's name; empty if the queue had none
	Version ConfigVersion `json:"version,omitempty"` // of the policy
	Basis   Basis         `json:"basis,omitempty"`
	Fault   string        `json:"fault,omitempty"` // which condition could not be evaluated, and why
	Terms
}

// OneSignature is the requirement of a queue without rules: one person of the queue's groups signs.
var OneSignature = Requirement{Terms: Terms{Signatures: []Threshold{{For: 1}}}}

// Places is the number of signatures for a proposal that decide.
func (t Terms) Places() (n int) {
	for _, threshold := range t.Signatures {
		n += threshold.places()
	}
	return n
}

func (t Threshold) places() int { return max(t.For, 1) }

// ofQueue reports whether the threshold asks for the queue's groups.
func (t Threshold) ofQueue() bool { return len(t.From) == 0 }

// against is the number of signatures against that decide.
func (t Terms) against() int { return max(t.Against, 1) }

// NeedsReason reports whether a signature of this stance needs a comment.
func (t Terms) NeedsReason(stance Stance) bool { return slices.Contains(t.Reason, stance) }

// CommentRule is the rule for the comment of an outcome. Terms may need one where the outcome takes
// none; it is then for the record alone.
func (t Terms) CommentRule(o Outcome) CommentRule {
	if t.NeedsReason(o.Stance()) {
		return CommentRequired
	}
	return o.Comment
}

// CheckComment returns nil, or [fault.List] if an outcome needs a comment and this is none.
func (t Terms) CheckComment(o Outcome, comment string) error {
	return checkComment(t.CommentRule(o) == CommentRequired, o.Label+" needs a comment.", comment)
}

func checkComment(needed bool, says, comment string) error {
	if !needed || printable.HasInk(comment) {
		return nil
	}
	return fault.List{{Pointer: "comment", Detail: says}}
}

// KeptComment is what is recorded as the comment of a choice: nothing if none is asked for.
func (t Terms) KeptComment(o Outcome, choice Choice) string {
	if t.CommentRule(o) == CommentNone {
		return ""
	}
	return TidyComment(choice.Comment)
}

// ExcludesRequester reports whether only people count who are certainly not the requester. An
// exclusion that a newer version wrote excludes the requester at least.
func (t Terms) ExcludesRequester() bool { return len(t.Exclude) > 0 }

// EscalatesAt is when the requirement of a callback lets more people sign; zero for never. The
// heartbeat clock does not count, because each heartbeat would move the time again.
func (c *Callback) EscalatesAt() time.Time {
	escalation := c.Requirement.Escalate
	end, cause := c.Clocks.End()
	if escalation == nil || cause == NoDeadline {
		return time.Time{}
	}
	span := max(end.Sub(c.ReceivedAt), 0)
	return c.ReceivedAt.Add(time.Duration(escalation.After * float64(span)))
}

// NextEscalation is when the escalation of the callback has to be put on record; zero for never.
func (c *Callback) NextEscalation() time.Time {
	if c.State != Pending || !c.EscalatedAt.IsZero() {
		return time.Time{}
	}
	return c.EscalatesAt()
}

// Escalate puts on record that more people may sign from now on. It returns [ErrConflict] if it is
// not time for that, or is done.
func (c *Callback) Escalate(now time.Time, by Actor) (AuditEntry, error) {
	if at := c.NextEscalation(); at.IsZero() || now.Before(at) {
		return AuditEntry{}, c.WrongState("escalate")
	}
	c.EscalatedAt = now
	return c.entry(now, by, ActionEscalated, Facts{Groups: c.Requirement.Escalate.To}), nil
}

// escalated reports whether the members of some groups may sign by escalation: it is on record, or
// due. A callback that has ended does not escalate any more.
func (c *Callback) escalated(groups []string, now time.Time) bool {
	escalation, at := c.Requirement.Escalate, c.EscalatesAt()
	if escalation == nil || !overlap(escalation.To, groups) {
		return false
	}
	if c.Ending != nil {
		now = Earliest(now, c.Ending.At)
	}
	return !c.EscalatedAt.IsZero() || !at.IsZero() && !now.Before(at)
}

// Audience identifies the groups of an escalation, whatever their order.
func (e *Escalation) Audience() string {
	audience, _ := json.Marshal(slices.Sorted(slices.Values(e.To))) // strings always marshal
	return string(audience)
}

// InAudience reports whether a person may sign what was escalated to an audience, see
// [Escalation.Audience].
func (p Person) InAudience(audience string) bool {
	var groups []string
	return p.Roles.signs() && json.Unmarshal([]byte(audience), &groups) == nil && p.InGroup(groups)
}

// groups are those that the thresholds name.
func (t Terms) groups() (all []string) {
	for _, threshold := range t.Signatures {
		all = append(all, threshold.From...)
	}
	return slices.Compact(slices.Sorted(slices.Values(all)))
}

// overlap reports whether two lists have something in common.
func overlap[T comparable](a, b []T) bool {
	return slices.ContainsFunc(a, func(one T) bool { return slices.Contains(b, one) })
}
