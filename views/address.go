package views

import (
	"net/url"

	"countersign/internal/callbacks"
)

// EndsGone is the value of a list's "ends" parameter that selects callbacks that are
// [callbacks.Callback.Gone].
const EndsGone = "gone"

// Address is the address of a page: its path and its query as the handler understood it, without
// parameters that the handler ignored.
type Address struct {
	Path  string
	Query url.Values
}

// String returns the address as a link.
func (a Address) String() string {
	if len(a.Query) == 0 {
		return a.Path
	}
	return a.Path + "?" + a.Query.Encode()
}

// With returns the address with parameters set, given as pairs of name and value. An empty value
// removes the parameter.
func (a Address) With(pairs ...string) Address {
	query := clone(a.Query)
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			query.Del(pairs[i])
		} else {
			query.Set(pairs[i], pairs[i+1])
		}
	}
	return Address{Path: a.Path, Query: query}
}

// At returns the address with the same query under another path.
func (a Address) At(path string) Address { return Address{Path: path, Query: a.Query} }

// ReviewPath returns the path of a callback's page. Its query remembers the list that the page was
// opened from.
func ReviewPath(list Address, id callbacks.ID) string {
	return list.With("item", "", "after", "", "done", "").At(id.Path()).String()
}

func clone(values url.Values) url.Values {
	copied := make(url.Values, len(values))
	for name, list := range values {
		copied[name] = append([]string(nil), list...)
	}
	return copied
}
