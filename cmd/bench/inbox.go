package main

import (
	"context"
	"net/http"
	"time"

	"countersign/cmd/bench/floor"
	"countersign/cmd/bench/load"
)

// readers is how many connections read the inbox at once.
const readers = 4

// inbox reads the first page of the inbox, as a browser requests it, with few, many and very many
// pending callbacks.
func (b *bench) inbox(ctx context.Context) ([]row, error) {
	base, err := b.startFloor(ctx, floor.List, b.many)
	if err != nil {
		return nil, err
	}
	defer base.Stop()
	rivals := []rival{b.gets(base.address, get("http://"+base.address+"/items", nil))}
	sizes := []int{b.few, b.many, b.most}
	for _, pending := range sizes {
		file, err := b.database(ctx, pending)
		if err != nil {
			return nil, err
		}
		d, err := b.startDesk(ctx, file)
		if err != nil {
			return nil, err
		}
		defer d.stop()
		cookie, err := d.signIn(ctx)
		if err != nil {
			return nil, err
		}
		rivals = append(rivals, b.gets(d.address, get(d.url+"/", cookie)))
	}
	series, err := b.compare(ctx, rivals...)
	if err != nil {
		return nil, err
	}
	few, many, most := series[1], series[2], series[3]
	list := rates(series[0])
	return []row{
		{"inbox, " + thousands(b.few) + " pending", rates(few), list, compared(few.Ratio(series[0], load.Sample.Rate))},
		{"inbox, " + thousands(b.many) + " pending", rates(many), list, atLeast(many.Ratio(series[0], load.Sample.Rate), 0.4)},
		{"inbox, " + thousands(b.most) + " pending", rates(most), list, compared(most.Ratio(series[0], load.Sample.Rate))},
		{"inbox, p99 of the last to the first", milliseconds(most.Median(load.Sample.P99)), milliseconds(few.Median(load.Sample.P99)),
			atMost(most.Ratio(few, load.Sample.P99), 1.5)},
	}, nil
}

// get returns requests for a page, with the browser headers that affect the work.
func get(url string, cookie *http.Cookie) func(context.Context) (*http.Request, error) {
	return func(ctx context.Context) (*http.Request, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return nil, err
		}
		request.Header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
		request.Header.Set("Accept-Encoding", "gzip, deflate, br")
		if cookie != nil {
			request.AddCookie(cookie)
		}
		return request, nil
	}
}

// gets sends the same request for the length of a round.
func (b *bench) gets(address string, request func(context.Context) (*http.Request, error)) rival {
	return func(ctx context.Context) (load.Sample, error) {
		return load.Load{
			Address: address, Connections: readers, Length: b.round, Status: http.StatusOK,
			Next: func() (*http.Request, error) { return request(ctx) },
		}.Run(ctx)
	}
}

// look reads the inbox for a short time, as the first visitors of a day do.
func (b *bench) look(ctx context.Context, d *program, length time.Duration) error {
	cookie, err := d.signIn(ctx)
	if err != nil {
		return err
	}
	_, err = load.Load{
		Address: d.address, Connections: readers, Length: length, Status: http.StatusOK,
		Next: func() (*http.Request, error) { return get(d.url+"/", cookie)(ctx) },
	}.Run(ctx)
	return err
}
