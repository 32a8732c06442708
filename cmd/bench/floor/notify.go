package floor

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

// notifyTimeout limits the wait for all notifications.
const notifyTimeout = 30 * time.Second

// Notify is a floor without a process: it sends notifications to two connections that listen, one
// after the other, and returns how long each took to arrive at each.
func Notify(ctx context.Context, database string, count int) (took []time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, notifyTimeout)
	defer cancel()
	connections := make([]*pgx.Conn, 3)
	for i := range connections {
		c, err := pgx.Connect(ctx, database)
		if err != nil {
			return nil, err
		}
		defer func() { _ = c.Close(context.WithoutCancel(ctx)) }()
		connections[i] = c
	}
	sender, listeners := connections[0], connections[1:]
	for _, l := range listeners {
		if _, err := l.Exec(ctx, "listen bench"); err != nil {
			return nil, err
		}
	}
	arrived := make([]time.Time, len(listeners))
	for n := range count {
		began := time.Now()
		var listening errgroup.Group
		for i, l := range listeners {
			listening.Go(func() error {
				_, err := l.WaitForNotification(ctx)
				arrived[i] = time.Now()
				return err
			})
		}
		if _, err := sender.Exec(ctx, "select pg_notify('bench', $1)", strconv.Itoa(n)); err != nil {
			cancel() // nothing arrives any more
			_ = listening.Wait()
			return nil, err
		}
		if err := listening.Wait(); err != nil {
			return nil, err
		}
		for _, at := range arrived {
			took = append(took, at.Sub(began))
		}
	}
	return took, nil
}
