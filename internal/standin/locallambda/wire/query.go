package wire

import (
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Query reads a request's query parameters.
type Query struct {
	url.Values
	err error
}

// NewQuery returns the query parameters of a request.
func NewQuery(r *http.Request) *Query { return &Query{Values: r.URL.Query()} }

// Err returns the error for the first malformed parameter.
func (q *Query) Err() error { return q.err }

// fail keeps only the first error.
func (q *Query) fail(name string) {
	if q.err == nil {
		q.err = InvalidParameter("Invalid value for %s.", name)
	}
}

// Bool reads a boolean, which SDKs write as true or false.
func (q *Query) Bool(name string, byDefault bool) bool {
	s := q.Get(name)
	if s == "" {
		return byDefault
	}
	b, err := strconv.ParseBool(s)
	if err != nil {
		q.fail(name)
	}
	return b
}

// Time reads an ISO 8601 time; the zero time means that the parameter is absent.
func (q *Query) Time(name string) time.Time {
	s := q.Get(name)
	if s == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		q.fail(name)
	}
	return t
}

// Page reads MaxItems, for which 0 means the default, and Marker.
func (q *Query) Page() Page {
	p := Page{Marker: q.Get("Marker"), Size: DefaultPage}
	if s := q.Get("MaxItems"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 || n > maxPage {
			q.fail("MaxItems")
		}
		if n > 0 {
			p.Size = n
		}
	}
	return p
}
