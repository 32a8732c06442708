package handlers

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"countersign/internal/callbacks"
)

var errCursor = errors.New("not the place of a page")

// idPattern is the shape of our own IDs. It keeps what is no ID out of cursors and links.
var idPattern = regexp.MustCompile(`^[a-z0-9]{1,64}$`)

// formatCursor writes a cursor for an address. Its form is our business alone: links carry it, people do not.
func formatCursor(c callbacks.Cursor) string {
	return strconv.FormatInt(c.Key, 36) + "." + string(c.ID)
}

func parseCursor(s string) (*callbacks.Cursor, error) {
	key, id, found := strings.Cut(s, ".")
	n, err := strconv.ParseInt(key, 36, 64)
	if !found || err != nil || !idPattern.MatchString(id) {
		return nil, errCursor
	}
	return &callbacks.Cursor{Key: n, ID: callbacks.ID(id)}, nil
}
