package review

import (
	"countersign/internal/callbacks"
	"countersign/views"
)

// withdrawalPath is where a withdrawal is posted. Its query remembers the list.
func withdrawalPath(list views.Address, id callbacks.ID) string {
	return list.With("item", "", "after", "").At(id.Path() + "/withdrawal").String()
}
