package views

import (
	"net/url"

	"countersign/internal/callbacks"
)

// EndsGone is the value of the parameter "ends" of a list for what is [callbacks.Callback.Gone].
const EndsGone = "gone"

// Address is where a page lives: its path and its query as the handler understood it, without the
// parameters that it ignored.
type Address struct {
	Path  string
	Query url.Values
}

// String is the address as a link.
func (a Address) String() string {
	if len(a.Query) == 0 {
		return a.Path
	}
	return a.Path + "?" + a.Query.Encode()
}

// With is the address with parameters set, given as pairs of name and value. An empty value removes
// the parameter.
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

// At is the address with the same query under another path.
func (a Address) At(path string) Address { return Address{Path: path, Query: a.Query} }

// ReviewPath is the page of a callback that remembers the list it was opened from.
func ReviewPath(list Address, id callbacks.ID) string {
	return list.With("item", "", "after", "").At(id.Path()).String()
}

func clone(values url.Values) url.Values {
	copied := make(url.Values, len(values))
	for name, list := range values {
		copied[name] = append([]string(nil), list...)
	}
	return copied
}
