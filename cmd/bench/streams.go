package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"countersign/cmd/bench/load"
)

const (
	// tellLimit is how long a change may take to the last of all pages, in milliseconds. A page gathers for 100 ms by design.
	tellLimit = 1000.0
	// streamMemory is how much memory an open page may cost, in kB of 1000 bytes.
	streamMemory = 64.0
	// tellTimeout bounds the wait until every page has opened its stream, or was told.
	tellTimeout = time.Minute
	// dialsAtOnce is how many streams are opened at once.
	dialsAtOnce = 64
)

var errSlowTelling = errors.New("not every page was told")

// tell opens many streams of events, as pages do, and measures from the answer to an announcement until each has heard of it.
func (b *bench) tell(ctx context.Context) ([]row, error) {
	d, err := b.startDesk(ctx, filepath.Join(b.folder, "streams.db"))
	if err != nil {
		return nil, err
	}
	defer d.stop()
	if err := b.look(ctx, d, b.round); err != nil { // so that memory for pages is not counted as that for streams
		return nil, err
	}
	before, err := d.memory()
	if err != nil {
		return nil, err
	}
	pages, err := b.openPages(ctx, d)
	if err != nil {
		return nil, err
	}
	defer pages.close()
	after, err := d.memory()
	if err != nil {
		return nil, err
	}
	took, last, err := b.tellAll(ctx, d, pages)
	if err != nil {
		return nil, err
	}
	s := load.NewSample(took, time.Second)
	slowest := s.P99() * 1000
	each := float64(after-before) / float64(b.streams) / 1000
	name := thousands(b.streams) + " open pages"
	return []row{
		{name: name + ", until told of a change", measured: fmt.Sprintf("p50 %s, p99 %s, the last %.0f ms", milliseconds(s.P50()), milliseconds(s.P99()), medianOf(last)),
			goal: below(slowest, tellLimit, "ms")},
		{name: name + ", memory of each", measured: fmt.Sprintf("%.0f kB", each), goal: below(each, streamMemory, "kB")},
	}, nil
}

// tellAll announces one callback after the other and waits until all pages have heard of it: how long each took, and the last
// one each time.
func (b *bench) tellAll(ctx context.Context, d *desk, p *pages) (took, last []time.Duration, err error) {
	s, err := newSender(d.url+"/webhooks/callbacks", d.secret)
	if err != nil {
		return nil, nil, err
	}
	for range b.changes {
		id, answered, err := announceVisible(ctx, s)
		if err != nil {
			return nil, nil, err
		}
		heard, err := p.hear(ctx, id)
		if err != nil {
			return nil, nil, err
		}
		var slowest time.Duration
		for _, at := range heard {
			took = append(took, at.Sub(answered))
			slowest = max(slowest, at.Sub(answered))
		}
		last = append(last, slowest)
	}
	return took, last, nil
}

// announceVisible announces a callback that the reviewer may see, and returns the desk's key for it and when it answered.
func announceVisible(ctx context.Context, s *sender) (id string, answered time.Time, err error) {
	if queueNames[int(s.sent.Load()+1)%len(queueNames)] == "privacy" {
		s.sent.Add(1) // that one is not the reviewer's
	}
	request, err := s.request(ctx)
	if err != nil {
		return "", time.Time{}, err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return "", time.Time{}, err
	}
	defer response.Body.Close()
	answered = time.Now()
	var receipt struct{ ID string }
	if err := json.NewDecoder(response.Body).Decode(&receipt); err != nil || response.StatusCode != http.StatusCreated {
		return "", answered, fmt.Errorf("announce a callback: %s, %w", response.Status, err)
	}
	return receipt.ID, answered, nil
}

// told is an event that one page was told.
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

// openPages opens all streams, in the name of the reviewer.
func (b *bench) openPages(ctx context.Context, d *desk) (_ *pages, err error) {
	cookie, err := d.signIn(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, tellTimeout)
	defer cancel()
	p := &pages{connections: make([]net.Conn, b.streams), told: make(chan told, b.streams)}
	opening, ctx := errgroup.WithContext(ctx)
	opening.SetLimit(dialsAtOnce)
	for n := range p.connections {
		opening.Go(func() error { return p.open(ctx, n, d, cookie) })
	}
	if err := opening.Wait(); err != nil {
		p.close()
		return nil, fmt.Errorf("open a stream of events: %w", err)
	}
	return p, nil
}

// open opens one stream and waits until it is subscribed. What it is told then is noted until the connection is closed.
func (p *pages) open(ctx context.Context, n int, d *desk, cookie *http.Cookie) error {
	c, err := new(net.Dialer).DialContext(ctx, "tcp", d.address)
	if err != nil {
		return err
	}
	p.connections[n] = c
	if err := c.SetReadDeadline(time.Now().Add(tellTimeout)); err != nil {
		return err
	}
	request, err := get(fmt.Sprintf("%s/events?since=%d", d.url, time.Now().UnixMilli()), cookie)(ctx)
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
	lines.Scan() // the greeting
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
		return nil // closed from here
	})
	return nil
}

// hear waits until every page was told of a callback, and returns when.
func (p *pages) hear(ctx context.Context, id string) ([]time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, tellTimeout)
	defer cancel()
	var heard []time.Time
	for len(heard) < len(p.connections) {
		select {
		case t := <-p.told:
			if t.id == id {
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
		case <-p.told: // a reader may be stuck with what nobody waits for
		case <-ended:
			return
		}
	}
}
