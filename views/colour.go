package views

import (
	"hash/fnv"
	"strconv"
	"time"
)

// colour is one of the five colours of people, always the same for a name.
func colour(name string) int {
	const colours = 5
	h := fnv.New32a()
	_, _ = h.Write([]byte(name)) // a hash takes everything
	return int(h.Sum32()%colours) + 1
}

// unix is a point in time as the scripts read it: milliseconds. No time is nothing.
func unix(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.FormatInt(t.UnixMilli(), 10)
}
