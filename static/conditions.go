package static

import (
	"strconv"
	"strings"
)

// accepts reports whether an Accept-Encoding header accepts a coding (RFC 9110, 12.5.3): it names
// the coding with a quality above zero, or * covers it.
func accepts(header, coding string) bool {
	wildcard := false
	for part := range strings.SplitSeq(header, ",") {
		name, parameters, _ := strings.Cut(part, ";")
		switch name = strings.TrimSpace(name); {
		case strings.EqualFold(name, coding):
			return quality(parameters) > 0
		case name == "*":
			wildcard = quality(parameters) > 0
		}
	}
	return wildcard
}

// quality returns the weight of one part of a header: 1 if the part gives none, 0 if it is
// malformed.
func quality(parameters string) float64 {
	name, value, ok := strings.Cut(strings.TrimSpace(parameters), "=")
	if !ok || !strings.EqualFold(strings.TrimSpace(name), "q") {
		return 1
	}
	q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil {
		return 0
	}
	return q
}

// noneMatch reports whether an If-None-Match header contains the tag, so that the client already
// has these bytes (RFC 9110, 13.1.2).
func noneMatch(header, etag string) bool {
	for tag := range strings.SplitSeq(header, ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		if tag == etag || tag == "*" {
			return true
		}
	}
	return false
}
