package mail

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"countersign/internal/callbacks"
	"countersign/internal/notice"
)

// parts returns the text and the HTML of a mail.
func parts(t *testing.T, m *mail.Message) (text string, html *goquery.Document) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("the mail is %s: %v", kind, err)
	}
	var bodies []string
	for reader := multipart.NewReader(m.Body, params["boundary"]); ; {
		part, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, strings.ReplaceAll(string(body), "\r\n", "\n"))
	}
	if len(bodies) != 2 {
		t.Fatalf("the mail has %d parts", len(bodies))
	}
	html, err = goquery.NewDocumentFromReader(strings.NewReader(bodies[1]))
	if err != nil {
		t.Fatal(err)
	}
	return bodies[0], html
}

// deliver sends a message and returns the mail that arrived.
func deliver(t *testing.T, e notice.Envelope) (*mail.Message, notice.Handle) {
	t.Helper()
	s := start(t, nil)
	handle, err := s.channel(t, nil).Deliver(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	return s.last(t), handle
}

// header is a header as its reader sees it.
func header(t *testing.T, m *mail.Message, name string) string {
	t.Helper()
	decoded, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get(name))
	if err != nil {
		t.Fatal(err)
	}
	return decoded
}

func TestSingle(t *testing.T) {
	t.Parallel()
	m, _ := deliver(t, envelope(nil))
	if got, want := header(t, m, "Subject"), "[finance] Expense report EXP-2291: $7,846.20 ends 14:32, 1 of 2 signed"; got != want {
		t.Errorf("the subject is %q, want %q", got, want)
	}
	text, html := parts(t, m)
	want := `Expense report EXP-2291: $7,846.20

Ines Calloway asks. 1 of 2 signed: Priya Raman.
Ends 14:32, by timeout, 41 min after this was sent.

Open to read and decide:
https://desk.harborline.example/callbacks/exp2291

You get this because you are in finance-approvers and have not opened
the notice of 13:41. This mail cannot decide anything, and replies are
not read.

Change what you get:
https://desk.harborline.example/settings
`
	if diff := cmp.Diff(want, text); diff != "" {
		t.Errorf("the text (-want +got):\n%s", diff)
	}
	links := html.Find("a").Map(func(_ int, a *goquery.Selection) string { return a.AttrOr("href", "") })
	if diff := cmp.Diff([]string{"https://desk.harborline.example/callbacks/exp2291", "https://desk.harborline.example/settings"}, links); diff != "" {
		t.Errorf("the links (-want +got):\n%s", diff)
	}
	if n := html.Find("img, script, link, style, form, button, input, iframe, [src], [background]").Length(); n > 0 {
		t.Errorf("the HTML has %d elements that fetch, run or decide", n)
	}
	if got := html.Find("h1").Text(); got != "Expense report EXP-2291: $7,846.20" {
		t.Errorf("the heading is %q", got)
	}
}

