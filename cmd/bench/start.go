package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"
)

// startLimit is how long a start may take, in milliseconds.
const startLimit = 250.0

// start measures from the start of the process until it reports that it is ready: without a
// database, which it then creates, and with a filled one.
func (b *bench) start(ctx context.Context) ([]row, error) {
	filled, err := b.database(ctx, b.many)
	if err != nil {
		return nil, err
	}
	fresh := 0
	var rows []row
	for _, c := range []struct {
		name string
		file func() string
	}{
		{"start, new database", func() string {
			fresh++
			return filepath.Join(b.folder, fmt.Sprintf("start-%d.db", fresh))
		}},
		{"start, " + thousands(b.many) + " pending", func() string { return filled }},
	} {
		var took []time.Duration
		for range b.starts {
			d, err := b.startDesk(ctx, c.file())
			if err != nil {
				return nil, err
			}
			took = append(took, d.took)
			d.stop()
		}
		ready := medianOf(took)
		rows = append(rows, row{name: c.name, measured: fmt.Sprintf("%.0f ms", ready), goal: below(ready, startLimit, "ms")})
	}
	return rows, nil
}
