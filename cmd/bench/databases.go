package main

import (
	"context"
	"path/filepath"

	"countersign/cmd/bench/load"
	"countersign/cmd/internal/postgres"
)

const (
	// spreadConnections is how many connections decide and announce here; it can be divided equally
	// between three replicas.
	spreadConnections = 24
	manyReplicas      = 3
)

// databases compares one desk on SQLite, one on PostgreSQL and three on PostgreSQL. Both databases
// write each commit to disk before they answer, as they do in production.
func (b *bench) databases(ctx context.Context) (_ []row, err error) {
	fewer := *b // decisions take longer on PostgreSQL, and three desks share them
	fewer.decisions = max(1, b.decisions/4)
	b = &fewer
	server, err := postgres.Start(ctx, filepath.Join(b.folder, "postgres"))
	if err != nil {
		return []row{unmeasured("PostgreSQL", err.Error())}, nil
	}
	defer server.Stop()
	var announcing, deciding []rival
	for _, c := range []struct {
		name     string
		postgres bool
		replicas int
	}{{"sqlite", false, 1}, {"one", true, 1}, {"three", true, manyReplicas}} {
		database := "sqlite:" + filepath.Join(b.folder, "compared-"+c.name+".db")
		if c.postgres {
			if database, err = server.Database(ctx, c.name); err != nil {
				return nil, err
			}
		}
		work, d, err := b.deskToDecide(ctx, database, c.replicas, spreadConnections*b.decisions*(b.rounds+1))
		if err != nil {
			return nil, err
		}
		defer d.stop()
		s, err := newSender(d.url+"/webhooks/callbacks", d.secret)
		if err != nil {
			return nil, err
		}
		announcing = append(announcing, b.posts(s, spreadConnections, d.address, d.beside()...))
		deciding = append(deciding, b.decisionsOf(work, spreadConnections))
	}
	announced, err := b.compare(ctx, announcing...)
	if err != nil {
		return nil, err
	}
	decided, err := b.compare(ctx, deciding...)
	return append(comparedRows("intake, ", announced), comparedRows("decisions, ", decided)...), err
}

// comparedRows compares PostgreSQL with SQLite, and three replicas with one.
func comparedRows(what string, of []load.Series) []row {
	if len(of) != 3 {
		return nil
	}
	sqlite, one, three := of[0], of[1], of[2]
	return []row{
		{what + "PostgreSQL beside SQLite", rates(one), rates(sqlite), compared(one.Ratio(sqlite, load.Sample.Rate))},
		{what + "three replicas beside one", rates(three), rates(one), compared(three.Ratio(one, load.Sample.Rate))},
	}
}
