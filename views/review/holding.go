package review

import "countersign/views"

// holdingPath is an address about whose work a callback is. It keeps the reader's list, and that the
// callback is open beside it, so that they come back to it.
func holdingPath(s views.Shell, path string) string {
	return s.Address.At(path).String()
}
