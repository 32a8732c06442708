package query

import (
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

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
	if c.Queue != "" {
		text += "~" + base64.RawURLEncoding.EncodeToString([]byte(c.Queue))
	}
	return text
}

const secondsOfHour = 3600

func parseCursor(s string) (*desk.Cursor, error) {
	s, inQueue, byQueue := strings.Cut(s, "~")
	queue, err := base64.RawURLEncoding.DecodeString(inQueue)
	if err != nil || byQueue == (len(queue) == 0) || !utf8.Valid(queue) {
		return nil, errCursor
	}
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
	c := &desk.Cursor{Key: n, ID: id, Queue: string(queue)}
	if byRisk {
		hours, err := strconv.ParseInt(hour, 36, 32)
		if err != nil || hours <= 0 {
			return nil, errCursor
		}
		c.Hour = time.Unix(hours*secondsOfHour, 0).UTC()
	}
	return c, nil
}
