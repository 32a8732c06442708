package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Limits of what one desk needs.
const (
	emptyMemory  = 64.0  // MB
	filledMemory = 110.0 // MB
	diskPerRow   = 2.5   // kB, 1000 bytes each
)

// memory measures the memory of the process after its inbox was read for the length of a round.
func (b *bench) memory(ctx context.Context) ([]row, error) {
	var rows []row
	for _, c := range []struct {
		pending int
		name    string
		limit   float64
	}{{0, "memory, empty", emptyMemory}, {b.many, "memory, " + thousands(b.many) + " pending", filledMemory}} {
		file := filepath.Join(b.folder, "memory.db")
		if c.pending > 0 {
			var err error
			if file, err = b.database(ctx, c.pending); err != nil {
				return nil, err
			}
		}
		used, err := b.memoryOn(ctx, file)
		if err != nil {
			rows = append(rows, unmeasured(c.name, err.Error()))
			continue
		}
		rows = append(rows, row{name: c.name, measured: fmt.Sprintf("%.0f MB", used), goal: below(used, c.limit, "MB")})
	}
	return rows, nil
}

func (b *bench) memoryOn(ctx context.Context, file string) (megabytes float64, err error) {
	d, err := b.startDesk(ctx, file)
	if err != nil {
		return 0, err
	}
	defer d.stop()
	if err := b.look(ctx, d, b.round); err != nil {
		return 0, err
	}
	bytes, err := d.process.Memory()
	return float64(bytes) / 1e6, err
}

// disk measures the size of a checkpointed file per callback, without payloads and descriptions.
func (b *bench) disk(ctx context.Context) (_ []row, err error) {
	file, err := b.database(ctx, b.many)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", "file:"+file+"?mode=ro")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var n, sent int64
	err = db.QueryRowContext(ctx, "select count(*), sum(length(payload) + length(description)) from contents").Scan(&n, &sent)
	if err != nil {
		return nil, err
	}
	each := float64(info.Size()-sent) / float64(n) / 1000
	return []row{{
		name: "disk for each pending callback, without what was sent", measured: fmt.Sprintf("%.2f kB", each), goal: below(each, diskPerRow, "kB"),
	}}, nil
}
