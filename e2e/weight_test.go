package e2e_test

import (
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// What a first page may cost: requests, itself, its icon and its stream of events included, and
// kilobytes as they come, compressed.
const (
	mostRequests = 9
	// more, for an open callback: the modules of its lease, its bar and its draft, and the review
	// that it announces
	forReview     = 6
	mostKilobytes = 95
	moreForReview = 9 // kilobytes of them; 1 is what the bar knows of forms
	// more, for a form: its style with a picture in it, its module, its editor of JSON and its search for
	// a choice; and the drawn fields, each with what it says of changes and bounds
	forForm     = 5
	moreForForm = 16 // kilobytes
)

// TestFirstLoad weighs pages as they come to a browser that has never been here.
func TestFirstLoad(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, order := w.ask(t, expense()), w.ask(t, purchase(t))
	mara := w.visitor(t, "mara")
	call(mara, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true})
	loads := mara.countLoads()
	weigh := func(name string, most int, kilobytes float64) {
		t.Helper()
		requests, bytes := loads.ofThisPage()
		t.Logf("%s: %d requests, %.1f KB", name, len(requests), bytes/1000)
		if len(requests) > most || bytes > kilobytes*1000 {
			t.Errorf("%s makes %d requests of %.1f KB, want at most %d of %.0f KB: %v", name, len(requests), bytes/1000, most, kilobytes, requests)
		}
	}
	mara.open("/signin")
	weigh("sign-in", mostRequests, mostKilobytes)
	mara.enter()
	mara.comes("#freshness", "Live")
	mara.open("/")
	mara.comes("#freshness", "Live")
	weigh("inbox", mostRequests, mostKilobytes)
	mara.open(a.page())
	mara.see("decision-bar:defined")
	mara.comes("#freshness", "Live")
	loads.asked.await(t, patience, "the review to be announced", func(request string) bool { return strings.HasSuffix(request, "/reviews") })
	weigh("review", mostRequests+forReview, mostKilobytes+moreForReview)
	mara.open(order.page())
	mara.see("answer-form:defined")
	mara.see(".combo input")
	mara.comes("#freshness", "Live")
	loads.asked.await(t, patience, "the review to be announced", func(request string) bool {
		return strings.HasSuffix(request, "/reviews") && strings.Contains(request, order.id)
	})
	weigh("review with a form", mostRequests+forReview+forForm, mostKilobytes+moreForReview+moreForForm)
}

// TestFont reads the list as a browser does that has never been here: in our letters, and without a
// text that moves when they arrive.
func TestFont(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ask(t, expense())
	mara := w.visitor(t, "mara")
	mara.open("/signin")
	mara.enter()
	mara.comes("#freshness", "Live")
	mara.until(`document.fonts.status === "loaded" && [400, 550].every(weight => document.fonts.check(weight + " 13px Inter", "Łó"))`)
	moved := eval[float64](mara, `(async () => {
		const shifts = [];
		new PerformanceObserver(list => shifts.push(...list.getEntries())).observe({type: "layout-shift", buffered: true});
		for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
		return shifts.reduce((sum, shift) => sum + shift.value, 0);
	})()`)
	if moved > 0.001 {
		t.Errorf("what is painted moves by %v", moved)
	}
}

// icon is the file that a browser fetches for its own tab, when and as often as it likes, also
// after the page has been left.
const icon = "/static/favicon."

// loads keeps what a tab loads, by the page that it is loaded for: a browser goes on with one while
// it opens the next.
type loads struct {
	asked *record[string]

	mu    sync.Mutex
	page  cdp.LoaderID
	pages map[cdp.LoaderID]*load
	of    map[network.RequestID]*load
}

// load is what one page loads.
type load struct {
	requests []string
	bytes    float64 // as they came over the network, compressed
}

func (p *person) countLoads() *loads {
	p.t.Helper()
	l := &loads{asked: newRecord[string](), pages: map[cdp.LoaderID]*load{}, of: map[network.RequestID]*load{}}
	err := chromedp.Listen(p.tab, func(event any) {
		l.mu.Lock()
		defer l.mu.Unlock()
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			l.note(e)
		case *network.EventLoadingFinished:
			if load := l.of[e.RequestID]; load != nil {
				load.bytes += e.EncodedDataLength
			}
		}
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return l
}

// note counts a request. The browser's own for the icon count as one of the page; a reading that a
// change elsewhere makes the page do is no part of its load.
func (l *loads) note(e *network.EventRequestWillBeSent) {
	u, err := url.Parse(e.Request.URL)
	_, background := e.Request.Headers["Countersign-Background"]
	if err != nil || background {
		return
	}
	if e.Type == network.ResourceTypeDocument {
		l.page = e.LoaderID
	}
	page := l.pages[e.LoaderID]
	if page == nil {
		page = &load{}
		l.pages[e.LoaderID] = page
	}
	request := e.Request.Method + " " + u.Path
	l.asked.add(request)
	if !strings.HasPrefix(u.Path, icon) {
		page.requests = append(page.requests, request)
		l.of[e.RequestID] = page
	}
}

// ofThisPage is what the page that is open has loaded, and its icon.
func (l *loads) ofThisPage() (requests []string, bytes float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	page := l.pages[l.page]
	return append([]string{"its icon"}, page.requests...), page.bytes
}
