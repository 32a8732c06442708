package main

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// visited is what a browser measured on a page.
type visited struct {
	requests int
	bytes    float64 // over the wire, including headers
	painted  time.Duration
}

// firstPaint waits for the first paint with content and says when it was, in milliseconds. The rows are
// part of the document, so that paint shows them; a busy browser has them in the document long before.
const firstPaint = `new Promise(painted => new PerformanceObserver(list => {
	for (const entry of list.getEntriesByName("first-contentful-paint")) painted(entry.startTime);
}).observe({type: "paint", buffered: true}))`

// visit opens a page in a browser with an empty cache, waits for a part of it, and counts until the
// page is complete and a moment longer.
func visit(ctx context.Context, chromium, url, part string, cookie *http.Cookie) (visited, error) {
	ctx, cancel := context.WithTimeout(ctx, pageTimeout)
	defer cancel()
	ctx, closeBrowser := chromedp.NewExecAllocator(ctx, append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-quic", true))...)
	defer closeBrowser()
	ctx, closeTab := chromedp.NewContext(ctx)
	defer closeTab()
	var w wire
	if err := chromedp.Listen(ctx, w.note); err != nil {
		return visited{}, err
	}
	if _, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: cookie.Name, Value: cookie.Value, URL: url}); err != nil {
		return visited{}, err
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(url), chromedp.WaitVisible(chromedp.CSS(part))); err != nil {
		return visited{}, err
	}
	painted, err := chromedp.Run(ctx, chromedp.Evaluate[float64](firstPaint, chromedp.EvalAwaitPromise))
	if err != nil {
		return visited{}, err
	}
	select {
	case <-time.After(settleTime):
	case <-ctx.Done():
		return visited{}, ctx.Err()
	}
	seen := w.seen()
	seen.painted = time.Duration(painted * float64(time.Millisecond))
	return seen, nil
}

// wire counts what a tab sends and receives. Event streams that stay open count as requests.
type wire struct {
	mu    sync.Mutex
	total visited
}

func (w *wire) note(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		w.total.requests++
	case *network.EventLoadingFinished:
		w.total.bytes += e.EncodedDataLength
	}
}

func (w *wire) seen() visited {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.total
}
