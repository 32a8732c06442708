package query

import (
	"net/url"
	"slices"
	"time"

	"countersign/internal/desk"
	"countersign/internal/fault"
)

// Saved is the query under which the list's filter and order are saved. What shows the same has the
// same query.
func (l Listing) Saved() url.Values {
	l = l.Whole()
	l.View, l.Long = "", false
	if l.Order == desk.OrderRisk { // the list's own
		l.Order = ""
	}
	l.States = slices.Sorted(slices.Values(l.States))
	return l.Values()
}

// ParseSaved reads a filter that was saved, or that a form brings back: as [Listing.Saved] wrote it, if
// nobody changed it on the way.
func ParseSaved(query string) (Listing, error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return Listing{}, fault.List{{Pointer: "list", Detail: "This is no filter of a list."}}
	}
	return ParseListing(values, desk.ScopeAvailable, time.UTC)
}
