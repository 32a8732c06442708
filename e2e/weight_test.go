package e2e_test

import (
	"net/url"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// What a first page may cost: requests, itself and its stream of events included, and kilobytes as they come, compressed.
const (
	mostRequests  = 8
	forReview     = 3 // more, for an open callback: its scripts, and the review that it announces
	mostKilobytes = 60
)

// TestFirstLoad weighs pages as they come to a browser that has never been here.
func TestFirstLoad(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.ask(t, expense())
	mara := w.visitor(t, "mara")
	call(mara, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true})
	loads := mara.countRequests()
	weigh := func(name string, most int) {
		requests, bytes := loads.reset()
		t.Logf("%s: %d requests, %.1f KB", name, len(requests), bytes/1000)
		if len(requests) > most || bytes > mostKilobytes*1000 {
			t.Errorf("%s makes %d requests of %.1f KB, want at most %d of %d KB: %v", name, len(requests), bytes/1000, most, mostKilobytes, requests)
		}
	}
	mara.open("/signin")
	weigh("sign-in", mostRequests)
	mara.enter()
	mara.comes("#freshness", "Live")
	loads.reset()
	mara.open("/")
	mara.comes("#freshness", "Live")
	weigh("inbox", mostRequests)
	mara.open(a.page())
	mara.see("decision-bar:defined")
	weigh("review", mostRequests+forReview)
}

// loads counts what a tab loads.
type loads struct {
	mu       sync.Mutex
	requests []string
	bytes    float64 // as they came over the network, compressed
}

func (p *person) countRequests() *loads {
	p.t.Helper()
	l := &loads{}
	err := chromedp.Listen(p.tab, func(event any) {
		l.mu.Lock()
		defer l.mu.Unlock()
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			if u, err := url.Parse(e.Request.URL); err == nil {
				l.requests = append(l.requests, e.Request.Method+" "+u.Path)
			}
		case *network.EventLoadingFinished:
			l.bytes += e.EncodedDataLength
		}
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return l
}

// reset returns what was loaded since the last time.
func (l *loads) reset() (requests []string, bytes float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	requests, bytes = l.requests, l.bytes
	l.requests, l.bytes = nil, 0
	return requests, bytes
}
