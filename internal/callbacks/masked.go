package callbacks

import (
	"slices"

	"countersign/internal/mask"
)

// Shown is content as people see it: with a mask in the place of each value that the request or its
// queue names. A queue that names more by now masks those too, and one that names less reveals
// nothing of what arrived before.
func (q Queues) Shown(queue string, content Content) Content { return q[queue].shown(content) }

func (q Queue) shown(content Content) Content {
	payload, hidden := mask.Hide(content.Payload, q.masked(&content))
	if len(hidden) > 0 {
		content.Payload, content.Hidden = payload, hidden
	}
	return content
}

// masked are the pointers to the values of a request that people see only once they reveal them.
func (q Queue) masked(content *Content) []string { return Masks(content.Masked, q.Masked) }

// Masks joins lists of pointers; each is in the result once.
func Masks(lists ...[]string) []string {
	all := slices.Concat(lists...)
	slices.Sort(all)
	return slices.Compact(all)
}
