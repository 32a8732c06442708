package locallambda

import (
	"net/url"
	"strconv"
	"time"
)

// query reads a request's query parameters; the first one that is malformed becomes its error.
type query struct {
	values url.Values
	err    error
}

// fail keeps the first error.
func (q *query) fail(name string) {
	if q.err == nil {
		q.err = invalidParameter("Invalid value for %s.", name)
	}
}

// bool reads a boolean, which SDKs write as true or false.
func (q *query) bool(name string, byDefault bool) bool {
	s := q.values.Get(name)
	if s == "" {
		return byDefault
	}
	b, err := strconv.ParseBool(s)
	if err != nil {
		q.fail(name)
	}
	return b
}

// time reads an ISO 8601 time; the zero time means that there is none.
func (q *query) time(name string) time.Time {
	s := q.values.Get(name)
	if s == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		q.fail(name)
	}
	return t
}

// page reads MaxItems, for which 0 means the default, and Marker.
func (q *query) page() pageRequest {
	p := pageRequest{marker: q.values.Get("Marker"), size: defaultPage}
	if s := q.values.Get("MaxItems"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 || n > maxPage {
			q.fail("MaxItems")
		}
		if n > 0 {
			p.size = n
		}
	}
	return p
}
