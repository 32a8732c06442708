package handlers

import "net/http"

// fromScript reports whether htmx asks, for a page whose live parts it is going to replace. It gets the same page as
// everybody; but where a person would be sent to sign in, a script needs to be told, or it would paste the sign-in page
// into the list.
func fromScript(r *http.Request) bool { return r.Header.Get("HX-Request") == "true" }
