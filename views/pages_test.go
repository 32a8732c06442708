package views_test

import (
	"flag"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"countersign/static"
	"countersign/views/pagetest"
	"countersign/views/viewstest"

	"github.com/PuerkitoBio/goquery"
)

var pagesDir = flag.String("pages", "", "write every page in every state into this folder, to look at")

// TestPagesToLookAt writes the pages and the static files that they name, when it is asked to.
func TestPagesToLookAt(t *testing.T) {
	t.Parallel()
	named := regexp.MustCompile(`/static/[^"]+`)
	for name, page := range pages() {
		body := viewstest.Text(t, page)
		if len(body) == 0 {
			t.Errorf("%s is empty", name)
		}
		if *pagesDir == "" {
			continue
		}
		write(t, name+".html", body)
		for _, path := range named.FindAllString(body, -1) {
			reply := httptest.NewRecorder()
			static.Handler().ServeHTTP(reply, httptest.NewRequest("GET", path, nil))
			write(t, path, reply.Body.String())
		}
	}
}

func write(t *testing.T, name, body string) {
	t.Helper()
	name = filepath.Join(*pagesDir, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(body), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestNothingInline: the content security policy has no unsafe-inline, so an inline style or script
// would not work.
func TestNothingInline(t *testing.T) {
	t.Parallel()
	for name, page := range pages() {
		doc := viewstest.HTML(t, page)
		doc.Find("*").Each(func(_ int, s *goquery.Selection) {
			for _, a := range s.Nodes[0].Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Key, "hx-on") || strings.HasPrefix(strings.ToLower(a.Val), "javascript:") {
					t.Errorf("%s: <%s %s=%q>", name, goquery.NodeName(s), a.Key, a.Val)
				}
			}
		})
		if n := doc.Find("style, script:not([src])").Length(); n > 0 {
			t.Errorf("%s has %d inline styles or scripts", name, n)
		}
	}
}

// TestControlsHaveNames: what has no text of its own is named for those who do not see its drawing.
func TestControlsHaveNames(t *testing.T) {
	t.Parallel()
	for name, page := range pages() {
		doc := viewstest.HTML(t, page)
		doc.Find("button, a, summary").Each(func(_ int, s *goquery.Selection) {
			label, _ := s.Attr("aria-label")
			// a script writes their text before they are shown
			filled := s.Is(".confirm, #fresh-rows")
			if viewstest.Words(s) == "" && strings.TrimSpace(label) == "" && !filled {
				out, _ := goquery.OuterHtml(s)
				t.Errorf("%s: no name for %s", name, out)
			}
		})
		doc.Find("input:not([type=hidden]), select, textarea").Each(func(_ int, s *goquery.Selection) {
			id, label := s.AttrOr("id", ""), s.AttrOr("aria-label", "")
			if label == "" && s.Closest("label").Length() == 0 && doc.Find("label[for='"+id+"']").Length() == 0 {
				out, _ := goquery.OuterHtml(s)
				t.Errorf("%s: no label for %s", name, out)
			}
		})
	}
}

// TestNothingTicksAloud: what changes each second is in no live region, or a screen reader would
// read it out each second.
func TestNothingTicksAloud(t *testing.T) {
	t.Parallel()
	for name, page := range pages() {
		for _, region := range []string{"[role=alert]", "[role=status]", "[role=log]", "[aria-live]"} {
			if n := viewstest.HTML(t, page).Find(region + " count-down").Length(); n > 0 {
				t.Errorf("%s: %d times count down in %s", name, n, region)
			}
		}
	}
}

// TestIDsAreUnique: scripts and labels find things by their ID.
func TestIDsAreUnique(t *testing.T) {
	t.Parallel()
	for name, page := range pages() {
		seen := map[string]bool{}
		viewstest.HTML(t, page).Find("[id]").Each(func(_ int, s *goquery.Selection) {
			id := s.AttrOr("id", "")
			if seen[id] {
				t.Errorf("%s has two elements with the ID %q", name, id)
			}
			seen[id] = true
		})
	}
}

// TestReferencesLead: what names another element by its ID finds it on the page.
func TestReferencesLead(t *testing.T) {
	t.Parallel()
	for name, page := range pages() {
		doc := viewstest.HTML(t, page)
		for _, attr := range []string{"for", "aria-labelledby", "aria-describedby", "data-copy", "form"} {
			doc.Find("[" + attr + "]").Each(func(_ int, s *goquery.Selection) {
				if id := s.AttrOr(attr, ""); id != "" && doc.Find("#"+id).Length() == 0 {
					t.Errorf("%s: %s=%q leads nowhere", name, attr, id)
				}
			})
		}
		doc.Find("a[href^='#']").Each(func(_ int, s *goquery.Selection) {
			if doc.Find(s.AttrOr("href", "")).Length() == 0 {
				t.Errorf("%s: %s leads nowhere", name, s.AttrOr("href", ""))
			}
		})
	}
}

// TestCallbackIDStaysOutOfAddresses: whoever holds it can complete the callback, and addresses end
// up in logs.
func TestCallbackIDStaysOutOfAddresses(t *testing.T) {
	t.Parallel()
	secret := string(pagetest.Review(viewstest.Pending()).Callback.CallbackID)
	for name, page := range pages() {
		viewstest.HTML(t, page).Find("*").Each(func(_ int, s *goquery.Selection) {
			for _, a := range s.Nodes[0].Attr {
				if strings.Contains(a.Val, secret) {
					t.Errorf("%s: <%s %s>", name, goquery.NodeName(s), a.Key)
				}
			}
		})
	}
}
