package query

import (
	"errors"
	"strconv"
	"strings"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
)

var errCursor = errors.New("not the place of a page")

// FormatCursor writes a cursor for an address, where [Parameters.Cursor] reads it. Its form may
// change: nobody else needs to read it.
func FormatCursor(c desk.Cursor) string {
	return strconv.FormatInt(c.Key, 36) + "." + string(c.ID)
}

func parseCursor(s string) (*desk.Cursor, error) {
	key, last, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(key, 36, 64)
	if err != nil {
		return nil, errCursor
	}
	id, err := callbacks.ParseID(last)
	if err != nil {
		return nil, errCursor
	}
	return &desk.Cursor{Key: n, ID: id}, nil
}
