package main

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"

	"countersign/cmd/bench/floor"
	"countersign/cmd/bench/load"
)

// intake posts the same signed announcements to the desk and to a floor. Few connections are
// compared with the plain floor, many with the floor that commits in groups, as the desk does.
func (b *bench) intake(ctx context.Context) ([]row, error) {
	d, err := b.startDesk(ctx, filepath.Join(b.folder, "intake.db"))
	if err != nil {
		return nil, err
	}
	defer d.stop()
	plain, err := b.startFloor(ctx, floor.Insert, 0)
	if err != nil {
		return nil, err
	}
	defer plain.Stop()
	grouped, err := b.startFloor(ctx, floor.Group, 0)
	if err != nil {
		return nil, err
	}
	defer grouped.Stop()

	var rows []row
	for _, c := range []struct {
		connections int
		floor       *process
		note        string
		wanted      float64
	}{
		{1, plain, "", 0.5},
		{16, plain, "", 1},
		{64, grouped, ", commits in groups", 0.3},
	} {
		asked, err := newSender(d.url+"/webhooks/callbacks", d.secret)
		if err != nil {
			return nil, err
		}
		// The floor does not check the signature but gets one, so that the sender does the same
		// work for both.
		base, err := newSender("http://"+c.floor.address+"/items", newSecret())
		if err != nil {
			return nil, err
		}
		series, err := b.compare(ctx, b.posts(asked, c.connections, d.address), b.posts(base, c.connections, c.floor.address))
		if err != nil {
			return nil, err
		}
		rows = append(rows, row{
			name: "intake, " + connections(c.connections), measured: rates(series[0]), floor: rates(series[1]) + c.note,
			goal: atLeast(series[0].Ratio(series[1], load.Sample.Rate), c.wanted),
		})
	}
	return rows, nil
}

func connections(n int) string {
	if n == 1 {
		return "1 connection"
	}
	return fmt.Sprintf("%d connections", n)
}

// posts sends announcements for the length of a round, to the replicas in turn.
func (b *bench) posts(s *sender, connections int, address string, beside ...string) rival {
	return func(ctx context.Context) (load.Sample, error) {
		return load.Load{
			Address: address, Beside: beside, Connections: connections, Length: b.round, Status: http.StatusCreated,
			Next: func() (*http.Request, error) { return s.request(ctx) },
		}.Run(ctx)
	}
}
