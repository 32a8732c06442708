package mailbox

import (
	"net"
	"net/http/httptest"
	"net/smtp"
	"strings"
	"testing"
	"time"
)

// start runs a mailbox and returns its address.
func start(t *testing.T) (*Mailbox, string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := New("harborline.example", time.Now)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = m.Serve(l)
	}()
	t.Cleanup(func() {
		_ = l.Close()
		_ = m.Close()
		<-done
	})
	return m, l.Addr().String()
}

const (
	headers = "From: desk@harborline.example\r\nDate: Tue, 24 Nov 2026 12:51:00 +0000\r\nMessage-ID: <1@desk>\r\nSubject: =?utf-8?q?K=C3=BChne?=\r\n"
	body    = "Content-Type: multipart/alternative; boundary=x\r\n\r\n" +
		"--x\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n1 waits =E2=80=93 <b>\r\n" +
		"--x\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<html><head></head><body><script>1</script></body></html>\r\n--x--\r\n"
)

func TestMailbox(t *testing.T) {
	t.Parallel()
	m, address := start(t)
	for name, test := range map[string]struct{ to, mail, want string }{
		"Taken":     {"mara@harborline.example", headers + body, ""},
		"Elsewhere": {"mara@example.com", headers + body, "550"},
		"NoDate":    {"mara@harborline.example", strings.Replace(headers, "Date", "X-Date", 1) + body, "554"},
		"NoParts":   {"mara@harborline.example", headers + "\r\nhello", "554"},
		"Garbage":   {"mara@harborline.example", "hello", "554"},
	} {
		err := smtp.SendMail(address, nil, "desk@harborline.example", []string{test.to}, []byte(test.mail))
		if (err == nil) != (test.want == "") || err != nil && !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", name, err, test.want)
		}
	}
	all := m.Mails()
	if len(all) != 1 || all[0].Subject != "Kühne" || all[0].ID != "<1@desk>" || strings.TrimSpace(all[0].Text) != "1 waits – <b>" {
		t.Fatalf("the mails are %+v", all)
	}
}

// TestPage: the HTML of a mail runs in a frame that runs nothing, and the rest is text.
func TestPage(t *testing.T) {
	t.Parallel()
	m, address := start(t)
	if err := smtp.SendMail(address, nil, "desk@harborline.example", []string{"mara@harborline.example"}, []byte(headers+body)); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]struct {
		status       int
		text, policy string
	}{
		"/":       {200, "1 waits – &lt;b&gt;", "default-src 'none'"},
		"/1":      {200, `<iframe src="1/html"`, "frame-ancestors 'none'"},
		"/1/html": {200, `<base target="_top">`, "sandbox"},
		"/2":      {404, "not found", ""},
		"/x/html": {404, "not found", ""},
	} {
		w := httptest.NewRecorder()
		m.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", path, nil))
		if w.Code != want.status || !strings.Contains(w.Body.String(), want.text) || !strings.Contains(w.Header().Get("Content-Security-Policy"), want.policy) {
			t.Errorf("%s: %d, %s\n%s", path, w.Code, w.Header().Get("Content-Security-Policy"), w.Body)
		}
		if strings.Contains(w.Body.String(), "<script>") && path != "/1/html" {
			t.Errorf("%s holds a script of the mail", path)
		}
	}
}
