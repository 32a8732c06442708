package query

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/desk"
)

var errCursor = errors.New("not the place of a page")

// FormatCursor writes a cursor for an address, where [Parameters.Cursor] reads it. Its form may
// change: nobody else needs to read it.
func FormatCursor(c desk.Cursor) string {
	text := strconv.FormatInt(c.Key, 36) + "." + string(c.ID)
	if !c.Hour.IsZero() {
		text += "." + strconv.FormatInt(c.Hour.Unix()/secondsOfHour, 36)
	}
	return text
}

const secondsOfHour = 3600

func parseCursor(s string) (*desk.Cursor, error) {
	key, last, _ := strings.Cut(s, ".")
	last, hour, byRisk := strings.Cut(last, ".")
	n, err := strconv.ParseInt(key, 36, 64)
	if err != nil {
		return nil, errCursor
	}
	id, err := callbacks.ParseID(last)
	if err != nil {
		return nil, errCursor
	}
	c := &desk.Cursor{Key: n, ID: id}
	if byRisk {
		hours, err := strconv.ParseInt(hour, 36, 32)
		if err != nil || hours <= 0 {
			return nil, errCursor
		}
		c.Hour = time.Unix(hours*secondsOfHour, 0).UTC()
	}
	return c, nil
}
