package main

import (
	"context"
	"fmt"
	"os/exec"
	"time"
)

// Limits for a first page load, and the time after which it counts as broken.
const (
	pageKilobytes = 95.0
	pageRequests  = 9
	pageTimeout   = 30 * time.Second
	// settleTime is how long requests are still counted after the list is shown.
	settleTime = 500 * time.Millisecond
)

// page loads the inbox in a browser that has never visited it.
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
	seen, err := visit(ctx, chromium, d.url, cookie)
	if err != nil {
		return nil, fmt.Errorf("load the page in Chromium: %w", err)
	}
	kilobytes := seen.bytes / 1000
	return []row{
		{name: name + ", bytes over the wire", measured: fmt.Sprintf("%.1f kB", kilobytes), goal: below(kilobytes, pageKilobytes, "kB")},
		{name: name + ", requests", measured: fmt.Sprint(seen.requests), goal: goal{wanted: fmt.Sprintf("≤ %d", pageRequests), reached: yes(seen.requests <= pageRequests)}},
		{name: name + ", until the list is painted", measured: milliseconds(seen.painted.Seconds())},
	}, nil
}
