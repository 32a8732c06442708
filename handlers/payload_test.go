package handlers_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// largePlan is a payload whose last change no page shows at first.
func largePlan() json.RawMessage {
	var b strings.Builder
	b.WriteString(`{"resource_changes":[`)
	for i := range 1999 {
		fmt.Fprintf(&b, `{"address":"aws_s3_object.f[%d]","actions":["update"]},`, i)
	}
	b.WriteString(`{"address":"aws_db_instance.db_of_customers","actions":["delete"]}]}`)
	return json.RawMessage(b.String())
}

// TestPayload: every payload can be read to its end, by a file, by opening branch after branch, and
// by searching.
func TestPayload(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := expense()
	a.Payload = largePlan()
	id := string(s.receive(a).ID)
	b := s.as(rita)

	file := b.get("/callbacks/" + id + "/payload")
	if file.body != string(a.Payload) || file.status != http.StatusOK {
		t.Errorf("%d with %d bytes of %d", file.status, len(file.body), len(a.Payload))
	}
	for name, want := range map[string]string{
		"Content-Type": "text/plain; charset=UTF-8", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
		"Content-Disposition": `attachment; filename="payload-` + id + `.txt"`,
	} {
		if got := file.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if value := b.get("/callbacks/" + id + "/payload?at=0.1999.1"); value.body != `["delete"]` {
		t.Errorf("a value in it: %d %s", value.status, value.body)
	}

	page := b.get("/callbacks/" + id)
	if page.document(t).Find("#unopened").Length() != 1 {
		t.Error("the bar does not say that a part is not open")
	}
	next := page.document(t).Find("#payload a.rest").AttrOr("href", "")
	for pages := 0; next != "" && !strings.Contains(page.body, "db_of_customers"); pages++ {
		if page = b.get(next); page.status != http.StatusOK || pages > 30 {
			t.Fatalf("%s: %d after %d pages", next, page.status, pages)
		}
		next = page.document(t).Find("#branch > li > a.rest").AttrOr("href", "")
	}
	if !strings.Contains(page.body, "db_of_customers") {
		t.Error("the last change cannot be reached")
	}
	found := b.get("/callbacks/" + id + "/payload/tree?q=DB_OF")
	link := found.document(t).Find(".tree a.link").First().AttrOr("href", "")
	if at := b.get(link); !strings.Contains(at.body, "db_of_customers") {
		t.Errorf("the search leads to %q, where it is not", link)
	}
}

// TestPayload_Refused: places that the payload does not have, and searches that nobody types.
func TestPayload_Refused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := expense()
	a.Payload = largePlan()
	id := string(s.receive(a).ID)
	b := s.as(rita)
	for _, bad := range []string{"/payload?at=7", "/payload?at=x", "/payload/tree?at=0.2000", "/payload/tree?from=9"} {
		if a := b.get("/callbacks/" + id + bad); a.status != http.StatusNotFound {
			t.Errorf("%s: %d", bad, a.status)
		}
	}
	for _, bad := range []string{"from=-1", "from=x", "q=" + strings.Repeat("x", 2000)} {
		if a := b.get("/callbacks/" + id + "/payload/tree?" + bad); a.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", bad, a.status)
		}
	}
}

// TestPayload_None: a callback without a payload has no file of it.
func TestPayload_None(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := expense()
	a.Payload = nil
	id := string(s.receive(a).ID)
	for _, path := range []string{"/payload", "/payload/tree"} {
		if a := s.as(rita).get("/callbacks/" + id + path); a.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.status)
		}
	}
}
