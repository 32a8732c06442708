package mail

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/mail"
	"net/url"
	"strings"
	"unicode/utf8"

	gomail "github.com/wneessen/go-mail"

	"countersign/internal/notice"
)

// letter is a mail as it goes to the server.
type letter struct {
	id       string // its Message-ID, in angle brackets
	from, to string // addresses
	raw      []byte
}

// ascii reports whether no address needs SMTPUTF8. Texts are encoded.
func (l letter) ascii() bool {
	return !strings.ContainsFunc(l.from+l.to, func(r rune) bool { return r >= utf8.RuneSelf })
}

// compose makes the mail that carries a message. The library encodes every value of a header that
// is no plain text, a line end too.
func (c *Channel) compose(e notice.Envelope, to *mail.Address) (letter, error) {
	m := &e.Message
	l := letter{id: messageID(m, domain(c.from.Address)), from: c.from.Address, to: to.Address}
	page := draw(m)
	html, err := page.html()
	if err != nil {
		return letter{}, err
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(c.from)
	msg.ToMailAddress(&mail.Address{Address: to.Address})
	msg.Subject(page.Subject)
	msg.SetDateWithValue(m.At)
	msg.SetMessageIDWithValue(strings.Trim(l.id, "<>"))
	thread(msg, e, domain(c.from.Address))
	automatic(msg, m)
	msg.SetBodyString(gomail.TypeTextPlain, page.text())
	msg.AddAlternativeString(gomail.TypeTextHTML, html)
	var raw bytes.Buffer
	if _, err := msg.WriteTo(&raw); err != nil {
		return letter{}, err
	}
	l.raw = raw.Bytes()
	return l, nil
}

// messageID names a mail: the same for each attempt of one state of a message.
func messageID(m *notice.Message, domain string) string {
	state := sha256.Sum256([]byte(m.State))
	return "<" + m.ID + "." + hex.EncodeToString(state[:6]) + "@" + domain + ">"
}

// thread puts a mail below the earlier ones about its callback: those of the same message, and
// those of other messages, which name the same thread.
func thread(msg *gomail.Msg, e notice.Envelope, domain string) {
	var references []string
	if items := e.Message.Items; len(items) == 1 && e.Message.Kind != notice.Digest {
		references = append(references, "<callback."+string(items[0].ID)+"@"+domain+">")
	}
	if e.Handle != "" {
		msg.SetGenHeader(gomail.HeaderInReplyTo, string(e.Handle))
		references = append(references, string(e.Handle))
	}
	if len(references) > 0 {
		msg.SetGenHeader(gomail.HeaderReferences, strings.Join(references, " "))
	}
}

// automatic says that a program wrote the mail, so that no program answers it, and where its reader
// stops such mails. That is a page: a button of the mail program that stops them by itself, without
// a sign-in, would let everybody who sees the mail do it.
func automatic(msg *gomail.Msg, m *notice.Message) {
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834
	msg.SetGenHeader(gomail.HeaderPrecedence, "list")
	msg.SetGenHeader(gomail.HeaderXAutoResponseSuppress, "All")
	if home, err := url.Parse(m.Home); err == nil && home.Hostname() != "" {
		msg.SetGenHeader("List-Id", "<countersign."+home.Hostname()+">") // RFC 2919
	}
	if m.Settings != "" {
		msg.SetGenHeader(gomail.HeaderListUnsubscribe, "<"+unsubscribe(m)+">") // RFC 2369
	}
}

// unsubscribe is the address of the settings, with the switch of e-mails focused.
func unsubscribe(m *notice.Message) string { return m.Settings + "?channel=email" }
