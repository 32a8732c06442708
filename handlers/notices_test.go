package handlers_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"countersign/internal/callbacks/callbackstest"
	"countersign/internal/channels/mail"
	"countersign/internal/channels/webpush"
	"countersign/internal/notice"
	"countersign/internal/notice/personal"
	"countersign/internal/standin/mailbox"
	"countersign/internal/standin/push"
)

// nowhere is an address where nobody listens.
const nowhere = "127.0.0.1:1"

// notices are channels to servers that cannot be reached.
func (s *site) notices() (*personal.Service, *webpush.Channel) {
	s.t.Helper()
	pushes := pushing(s.t, s.store.Notices(), "http://"+nowhere)
	return &personal.Service{
		Preferences: s.store.Notices(), Forget: func() {}, Now: s.clock.Now,
		Setup: &notice.Setup{
			Channels: map[string]notice.Channel{notice.Email: mailing(s.t, nowhere), notice.Push: pushes},
			House:    notice.House{Name: "Countersign", Home: s.url},
		},
	}, pushes
}

// mailing is a channel to a mail server.
func mailing(t testing.TB, server string) notice.Channel {
	t.Helper()
	mails, err := mail.New(mail.Config{Server: server, From: "desk@example.com", TLS: mail.None, Host: "desk"})
	if err != nil {
		t.Fatal(err)
	}
	return mails
}

// pushing is a channel to a push service.
func pushing(t testing.TB, browsers webpush.Browsers, service string) *webpush.Channel {
	t.Helper()
	pushes, err := webpush.New(webpush.Config{
		Contact: "mailto:ops@example.com", Key: "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94", StandIn: service,
	}, browsers, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return pushes
}

// notices are the part of a page about notices, and switched is one of its switches.
func noticesOf(t *testing.T, r reply) *goquery.Selection {
	t.Helper()
	section := r.document(t).Find("#notices")
	if section.Length() != 1 {
		t.Fatalf("%d: no part about notices: %s", r.status, r.text(t))
	}
	return section
}

// press sends the form of a button, as a browser without scripts does.
func (b *browser) press(page *goquery.Selection, button string) reply {
	b.t.Helper()
	form := page.Find(button).Closest("form")
	if form.Length() != 1 {
		b.t.Fatalf("there is no button %s", button)
	}
	values := url.Values{}
	form.Find("input[name]:not([type=checkbox]:not([checked]))").Each(func(_ int, in *goquery.Selection) {
		values.Add(in.AttrOr("name", ""), in.AttrOr("value", "on"))
	})
	form.Find("select").Each(func(_ int, list *goquery.Selection) {
		chosen := list.Find("option[selected]")
		if chosen.Length() == 0 {
			chosen = list.Find("option").First()
		}
		values.Add(list.AttrOr("name", ""), chosen.AttrOr("value", chosen.Text()))
	})
	return b.post(form.AttrOr("action", ""), values)
}

// TestNotices_Change: each switch and form of the page works without scripts, at once, and for its
// reader only.
func TestNotices_Change(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b, other := s.as(rita), s.as(rosa)
	before := noticesOf(t, other.get("/settings")).Text()
	for button, want := range map[string]string{
		"#switch-email": "E-mail Off", "#switch-push": "Browsers Off", "#switch-quiet": "Quiet hours On", "#switch-digest": "Digest On",
		"#switch-failures": "After my decision Off", "#save-ladder": "", "#save-zone": "UTC", "#mute": "others are told as before",
	} {
		r := b.press(noticesOf(t, b.get("/settings")), button)
		at := r.header.Get("Location")
		if r.status != http.StatusSeeOther || !strings.HasSuffix(at, "#notices") {
			t.Fatalf("%s: %d to %q: %s", button, r.status, at, r.body)
		}
		page := noticesOf(t, b.get(strings.TrimSuffix(at, "#notices")))
		if said := page.Find("#notices-said").Text(); !strings.Contains(said, "Saved ") {
			t.Errorf("%s: the page says %q", button, said)
		}
		title, state, _ := strings.Cut(want, " O")
		row := page.Find("li:contains('" + title + "')").Text()
		if state != "" && !strings.Contains(row, "O"+state) || state == "" && want != "" && !strings.Contains(page.Text()+page.Find("#zone").AttrOr("value", ""), want) {
			t.Errorf("%s: the row says %q, want %q", button, row, want)
		}
	}
	page := noticesOf(t, b.get("/settings"))
	for _, button := range []string{"#save-hours", "#save-digest", "[aria-label^='End the mute of']", "#switch-email"} {
		if r := b.press(page, button); r.status != http.StatusSeeOther {
			t.Errorf("%s: %d", button, r.status)
		}
	}
	if page = noticesOf(t, b.get("/settings")); page.Find("#switch-email").AttrOr("aria-checked", "") != "true" || page.Find("[data-testid=muted]").Length() != 0 {
		t.Error("the switch is not on again, or the queue is muted still")
	}
	if after := noticesOf(t, other.get("/settings")).Text(); after != before {
		t.Error("somebody else's settings changed")
	}
}

// TestNotices_Faults: what cannot be saved is said beside its form, and nothing is saved.
func TestNotices_Faults(t *testing.T) {
	t.Parallel()
	b := newSite(t).as(rita)
	for _, test := range []struct {
		form url.Values
		want string
	}{
		{url.Values{"set": {"zone"}, "zone": {"Mars/Olympus"}}, "There is no time zone"},
		{url.Values{"set": {"hours"}, "quiet-from": {"25:00"}, "quiet-until": {"06:00"}}, "Quiet hours need two different times"},
		{url.Values{"set": {"mute"}, "muted": {"security"}, "for": {"1h"}}, "Choose a queue of yours"},
		{url.Values{"set": {"ladder"}, "channel": {"push"}, "when": {"soon"}}, "Choose when each step comes"},
		{url.Values{"set": {"everything"}}, "There is no such setting"},
	} {
		r := b.post("/settings/notices", test.form)
		if said := noticesOf(t, r).Find("[role=alert]").Text(); r.status != http.StatusUnprocessableEntity || !strings.Contains(said, test.want) || !strings.Contains(said, "Nothing was saved") {
			t.Errorf("%v: %d, %q", test.form, r.status, said)
		}
	}
	if typed := noticesOf(t, b.post("/settings/notices", url.Values{"set": {"zone"}, "zone": {"Mars/Olympus"}})).Find("#zone").AttrOr("value", ""); typed != "Mars/Olympus" {
		t.Errorf("the page keeps %q of what was typed", typed)
	}
	if r := b.get("/settings?set=failures&on=false&channel=email&saved=1"); noticesOf(t, r).Find("#switch-failures").AttrOr("aria-checked", "") != "true" ||
		strings.Contains(r.text(t), "Saved ") {
		t.Error("a link changed a setting, or says that one was saved")
	} else if noticesOf(t, r).Find("#switch-email[autofocus]").Length() != 1 {
		t.Error("the switch of e-mails, to which a mail leads, has no focus")
	}
}

// TestNotices_Test: a test goes out, the page says what the other side answered, and nobody sends
// many.
func TestNotices_Test(t *testing.T) {
	t.Parallel()
	box := mailbox.New("example.com", time.Now)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = box.Serve(l)
	}()
	t.Cleanup(func() {
		_ = l.Close()
		_ = box.Close()
		<-done
	})
	s := newSite(t, func(c *config) { c.Personal.Setup.Channels[notice.Email] = mailing(t, l.Addr().String()) })
	b := s.as(rita)
	r := b.press(noticesOf(t, b.get("/settings")), "#test-email")
	if said := noticesOf(t, r).Find("[data-testid=tested]").Text(); r.status != http.StatusOK || !strings.Contains(said, "Test sent") {
		t.Errorf("%d: %q", r.status, said)
	}
	if mails := box.Mails(); len(mails) != 1 || mails[0].To != "rita@example.com" || !strings.Contains(mails[0].Text, s.url+"/settings") {
		t.Errorf("the mails are %+v", mails)
	}
	for range 4 {
		b.post("/settings/notices/test", url.Values{"channel": {"email"}})
	}
	if r := b.post("/settings/notices/test", url.Values{"channel": {"email"}}); r.status != http.StatusTooManyRequests || len(box.Mails()) != 5 {
		t.Errorf("the sixth test at once: %d, %d mails", r.status, len(box.Mails()))
	}
	lost := newSite(t).as(rita)
	if said := noticesOf(t, lost.post("/settings/notices/test", url.Values{"channel": {"email"}})).Find("[data-testid=tested]").Text(); !strings.Contains(said, "cannot be reached") {
		t.Errorf("no server: %q", said)
	}
}

