package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"time"

	"countersign/cmd/bench/load"
)

const (
	// tellLimit is the longest time until the last of all pages has heard of a change, in
	// milliseconds. By design, a page collects changes for 100 ms.
	tellLimit = 1000.0
	// streamMemory is how much memory an open page may cost, in kB of 1000 bytes.
	streamMemory = 64.0
)

// tell opens many event streams, as pages do, and measures from the answer to an announcement until
// each stream has heard of it.
func (b *bench) tell(ctx context.Context) ([]row, error) {
	d, err := b.startDesk(ctx, filepath.Join(b.folder, "streams.db"))
	if err != nil {
		return nil, err
	}
	defer d.stop()
	// so that the memory for pages does not count as memory for streams
	if err := b.look(ctx, d, b.round); err != nil {
		return nil, err
	}
	before, err := d.Memory()
	if err != nil {
		return nil, err
	}
	pages, err := b.openPages(ctx, d, b.streams, d.address)
	if err != nil {
		return nil, err
	}
	defer pages.close()
	after, err := d.Memory()
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

// tellAll announces one callback after the other and waits until all pages have heard of it. It
// returns how long each page took, and how long the last one took each time.
func (b *bench) tellAll(ctx context.Context, d *program, p *pages) (took, last []time.Duration, err error) {
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

// announceVisible announces a callback that the reviewer may see. It returns the desk's key for it
// and when the desk answered.
func announceVisible(ctx context.Context, s *sender) (id string, answered time.Time, err error) {
	if queueNames[int(s.sent.Load()+1)%len(queueNames)] == "privacy" {
		s.sent.Add(1) // the reviewer cannot see that one
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