// TestKinds: what the subject and the first line say of each kind.
func TestKinds(t *testing.T) {
	t.Parallel()
	decided := func(m *notice.Message) {
		i := &m.Items[0]
		i.State, i.Outcome, i.DecidedAt = callbacks.Completed, "Approve", drawn
		i.Signed = append(i.Signed, notice.Signer{Name: "Mara Okafor"})
	}
	for name, test := range map[string]struct {
		change        func(*notice.Message)
		subject, says string
	}{
		"Hidden": {func(m *notice.Message) { m.Items[0].Title = "" }, "[finance] A request in finance ends 14:32, 1 of 2 signed", "A request in finance"},
		"Endless": {func(m *notice.Message) { m.Items[0].Deadline = time.Time{} }, "[finance] Expense report EXP-2291: $7,846.20, 1 of 2 signed",
			"It has no time limit."},
		"Needed":  {func(m *notice.Message) { m.Kind = notice.Needed }, "ends 14:32", "Nobody else is likely to sign it in time."},
		"Decided": {func(m *notice.Message) { m.Kind = notice.Decided; decided(m) }, "[finance] Approved: Expense", "Approved 13:51 by Mara Okafor, the last of 2."},
		"Ended": {func(m *notice.Message) {
			m.Kind = notice.Ended
			m.Items[0].State, m.Items[0].EndedBy, m.Items[0].EndedAt = callbacks.TimedOut, callbacks.EndedByClock, drawn
		}, "[finance] Ended: Expense", "Timed out, 13:51."},
		"Failed": {func(m *notice.Message) {
			m.Kind = notice.Failed
			decided(m)
			m.Items[0].Execution = callbacks.StatusFailed
		}, "[finance] Execution failed: Expense", "The execution failed afterwards."},
		"Attention": {func(m *notice.Message) {
			m.Kind = notice.Attention
			decided(m)
			m.Items[0].State = callbacks.Undeliverable
		}, "[finance] Not delivered: Expense", "Lambda did not take it."},
		"Nobody": {func(m *notice.Message) { m.Kind = notice.Nobody }, "[finance] Too few could sign", "Too few people are known who could sign it."},
		"Void":   {func(m *notice.Message) { m.Kind = notice.Void }, "[finance] Your signature is void", "whether you can sign again."},
		"Assigned": {func(m *notice.Message) {
			m.Kind, m.Items[0].Assigned, m.Items[0].AssignedBy = notice.Assigned, "Priya Raman", "Mara Okafor"
		}, "[finance] Assigned to you: Expense", "Priya Raman has it, assigned by Mara Okafor."},
		"TakenOver": {func(m *notice.Message) {
			m.Kind, m.Items[0].Assigned, m.Items[0].AssignedBy = notice.TakenOver, "Mara Okafor", "Mara Okafor"
		}, "[finance] Not yours any more: Expense", "Mara Okafor has taken it."},
		"Released": {func(m *notice.Message) {
			m.Kind, m.Items[0].AssignedBy = notice.TakenOver, "Mara Okafor"
		}, "[finance] Not yours any more: Expense", "Nobody has it now: Mara Okafor gave it back."},
		"Test":   {func(m *notice.Message) { m.Kind, m.Items = notice.Test, nil }, "A test from Countersign at Harborline", "It arrived"},
		"Fields": {func(m *notice.Message) { m.Items[0].Fields = []notice.Field{{Label: "Total", Value: "7846.20"}} }, "ends 14:32", "Total: 7846.20"},
		"Held":   {func(m *notice.Message) { m.Items[0].Held = "Dana Fischer" }, "ends 14:32", "Dana Fischer has it open."},
	} {
		e := envelope(test.change)
		p := draw(&e.Message)
		html, err := p.html()
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(strings.Fields(p.text()), " ") // as one line
		if !strings.Contains(p.Subject, test.subject) || !strings.Contains(text, test.says) {
			t.Errorf("%s: the subject is %q and the text\n%s", name, p.Subject, p.text())
		}
		if label, value, field := strings.Cut(test.says, ": "); !strings.Contains(html, label) || field && !strings.Contains(html, value) {
			t.Errorf("%s: the HTML misses %q:\n%s", name, test.says, html)
		}
	}
}

func TestDigest(t *testing.T) {
	t.Parallel()
	m, _ := deliver(t, envelope(func(m *notice.Message) {
		m.Kind, m.Why = notice.Digest, notice.Why{}
		refund := notice.Item{URL: "https://desk.harborline.example/callbacks/a77310", Queue: "support", Title: "Refund $240.00 for order A-77310", Required: 1, State: callbacks.Pending}
		m.Items = append(m.Items, refund)
		gone := m.Items[0]
		gone.Title, gone.State, gone.Outcome, gone.DecidedAt = "EXP-2285", callbacks.Completed, "Approve", drawn.Add(-20*time.Hour)
		m.Gone = []notice.Item{gone}
	}))
	if got, want := header(t, m, "Subject"), "2 wait for you, nearest ends 14:32"; got != want {
		t.Errorf("the subject is %q, want %q", got, want)
	}
	text, html := parts(t, m)
	for _, want := range []string{
		"ENDS   WHAT (QUEUE)\n14:32  Expense report EXP-2291: $7,846.20 (finance, 1 of 2 signed)\n       Refund $240.00 for order A-77310 (support)\n",
		"Not here any more:\nEXP-2285: Approved Mon 23 Nov, 17:51 by Priya Raman.\n",
		"You get this because you asked for a digest.",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the text misses %q:\n%s", want, text)
		}
	}
	if got := html.Find("td a").Length(); got != 2 {
		t.Errorf("the HTML has %d rows", got)
	}
	if m.Header.Get("References") != "" {
		t.Error("a digest is in the thread of a callback")
	}
}

