package oidc

import (
	"bytes"
	_ "embed" // the page and its style
	"html/template"
	"net/http"
	"net/url"
	"strings"
)

//go:embed page.html
var pageSource string

//go:embed signin.css
var styleSource string

var pageTemplate = template.Must(template.New("page").Parse(pageSource))

// page is what page.html shows. Without users it is a plain notice.
type page struct {
	Title      string
	Users      []User
	Action     string
	Stylesheet string
}

// showPage writes a page under a content security policy that allows only its style sheet and its
// form. The form's answer redirects to the client, which Chromium counts as a target of the form.
func showPage(w http.ResponseWriter, redirectURI string, content page) {
	var buffer bytes.Buffer
	if err := pageTemplate.Execute(&buffer, content); err != nil {
		http.Error(w, "The page could not be made.", http.StatusInternalServerError)
		return
	}
	targets := []string{"'self'"}
	if u, err := url.Parse(redirectURI); err == nil && u.Host != "" {
		targets = append(targets, u.Scheme+"://"+u.Host)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action "+
		strings.Join(targets, " "))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	_, _ = buffer.WriteTo(w) // fails only if the browser is gone
}

// stylesheet serves the style sheet on its own route, because the policy allows no inline style.
func stylesheet(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write([]byte(styleSource))
}
