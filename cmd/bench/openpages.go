package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"countersign/internal/live"
)

const (
	// tellTimeout limits the wait until every page has opened its stream, or has been told.
	tellTimeout = time.Minute
	// dialsAtOnce is how many streams are opened at once.
	dialsAtOnce = 64
)

var errSlowTelling = errors.New("not every page was told")

// told is an event that one page received.
type told struct {
	id string
	at time.Time
}

// pages are open streams of events.
type pages struct {
	connections []net.Conn
	told        chan told
	reading     errgroup.Group
}

// openPages opens so many streams at each of the addresses of a desk. They belong to colleagues of
// the reviewer, because the desk bounds the streams of a person.
func (b *bench) openPages(ctx context.Context, d *program, each int, addresses ...string) (*pages, error) {
	ctx, cancel := context.WithTimeout(ctx, tellTimeout)
	defer cancel()
	var cookies []*http.Cookie
	for n := range colleaguesFor(each) {
		cookie, err := d.signInColleague(ctx, n)
		if err != nil {
			return nil, err
		}
		cookies = append(cookies, cookie)
	}
	return openStreams(ctx, d, cookies, each, addresses...)
}

// openStreams is openPages with the sessions of some cookies.
func openStreams(ctx context.Context, d *program, cookies []*http.Cookie, each int, addresses ...string) (*pages, error) {
	all := each * len(addresses)
	p := &pages{connections: make([]net.Conn, all), told: make(chan told, all)}
	opening, ctx := errgroup.WithContext(ctx)
	opening.SetLimit(dialsAtOnce)
	for n := range p.connections {
		address, cookie := addresses[n/each], cookies[n%each%len(cookies)]
		opening.Go(func() error { return p.open(ctx, n, address, d.url, cookie) })
	}
	if err := opening.Wait(); err != nil {
		p.close()
		return nil, fmt.Errorf("open a stream of events: %w", err)
	}
	return p, nil
}

// open opens one stream at an address of the desk with this URL, and waits until it is subscribed.
// Later events are noted until the connection is closed.
func (p *pages) open(ctx context.Context, n int, address, desk string, cookie *http.Cookie) error {
	c, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	p.connections[n] = c
	if err := c.SetReadDeadline(time.Now().Add(tellTimeout)); err != nil {
		return err
	}
	request, err := get(fmt.Sprintf("%s/events?since=%d", desk, time.Now().UnixMilli()), cookie)(ctx)
	if err != nil {
		return err
	}
	if err := request.Write(c); err != nil {
		return err
	}
	response, err := http.ReadResponse(bufio.NewReader(c), request)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		_ = response.Body.Close()
		return fmt.Errorf("the answer is %s", response.Status)
	}
	lines := bufio.NewScanner(response.Body)
	lines.Scan() // the first line of the stream
	if err := c.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	p.reading.Go(func() error {
		defer response.Body.Close()
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), `data: {"callback":"`); ok {
				p.told <- told{strings.TrimSuffix(data, `"}`), time.Now()}
			}
		}
		return nil // this program closed the connection
	})
	return nil
}

// hear waits until every page was told of a callback, and returns when each was.
func (p *pages) hear(ctx context.Context, id string) ([]time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, tellTimeout)
	defer cancel()
	var heard []time.Time
	for len(heard) < len(p.connections) {
		select {
		case t := <-p.told:
			if t.id == id || t.id == string(live.Everything) { // it looks again in both cases
				heard = append(heard, t.at)
			}
		case <-ctx.Done():
			return nil, fmt.Errorf("%w: %d of %d", errSlowTelling, len(heard), len(p.connections))
		}
	}
	return heard, nil
}

// close closes all streams.
func (p *pages) close() {
	for _, c := range p.connections {
		if c != nil {
			_ = c.Close()
		}
	}
	ended := make(chan struct{})
	go func() { _ = p.reading.Wait(); close(ended) }() // readers have no errors
	for {
		select {
		case <-p.told: // unblocks a reader whose event nobody waits for
		case <-ended:
			return
		}
	}
}
