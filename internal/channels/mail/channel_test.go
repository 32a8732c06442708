package mail

import (
	"context"
	"crypto/tls"
	"net"
	"strings"
	"testing"
	"time"

	smtp "github.com/emersion/go-smtp"

	"countersign/internal/notice"
)

func refusal(code int, enhanced smtp.EnhancedCode, words string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: words}
}

// TestFaults: what a server answers at each step, and what that means for the worker.
func TestFaults(t *testing.T) {
	t.Parallel()
	none := smtp.NoEnhancedCode
	for name, test := range map[string]struct {
		change func(*server)
		want   notice.FaultCode
		words  string
	}{
		"Taken":         {nil, "", ""},
		"GreetingBusy":  {func(s *server) { s.greeting = refusal(421, none, "Too busy") }, notice.Busy, "Too busy"},
		"GreetingNo":    {func(s *server) { s.greeting = refusal(554, none, "No SMTP here") }, notice.Denied, "No SMTP"},
		"SenderBusy":    {func(s *server) { s.from = refusal(451, none, "Try later") }, notice.Busy, "Try later"},
		"SenderNo":      {func(s *server) { s.from = refusal(553, none, "Not your address") }, notice.Denied, "Not your address"},
		"PasswordAsked": {func(s *server) { s.password = "secret" }, notice.Denied, "Authentication required"},
		"Greylisted":    {func(s *server) { s.to = refusal(450, smtp.EnhancedCode{4, 2, 0}, "Greylisted") }, notice.Busy, "Greylisted"},
		"NoMailbox":     {func(s *server) { s.to = refusal(550, smtp.EnhancedCode{5, 1, 1}, "No such user") }, notice.NoPlace, "No such user"},
		"OldNoMailbox":  {func(s *server) { s.to = refusal(550, none, "No such user") }, notice.NoPlace, "No such user"},
		"Switched off":  {func(s *server) { s.to = refusal(550, smtp.EnhancedCode{5, 2, 1}, "Disabled") }, notice.NoPlace, "Disabled"},
		"Policy":        {func(s *server) { s.to = refusal(550, smtp.EnhancedCode{5, 7, 1}, "Not for you") }, notice.Refused, "Not for you"},
		"MailboxFull":   {func(s *server) { s.to = refusal(552, smtp.EnhancedCode{5, 2, 2}, "Full") }, notice.Refused, "Full"},
		"ContentBusy":   {func(s *server) { s.content = refusal(452, none, "Disk full") }, notice.Busy, "Disk full"},
		"ContentNo":     {func(s *server) { s.content = refusal(554, none, "Spam") }, notice.Refused, "Spam"},
		"Lost":          {func(s *server) { s.hangUp = true }, notice.Unanswered, ""},
		"Hostile":       {func(s *server) { s.to = refusal(550, none, "\u202eevil "+strings.Repeat("⟨", 300)) }, notice.NoPlace, "⟨U+202E⟩"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, test.change)
			_, err := s.channel(t, nil).Deliver(t.Context(), envelope(nil))
			if got := fault(t, err); got.Code != test.want || !strings.Contains(got.Words, test.words) {
				t.Fatalf("got %q (%v), want %q and the words %q", got.Code, err, test.want, test.words)
			}
		})
	}
}

// TestTLS: the certificate is checked, the password goes through TLS only, and a server that does
// not offer what was configured is the operator's matter.
func TestTLS(t *testing.T) {
	t.Parallel()
	own, pool := certificate(t)
	offered := func(s *server) { s.TLSConfig, s.password = &tls.Config{Certificates: []tls.Certificate{own}}, "right" }
	signedIn := func(c *Config) { c.TLS, c.Roots, c.User, c.Password = StartTLS, pool, "desk", "right" }
	for name, test := range map[string]struct {
		server func(*server)
		config func(*Config)
		want   notice.FaultCode
	}{
		"StartTLS":        {offered, signedIn, ""},
		"WrongPassword":   {offered, func(c *Config) { signedIn(c); c.Password = "wrong" }, notice.Denied},
		"UnknownIssuer":   {offered, func(c *Config) { signedIn(c); c.Roots = nil }, notice.Denied},
		"NotOffered":      {nil, func(c *Config) { c.TLS, c.Roots = StartTLS, pool }, notice.Denied},
		"SignInNotOffers": {func(s *server) { offered(s); s.password = "" }, signedIn, notice.Denied},
		"ImplicitToClear": {nil, func(c *Config) { c.TLS, c.Roots = Implicit, pool }, notice.Denied},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, test.server)
			_, err := s.channel(t, test.config).Deliver(t.Context(), envelope(nil))
			if got := fault(t, err).Code; got != test.want {
				t.Errorf("got %q (%v), want %q", got, err, test.want)
			}
			if err != nil && strings.Contains(err.Error(), "right") {
				t.Errorf("the error holds the password: %v", err)
			}
			sent := len(s.mails)
			found := s.channel(t, test.config).Examine(t.Context(), nil)
			if (found.Problem == "") != (test.want == "") || (found.Says == "") == (found.Problem == "") || strings.Contains(found.Problem, "right") || len(s.mails) != sent {
				t.Errorf("examined: %+v", found)
			}
		})
	}
}

