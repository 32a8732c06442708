package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"countersign/cmd/bench/copies"
	"countersign/cmd/bench/load"
)

// slowdown is what a long history may cost: nothing becomes slower than so many times.
const slowdown = 1.2

// withHistory compares a desk with very many callbacks that ended with one that has few of them.
func (b *bench) withHistory(ctx context.Context) ([]row, error) {
	const connectionCount = 16
	few, many := filepath.Join(b.folder, "few-ended.db"), filepath.Join(b.folder, "many-ended.db")
	if _, err := b.deliverDue(ctx, few); err != nil {
		return nil, err
	}
	if err := forgetMessages(ctx, few); err != nil {
		return nil, err
	}
	if err := cloneFile(few, many); err != nil {
		return nil, err
	}
	if err := copies.Add(ctx, many, b.ended/b.due-1); err != nil {
		return nil, fmt.Errorf("copy what ended: %w", err)
	}
	defer func() { _ = os.Remove(many) }() // it is large, and others need the disk
	var announcing, deciding, reading, looking []rival
	for _, file := range []string{many, few} {
		work, d, err := b.deskToDecide(ctx, "sqlite://"+filepath.ToSlash(file), 1, connectionCount*b.decisions*(b.rounds+1))
		if err != nil {
			return nil, err
		}
		defer d.stop()
		s, err := newSender(d.url+"/webhooks/callbacks", d.secret)
		if err != nil {
			return nil, err
		}
		announcing = append(announcing, b.posts(s, connectionCount, d.address))
		deciding = append(deciding, b.decisionsOf(work, connectionCount))
		reading = append(reading, b.gets(d.address, get(d.url+"/", work.cookie)))
		looking = append(looking, b.gets(d.address, get(d.url+"/?scope=history", work.cookie)))
	}
	beside := " beside " + thousands(b.ended) + " that have ended"
	var rows []row
	for _, c := range []struct {
		name   string
		rivals []rival
	}{{"announcements" + beside, announcing}, {"decisions" + beside, deciding}, {"inbox" + beside, reading}, {"history of " + thousands(b.ended), looking}} {
		series, err := b.compare(ctx, c.rivals...)
		if err != nil {
			return rows, err
		}
		rows = append(rows, row{c.name, rates(series[0]), rates(series[1]), atLeast(series[0].Ratio(series[1], load.Sample.Rate), 1/slowdown)})
		if c.name == "decisions"+beside {
			rows = append(rows, row{"decision to Lambda" + beside, latencies(series[0]), latencies(series[1]),
				atMost(series[0].Ratio(series[1], load.Sample.P50), slowdown)})
		}
	}
	return rows, nil
}

// forgetMessages removes what the desk keeps only for as long as a sender may repeat itself.
func forgetMessages(ctx context.Context, file string) (err error) {
	db, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	_, err = db.ExecContext(ctx, "delete from messages")
	return err
}
