package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"time"

	"countersign/cmd/bench/load"
	announced "countersign/internal/announcement"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
	"countersign/internal/intake"
	"countersign/internal/schema"
	"countersign/internal/sqlstore"
)

// Limits for a first page load, and the time after which it counts as broken.
const (
	pageKilobytes = 95.0
	pageRequests  = 9
	pageTimeout   = 30 * time.Second
	// settleTime is how long requests are still counted after the list is shown.
	settleTime = 500 * time.Millisecond
)

// orderForm is a form of usual size, with a field of each common kind.
const orderForm = `{"type": "object", "required": ["quantity", "supplier"], "properties": {
	"quantity": {"title": "Quantity", "type": "integer", "minimum": 1, "maximum": 60, "x-unit": "pieces"},
	"price": {"title": "Most per piece", "type": "number"}, "until": {"title": "Deliver by", "type": "string", "format": "date"},
	"speed": {"title": "Speed", "enum": ["standard", "express"]}, "partial": {"title": "Partial delivery", "type": "boolean"},
	"supplier": {"title": "Supplier", "enum": ["Harbor", "Kansai", "Kranich", "Lindqvist", "Okafor", "Petrauskas"]},
	"note": {"title": "Instructions", "type": "string", "maxLength": 500}, "tell": {"title": "Tell", "type": "array", "items": {"type": "string"}},
	"lines": {"title": "Lines", "type": "array", "items": {"type": "object", "properties": {
		"item": {"title": "Item", "type": "string"}, "pieces": {"title": "Pieces", "type": "integer"}}}}}}`

// orderValue is what it proposes.
const orderValue = `{"quantity": 40, "price": 815.00, "speed": "standard", "supplier": "Kranich", "tell": ["ops@harborline.example"],
	"lines": [{"item": "Scanner", "pieces": 30}, {"item": "Cradle", "pieces": 10}]}`

// reviewPages requests and paints the page of a request with a form, and that of one without, in turns.
func (b *bench) reviewPages(ctx context.Context, chromium string) ([]row, error) {
	file := filepath.Join(b.folder, "reviews.db")
	pages, err := fillReviews(ctx, "sqlite:"+file)
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
	requested, err := b.compare(ctx, b.gets(d.address, get(d.url+pages[0].path, cookie)), b.gets(d.address, get(d.url+pages[1].path, cookie)))
	if err != nil {
		return nil, fmt.Errorf("request a review: %w", err)
	}
	var painted [2][]time.Duration
	var bytes [2]float64
	for round := range b.rounds + 1 { // the first only warms up
		for i, page := range pages {
			seen, err := visit(ctx, chromium, d.url+page.path, page.part, cookie)
			if err != nil {
				return nil, fmt.Errorf("load a review in Chromium: %w", err)
			}
			if bytes[i] = seen.bytes; round > 0 {
				painted[i] = append(painted[i], seen.painted)
			}
		}
	}
	with, without := medianOf(painted[1])/1000, medianOf(painted[0])/1000
	return []row{
		{"review with a form beside one without", rates(requested[1]), rates(requested[0]), compared(requested[1].Ratio(requested[0], load.Sample.P50))},
		{"review with a form beside one without, until it is painted", milliseconds(with), milliseconds(without), compared(with / without)},
		{name: "review with a form, bytes over the wire", measured: fmt.Sprintf("%.1f kB", bytes[1]/1000), floor: fmt.Sprintf("%.1f kB", bytes[0]/1000)},
	}, nil
}

// reviewPage is the page of a request, and a part that it has.
type reviewPage struct{ path, part string }

// fillReviews announces a request without a form, and one with.
func fillReviews(ctx context.Context, database string) (pages [2]reviewPage, err error) {
	store, err := sqlstore.Open(ctx, database)
	if err != nil {
		return pages, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	queue := queueNames[0]
	service := desk.NewService(desk.ServiceConfig{
		Store: store, Queues: callbacks.Queues{queue: {Name: queue}}, Invalidator: nobody{}, Now: time.Now, Forms: schema.NewCompiler(),
	})
	for i, part := range []string{"#decide", "answer-form"} {
		body, err := announce(0).body()
		if err != nil {
			return pages, err
		}
		decoded, err := intake.Decode(body)
		if err != nil {
			return pages, err
		}
		if i > 0 {
			decoded.Outcomes = []callbacks.Outcome{{Name: "approve", Label: "Approve", Kind: callbacks.Success}}
			decoded.Forms = map[string]announced.Form{"approve": {Schema: []byte(orderForm), Value: []byte(orderValue)}}
		}
		receipt, err := service.Receive(ctx, desk.Source{Name: sourceName}, "", decoded)
		if err != nil {
			return pages, err
		}
		pages[i] = reviewPage{receipt.Callback.ID.Path(), part}
	}
	return pages, nil
}

// page loads the inbox in a browser that has never visited it, and reviews.
func (b *bench) page(ctx context.Context) ([]row, error) {
	const name = "first page"
	chromium, err := exec.LookPath("chromium-headless-shell")
	if err != nil {
		return []row{unmeasured(name, "chromium-headless-shell is not installed")}, nil
	}
	file, err := b.database(ctx, b.many)
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
	seen, err := visit(ctx, chromium, d.url, "#list [data-rows]", cookie)
	if err != nil {
		return nil, fmt.Errorf("load the page in Chromium: %w", err)
	}
	reviews, err := b.reviewPages(ctx, chromium)
	if err != nil {
		return nil, err
	}
	kilobytes := seen.bytes / 1000
	return append([]row{
		{name: name + ", bytes over the wire", measured: fmt.Sprintf("%.1f kB", kilobytes), goal: below(kilobytes, pageKilobytes, "kB")},
		{name: name + ", requests", measured: fmt.Sprint(seen.requests), goal: goal{wanted: fmt.Sprintf("≤ %d", pageRequests), reached: yes(seen.requests <= pageRequests)}},
		{name: name + ", until the list is painted", measured: milliseconds(seen.painted.Seconds())},
	}, reviews...), nil
}
