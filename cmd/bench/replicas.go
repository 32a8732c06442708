package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"countersign/cmd/bench/floor"
	"countersign/cmd/bench/load"
	"countersign/cmd/internal/postgres"
)

// replicaStreams is how many pages each of the other replicas has open.
const replicaStreams = 10

// tellReplicas measures from a request to one of three replicas until pages of the others are told:
// of a change, and of the end of their session. Only PostgreSQL carries the word from one replica
// to another, so that is the floor: from a bare NOTIFY until two connections have it.
func (b *bench) tellReplicas(ctx context.Context) ([]row, error) {
	server, err := postgres.Start(ctx, filepath.Join(b.folder, "postgres-replicas"))
	if err != nil {
		return []row{unmeasured("page of another replica hears of a change", err.Error())}, nil
	}
	defer server.Stop()
	database, err := server.Database(ctx, "replicas")
	if err != nil {
		return nil, err
	}
	bare, err := floor.Notify(ctx, database, b.changes*replicaStreams)
	if err != nil {
		return nil, err
	}
	d, err := b.startReplicas(ctx, database, manyReplicas)
	if err != nil {
		return nil, err
	}
	defer d.stop()
	changes, err := b.changesElsewhere(ctx, d)
	if err != nil {
		return nil, err
	}
	ends, err := b.sessionEnds(ctx, d)
	if err != nil {
		return nil, err
	}
	return []row{
		toldRow("page of another replica hears of a change", changes, bare),
		toldRow("session ended at all replicas, until its pages hear", ends, bare),
	}, nil
}

// toldRow has no ratio: by design, a page collects changes for 100 ms.
func toldRow(name string, took, bare []time.Duration) row {
	s := load.NewSample(took, time.Second)
	return row{
		name: name, measured: latencies(load.Series{s}), floor: latencies(load.Series{load.NewSample(bare, time.Second)}),
		goal: below(s.P99()*1000, tellLimit, "ms"),
	}
}

// changesElsewhere announces callbacks at the first replica, and returns how long each page of the
// others took to be told.
func (b *bench) changesElsewhere(ctx context.Context, d *program) (took []time.Duration, err error) {
	s, err := newSender(d.url+"/webhooks/callbacks", d.secret)
	if err != nil {
		return nil, err
	}
	p, err := b.openPages(ctx, d, replicaStreams, d.beside()...)
	if err != nil {
		return nil, err
	}
	defer p.close()
	for range b.changes {
		began := time.Now()
		id, _, err := announceVisible(ctx, s)
		if err != nil {
			return nil, err
		}
		heard, err := p.hear(ctx, id)
		if err != nil {
			return nil, err
		}
		for _, at := range heard {
			took = append(took, at.Sub(began))
		}
	}
	return took, nil
}

// sessionEnds signs a person out at the first replica, as often as there are changes, and returns
// how long a page of each replica took to be told.
func (b *bench) sessionEnds(ctx context.Context, d *program) (took []time.Duration, err error) {
	for n := range b.changes {
		cookie, err := d.signInColleague(ctx, n%b.colleagues())
		if err != nil {
			return nil, err
		}
		p, err := openStreams(ctx, d, []*http.Cookie{cookie}, 1, append(d.beside(), d.address)...)
		if err != nil {
			return nil, err
		}
		began := time.Now()
		err = signOut(ctx, d, cookie)
		var heard []time.Time
		if err == nil {
			heard, err = p.hear(ctx, "*")
		}
		p.close()
		if err != nil {
			return nil, err
		}
		for _, at := range heard {
			took = append(took, at.Sub(began))
		}
	}
	return took, nil
}

// signOut ends a session at the first process of a desk.
func signOut(ctx context.Context, d *program, cookie *http.Cookie) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, d.url+"/auth/logout", strings.NewReader(url.Values{}.Encode()))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.AddCookie(cookie)
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
	if err != nil {
		return err
	}
	_ = response.Body.Close()
	if response.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("sign out: %s", response.Status)
	}
	return nil
}