// TestImplicitTLS: TLS from the first byte.
func TestImplicitTLS(t *testing.T) {
	t.Parallel()
	own, pool := certificate(t)
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{password: "right"}
	s.Server = smtp.NewServer(s)
	go func() {
		_ = s.Serve(tls.NewListener(plain, &tls.Config{Certificates: []tls.Certificate{own}}))
	}()
	t.Cleanup(func() { _ = plain.Close(); _ = s.Close() })
	s.address = plain.Addr().String()
	c := s.channel(t, func(c *Config) { c.TLS, c.Roots, c.User, c.Password = Implicit, pool, "desk", "right" })
	if _, err := c.Deliver(t.Context(), envelope(nil)); err != nil {
		t.Fatal(err)
	}
	if got, want := s.parties[0], "desk@harborline.example mara.okafor@harborline.example"; got != want {
		t.Errorf("from and to are %q, want %q", got, want)
	}
}

// TestConnection: several mails share a connection, and one that the server has closed meanwhile
// costs no mail.
func TestConnection(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	c := s.channel(t, nil)
	for range 3 {
		if _, err := c.Deliver(t.Context(), envelope(nil)); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.sessions) != 1 || len(s.mails) != 3 {
		t.Fatalf("%d connections carried %d mails", len(s.sessions), len(s.mails))
	}
	_ = s.sessions[0].Conn().Close()
	if _, err := c.Deliver(t.Context(), envelope(nil)); err != nil {
		t.Fatal(err)
	}
	if len(s.sessions) != 2 || len(s.mails) != 4 {
		t.Errorf("%d connections carried %d mails", len(s.sessions), len(s.mails))
	}
	s.to = refusal(550, smtp.EnhancedCode{5, 1, 1}, "No such user")
	if _, err := c.Deliver(t.Context(), envelope(nil)); fault(t, err).Code != notice.NoPlace || len(s.sessions) != 2 {
		t.Errorf("a refusal is not tried again: %v, %d connections", err, len(s.sessions))
	}
}

// TestUnreachable: nobody listens, or whoever does says nothing.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(Config{Server: l.Addr().String(), From: "desk@example.com", TLS: None, Host: "desk"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := c.Deliver(ctx, envelope(nil)); fault(t, err).Code != notice.Unreachable {
		t.Errorf("a silent server: got %v", err)
	}
	_ = l.Close()
	if _, err := c.Deliver(t.Context(), envelope(nil)); fault(t, err).Code != notice.Unreachable {
		t.Errorf("no server: got %v", err)
	}
}

func TestNoAddress(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for _, to := range []string{"", "mara", "mara@example.com, dana@example.com", "mara@example.com\r\nBcc: eve@example.com"} {
		e := envelope(nil)
		e.To = to
		if _, err := s.channel(t, nil).Deliver(t.Context(), e); fault(t, err).Code != notice.NoPlace {
			t.Errorf("%q: got %v", to, err)
		}
	}
	if len(s.sessions) > 0 {
		t.Error("the server was asked")
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*Config)
		want   string
	}{
		"OK":              {func(*Config) {}, ""},
		"NoPort":          {func(c *Config) { c.Server = "smtp.example.com" }, "no host with a port"},
		"BadPort":         {func(c *Config) { c.Server = "smtp.example.com:99999" }, "no host with a port"},
		"NoHost":          {func(c *Config) { c.Server = ":25" }, "no host with a port"},
		"BadFrom":         {func(c *Config) { c.From = "Countersign" }, "no address"},
		"PasswordAlone":   {func(c *Config) { c.Password = "secret" }, "belong together"},
		"UnknownTLS":      {func(c *Config) { c.TLS = "ssl" }, "starttls, tls or none"},
		"ClearFar":        {func(c *Config) { c.TLS = None }, "in the clear"},
		"ClearNear":       {func(c *Config) { c.TLS, c.Server = None, "localhost:25" }, ""},
		"PasswordInClear": {func(c *Config) { c.TLS, c.Server, c.User, c.Password = None, "localhost:25", "desk", "secret" }, "not sent without TLS"},
	} {
		c := Config{Server: "smtp.example.com:587", From: "Countersign <desk@example.com>", TLS: StartTLS}
		test.change(&c)
		_, err := New(c)
		if text := errorText(err); (test.want == "") != (err == nil) || !strings.Contains(text, test.want) || strings.Contains(text, "secret") {
			t.Errorf("%s: got %q, want %q in it", name, text, test.want)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