// TestNotices_Browsers: a browser subscribes, gets a test that it can decrypt, and goes. It is its
// owner's business only.
func TestNotices_Browsers(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(nil)
	origin := "http://" + server.Listener.Addr().String()
	service := push.New(origin, time.Now)
	server.Config.Handler = service
	server.Start()
	t.Cleanup(server.Close)
	s := newSite(t, func(c *config) {
		c.Push = pushing(t, c.Personal.Preferences, origin)
		c.Personal.Setup.Channels[notice.Push] = c.Push
	})
	b, other := s.as(rita), s.as(rosa)
	key := noticesOf(t, b.get("/settings")).Find("#this-browser").AttrOr("data-key", "")
	made, err := service.Subscribe(key)
	if err != nil {
		t.Fatal(err)
	}
	b.header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 Safari/537.36")
	wish := url.Values{"endpoint": {made.Endpoint}, "p256dh": {made.P256DH}, "auth": {made.Auth}}
	if r := b.post("/settings/browsers", wish); r.status != http.StatusSeeOther {
		t.Fatalf("%d: %s", r.status, r.text(t))
	}
	page := noticesOf(t, b.get("/settings"))
	row := page.Find("[data-browser]")
	id := row.AttrOr("data-browser", "")
	if row.Length() != 1 || !strings.Contains(row.Text(), "Chrome 145 on Linux") || strings.Contains(page.Text(), made.Endpoint) {
		t.Errorf("the rows are %s", row.Text())
	}
	if noticesOf(t, other.get("/settings")).Find("[data-browser]").Length() != 0 {
		t.Error("somebody else sees the browser")
	}
	for _, path := range []string{"/settings/browsers/remove", "/settings/notices/test"} {
		if r := other.post(path, url.Values{"browser": {id}, "channel": {"push"}}); r.status != http.StatusNotFound {
			t.Errorf("somebody else, %s: %d", path, r.status)
		}
	}
	r := b.press(row, "[id^=test-push]")
	if shown := service.Shown(made); r.status != http.StatusOK || len(shown) != 1 || !strings.Contains(string(shown[0].Text), "A test from Countersign") {
		t.Errorf("%d: %s, the browser got %v", r.status, r.text(t), shown)
	}
	wish.Set("endpoint", "https://eve.example/push")
	if r := b.post("/settings/browsers", wish); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.text(t), "does not call the push service") {
		t.Errorf("another push service: %d", r.status)
	}
	if r := b.press(row, "[aria-label^=Remove]"); r.status != http.StatusSeeOther || noticesOf(t, b.get("/settings")).Find("[data-browser]").Length() != 0 {
		t.Errorf("removing: %d", r.status)
	}
}

