package mailbox

import (
	_ "embed" // the page
	"html/template"
	"net/http"
	"strconv"
	"strings"
)

//go:embed page.html
var source string

var page = template.Must(template.New("page").Parse(source))

// Policies of the pages. The HTML of a mail is a stranger's: it runs nothing and fetches nothing,
// and its links open in the whole window.
const (
	pagePolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'"
	mailPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'self'; frame-ancestors 'self'; sandbox allow-top-navigation-by-user-activation"
)

// ServeHTTP implements [http.Handler]: the list with one mail, and the HTML of a mail.
func (m *Mailbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	number, isHTML := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, "/"), "/html")
	n, err := strconv.Atoi(number)
	one, known := m.mail(n)
	switch {
	case r.URL.Path == "/":
		if all := m.Mails(); len(all) > 0 {
			one = all[0]
		}
	case err != nil || !known:
		http.NotFound(w, r)
		return
	case isHTML:
		w.Header().Set("Content-Security-Policy", mailPolicy)
		_, _ = w.Write([]byte(strings.Replace(one.HTML, "<head>", `<head><base target="_top">`, 1)))
		return
	}
	w.Header().Set("Content-Security-Policy", pagePolicy)
	_ = page.Execute(w, struct {
		Mails []Mail
		Shown Mail
	}{m.Mails(), one})
}