func TestDigest_Bounded(t *testing.T) {
	t.Parallel()
	e := envelope(func(m *notice.Message) {
		for range 60 {
			m.Items = append(m.Items, m.Items[0])
		}
	})
	if p := draw(&e.Message); len(p.Rows) != maxRows || !strings.Contains(p.text(), "11 more are on the page.") {
		t.Errorf("%d rows:\n%s", len(p.Rows), p.text())
	}
}

// TestHostile: what a stranger sends is text, in headers and in HTML.
func TestHostile(t *testing.T) {
	t.Parallel()
	const evil = "x\r\nBcc: eve@example.com\r\n\r\n<img src=https://eve.example/p.png><a href=\"https://eve.example\">pay</a>\u202e{{.}}"
	m, _ := deliver(t, envelope(func(m *notice.Message) {
		m.State = evil
		i := &m.Items[0]
		i.Title, i.Queue, i.Requester, i.Held = evil, evil, evil, evil
		i.Signed = []notice.Signer{{Name: evil, For: evil}}
		i.Missing = []notice.Place{{Groups: []string{evil}, Count: 1}}
		i.Fields = []notice.Field{{Label: evil, Value: evil}}
		m.Why.Group = evil
	}))
	for name := range m.Header {
		if name == "Bcc" {
			t.Error("a header was injected")
		}
	}
	if got := header(t, m, "Subject"); strings.ContainsAny(got, "\r\n\u202e") {
		t.Errorf("the subject is %q", got)
	}
	text, html := parts(t, m)
	if strings.ContainsAny(text, "\r\u202e") || strings.Contains(text, "\nBcc:") {
		t.Errorf("the text is\n%s", text)
	}
	if html.Find("a").Length() != 2 || html.Find("img").Length() != 0 {
		t.Error("the HTML holds elements of a stranger")
	}
}

// TestHeaders: mails of one callback are a thread, no program answers them, and a retry is the same
// mail.
func TestHeaders(t *testing.T) {
	t.Parallel()
	m, handle := deliver(t, envelope(nil))
	again, _ := deliver(t, envelope(nil))
	later := envelope(func(m *notice.Message) { m.State = "second" })
	later.Handle = handle
	second, kept := deliver(t, later)
	id := m.Header.Get("Message-ID")
	switch {
	case !strings.HasPrefix(id, "<0196b3c0-7c4e-7d11-9f5e-3a2b1c0d9e8f.") || !strings.HasSuffix(id, "@harborline.example>") || string(handle) != id:
		t.Errorf("the Message-ID is %s, the handle %s", id, handle)
	case again.Header.Get("Message-ID") != id || again.Header.Get("Date") != m.Header.Get("Date"):
		t.Error("a second attempt is another mail")
	case second.Header.Get("Message-ID") == id || second.Header.Get("In-Reply-To") != id || kept != handle:
		t.Errorf("the later mail is %v", second.Header)
	case second.Header.Get("References") != "<callback.exp2291@harborline.example> "+id:
		t.Errorf("the references are %s", second.Header.Get("References"))
	}
	for name, want := range map[string]string{
		"From": `"Countersign at Harborline" <desk@harborline.example>`, "To": "<mara.okafor@harborline.example>",
		"Date": "Tue, 24 Nov 2026 12:51:00 +0000", "Auto-Submitted": "auto-generated", "Precedence": "list",
		"X-Auto-Response-Suppress": "All", "List-Id": "<countersign.desk.harborline.example>",
		"List-Unsubscribe": "<https://desk.harborline.example/settings?channel=email>", "List-Unsubscribe-Post": "",
	} {
		if got := m.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// TestPlaceOfAGroup: a mailing list has no settings of its own.
func TestPlaceOfAGroup(t *testing.T) {
	t.Parallel()
	m, _ := deliver(t, envelope(func(m *notice.Message) { m.Settings = "" }))
	text, html := parts(t, m)
	if !strings.Contains(text, "This goes to a place of finance-approvers.") || html.Find("a").Length() != 1 || m.Header.Get("List-Unsubscribe") != "" {
		t.Errorf("the mail is\n%s\n%v", text, m.Header)
	}
}
