package callbacks

import (
	"time"

	"countersign/internal/form"
	"countersign/internal/mask"
	"countersign/internal/printable"
)

// Revealed is a value of a payload or of a form that pages mask, as its sender spelled it.
type Revealed struct {
	mask.Place
	Value []byte
	// Entry is the field of a form whose value it is; nil for a value of the payload.
	Entry *form.Entry
}

// Shown is content as people see it: with a mask in the place of each value that the request or its
// queue names. A queue that names more by now masks those too, and one that names less reveals
// nothing of what arrived before. A payload that is still encoded is masked as a whole.
func (q Queues) Shown(queue string, content Content) Content { return q[queue].shown(content) }

// Reveal returns the value at a place that [Queues.Shown] masks. ok is false if it masks none
// there, or if the payload is still encoded.
func (q Queues) Reveal(queue string, content Content, at string) (r Revealed, ok bool) {
	if content.Undecoded != "" {
		return r, false
	}
	r.Value, r.Place, ok = mask.Reveal(content.Payload, q[queue].masked(&content), at)
	return r, ok
}

// Cover hides the values that [Queues.Shown] masks where they are repeated: in what is sent, and in
// what the execution says later. It is nil if nothing is masked, as in a request without a payload. A
// payload that cannot be read now hides everything: nobody knows what is masked in it.
func (q Queues) Cover(queue string, content *Content) *mask.Cover {
	payload := content.Payload
	if content.Undecoded != "" {
		payload = nil
	} else if len(payload) == 0 && !content.InputUnread {
		return nil
	}
	return mask.CoverOf(payload, q[queue].masked(content))
}

// Masks reports whether anything of a request is to be masked.
func (q Queues) Masks(queue string, content *Content) bool { return len(q[queue].masked(content)) > 0 }

func (q Queue) shown(content Content) Content {
	masked := q.masked(&content)
	if content.Undecoded != "" && len(masked) > 0 { // nobody can tell where the masked values are
		content.Payload = []byte(mask.Literal)
	} else if payload, hidden := mask.Hide(content.Payload, masked); len(hidden) > 0 {
		content.Payload, content.Hidden = payload, hidden
	}
	return content
}

// masked are the pointers to the values of a request that people see only once they reveal them.
func (q Queue) masked(content *Content) []string { return mask.Join(content.Masked, q.Masked) }

// Revealed puts on record that somebody saw a masked value, by its JSON pointer, and by whose right, if it
// was not their own. No page is stale because of it.
func (c *Case) Revealed(pointer, actingFor string, now time.Time, by Actor) {
	c.Bookkeeping = true
	facts := Facts{Field: printable.Clip(pointer, maxFact), ActingFor: actingFor}
	c.Audit = append(c.Audit, c.entry(now, by, ActionRevealed, facts))
}
