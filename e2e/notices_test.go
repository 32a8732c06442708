package e2e_test

import (
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/serviceworker"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"countersign/internal/standin/mailbox"
)

// telling is a world that sends mails and pushes, and the mailbox of its people.
func telling(t *testing.T) (*world, *mailbox.Mailbox) {
	t.Helper()
	box := mailbox.New("harborline.example", time.Now)
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
	w := newWorld(t, func(settings map[string]string) {
		settings["TEST_PUSH_KEY"] = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
		settings[deskText] += `
channels:
  email: {server: "` + l.Addr().String() + `", from: desk@harborline.example, tls: none}
  push: {contact: "mailto:ops@harborline.example", key: {env: COUNTERSIGN_TEST_PUSH_KEY}}
`
	})
	return w, box
}

// thisBrowser is what the script of the settings says once it is there.
const thisBrowser = "You have blocked notifications"

// TestNotices_Settings: people change how they are told without loading the page, and are told that
// it was saved; a test arrives. Without scripts, the same forms do it.
func TestNotices_Settings(t *testing.T) {
	t.Parallel()
	w, box := telling(t)
	mara := w.signIn(t, "mara")
	mara.open("/settings")
	mara.reads("#notices", "mara.okafor@harborline.example", "Quiet hours", "Order")
	mara.comes("#this-browser [data-says]", thisBrowser)
	kept := mara.keepsPage()
	mara.click("#switch-quiet")
	mara.comes("#notices-said", "Saved")
	mara.reads("#switch-quiet", "On")
	mara.hasFocus("#switch-quiet")
	mara.click("#test-email")
	mara.comes("[data-testid=tested]", "Test sent")
	mara.hasFocus("#test-email")
	mara.write("#zone", "Mars/Olympus")
	mara.click("#save-zone")
	mara.comes("#notices [role=alert]", "There is no time zone")
	kept()
	if mails := box.Mails(); len(mails) != 1 || mails[0].To != "mara.okafor@harborline.example" || !strings.Contains(mails[0].Text, w.url+"/settings") {
		t.Errorf("the mails are %+v", mails)
	}
	mara.inspect("settings-notices")

	mara.runScripts(false)
	mara.open("/settings?channel=email")
	mara.hasFocus("#switch-email")
	mara.submit("#switch-email")
	mara.reads("#switch-email", "Off")
	mara.reads("#notices-said", "Saved")
	mara.reads("#this-browser", "does not run")
}

// shown is what the service worker has the browser show for one push.
type shown struct {
	Title, Body, Tag string
	Silent, Renotify bool
	Data             struct{ Path string }
}

// takesPushes has the service worker in force. deliver gives it a push, and shows returns what it
// had the browser show. The browser of these tests has no notifications of its own, so the worker's
// call is noted instead.
func (p *person) takesPushes() (deliver func(data string), shows func() []shown) {
	p.t.Helper()
	workers := newRecord[serviceworker.RegistrationID]()
	if err := chromedp.Listen(p.tab, func(event any) {
		if e, updated := event.(*serviceworker.EventWorkerRegistrationUpdated); updated {
			for _, one := range e.Registrations {
				workers.add(one.RegistrationID)
			}
		}
	}); err != nil {
		p.t.Fatal(err)
	}
	call(p, serviceworker.Enable, cdp.Empty{})
	eval[bool](p, `navigator.serviceWorker.register("/sw.js", { scope: "/" }).then(() => navigator.serviceWorker.ready).then(() => true)`)
	id := workers.await(p.t, patience, "the service worker", func(serviceworker.RegistrationID) bool { return true })
	worker := p.worker()
	eval[bool](worker, `self.kept = []; self.registration.showNotification = async (title, options) => void self.kept.push({ title, ...options }); true`)
	return func(data string) {
			p.t.Helper()
			call(p, serviceworker.DeliverPushMessage, serviceworker.DeliverPushMessageParams{Origin: p.desk, RegistrationID: id, Data: data})
		}, func() []shown {
			p.t.Helper()
			return eval[[]shown](worker, "self.kept")
		}
}

// worker is the service worker of the person's browser.
func (p *person) worker() *person {
	p.t.Helper()
	all, err := chromedp.Targets(p.tab)
	if err != nil {
		p.t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(one *target.Info) bool { return one.Type == "service_worker" && strings.HasPrefix(one.URL, p.desk) })
	if i < 0 {
		p.t.Fatal("the browser has no service worker of the desk")
	}
	inside, leave := chromedp.NewContext(p.tab, chromedp.WithTargetID(all[i].TargetID))
	p.t.Cleanup(leave)
	// what attaches to the worker must not have a deadline: the worker would end with it
	if err := chromedp.Do(inside); err != nil {
		p.t.Fatal(err)
	}
	return &person{t: p.t, name: p.name, desk: p.desk, tab: inside}
}

// TestNotices_Push: the service worker shows each push. A later state of a message has its tag, by
// which the browser replaces it, and makes no sound if there is nothing to do. What cannot be read
// still shows, because a browser has to show something.
func TestNotices_Push(t *testing.T) {
	t.Parallel()
	w, _ := telling(t)
	mara := w.signIn(t, "mara")
	mara.open("/settings")
	mara.comes("#this-browser [data-says]", thisBrowser)
	push, shows := mara.takesPushes()
	push(`{"title":"1 waits for you, ends 14:32","body":"Queue finance, 0 of 2 signed","tag":"m1","path":"/callbacks/exp2291","at":1795524752000}`)
	mara.comes("#announce", "Shown: 1 waits for you, ends 14:32")
	push(`{"title":"Decided, nothing to do","body":"Queue finance.","tag":"m1","path":"/callbacks/exp2291","silent":true,"at":1795524812000}`)
	mara.comes("#announce", "Shown: Decided, nothing to do")
	push("garbage")
	mara.comes("#announce", "Shown: Countersign")
	want := []shown{
		{Title: "1 waits for you, ends 14:32", Body: "Queue finance, 0 of 2 signed", Tag: "m1", Renotify: true},
		{Title: "Decided, nothing to do", Body: "Queue finance.", Tag: "m1", Silent: true},
		{Title: "Countersign", Body: "Something has changed.", Tag: "countersign", Renotify: true},
	}
	for i, path := range []string{"/callbacks/exp2291", "/callbacks/exp2291", "/"} {
		want[i].Data.Path = path
	}
	if diff := cmp.Diff(want, shows()); diff != "" {
		t.Errorf("shown (-want +got):\n%s", diff)
	}
}