// TestNotices_None: without channels there is nothing to settle.
func TestNotices_None(t *testing.T) {
	t.Parallel()
	b := newSite(t, func(c *config) { c.Personal, c.Push = nil, nil }).as(rita)
	if b.get("/settings").document(t).Find("#notices").Length() != 0 {
		t.Error("the page has a part about notices")
	}
	for _, path := range []string{"/settings/notices", "/settings/notices/test", "/settings/browsers", "/settings/browsers/remove"} {
		if r := b.post(path, url.Values{"set": {"failures"}, "channel": {"email"}}); r.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, r.status)
		}
	}
}

// TestServiceWorker: the script of pushes has a path that stays, above every page, and is asked for
// again.
func TestServiceWorker(t *testing.T) {
	t.Parallel()
	r := newSite(t).visitor().get("/sw.js")
	if r.status != http.StatusOK || r.header.Get("Content-Type") != "text/javascript; charset=utf-8" || r.header.Get("Cache-Control") != "no-cache" ||
		!strings.Contains(r.header.Get("Content-Security-Policy"), "default-src 'none'") || !strings.Contains(r.body, "showNotification") {
		t.Errorf("%d, %v", r.status, r.header)
	}
}

// TestNotices_TwoTabs: a form that was open while another tab changed its setting replaces nothing
// unseen, and neither that nor a fault loses what was chosen.
func TestNotices_TwoTabs(t *testing.T) {
	t.Parallel()
	b := newSite(t).as(rita)
	page := noticesOf(t, b.get("/settings"))
	was := page.Find("#ladder input[name=was]").AttrOr("value", "")
	steps := func(was string, steps ...string) url.Values {
		form := url.Values{"set": {"ladder"}, "was": {was}}
		for _, step := range steps {
			channel, when, _ := strings.Cut(step, " ")
			form.Add("channel", channel)
			form.Add("when", when)
		}
		return form
	}
	chosen := func(page *goquery.Selection) (all []string) {
		page.Find("#ladder li").Each(func(_ int, li *goquery.Selection) {
			if channel := li.Find("select[name=channel] option[selected]").AttrOr("value", ""); channel != "" {
				all = append(all, channel+" "+li.Find("select[name=when] option[selected]").AttrOr("value", ""))
			}
		})
		return all
	}
	if r := b.post("/settings/notices", steps(was, "email 0s")); r.status != http.StatusSeeOther {
		t.Fatalf("the first tab: %d", r.status)
	}
	r := b.post("/settings/notices", steps(was, "push 5m0s", "email 50%"))
	page = noticesOf(t, r)
	if text := page.Find("#ladder [role=alert]").Text(); r.status != http.StatusUnprocessableEntity || !strings.Contains(text, "changed elsewhere") {
		t.Fatalf("the second tab: %d, %q", r.status, text)
	}
	callbackstest.Same(t, "what was chosen", chosen(page), []string{"push 5m0s", "email 50%"})
	callbackstest.Same(t, "what is kept", chosen(noticesOf(t, b.get("/settings"))), []string{"email 0s"})
	page = noticesOf(t, b.post("/settings/notices", steps(page.Find("#ladder input[name=was]").AttrOr("value", ""), "push 5m0s", "email 400h0m0s")))
	callbackstest.Same(t, "a ladder with a fault", chosen(page), []string{"push 5m0s", "email 400h0m0s"})
	if r := b.press(page, "#save-ladder"); r.status != http.StatusUnprocessableEntity {
		t.Errorf("a fault is saved: %d", r.status)
	}
	if r := b.post("/settings/notices", steps(page.Find("#ladder input[name=was]").AttrOr("value", ""), "push 5m0s")); r.status != http.StatusSeeOther {
		t.Errorf("saved again: %d", r.status)
	}
}
