package floor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// Kind names a floor.
type Kind string

// The floors.
const (
	// POST /items: one transaction for each request, on a pool of one connection
	Insert Kind = "insert"
	// POST /items: one writer that commits all waiting requests together
	Group Kind = "group"
	List  Kind = "list" // GET /items: the 50 rows that end first, as a table
	// POST /items/:id/decision: a row and its outbox in one transaction, then a call to Lambda
	Decide Kind = "decide"
)

// Options say which floor to serve, and with what.
type Options struct {
	Kind   Kind
	File   string // of the database; created if it does not exist
	Rows   int    // added before it serves
	Lambda string // base URL, for Decide
}

// readHeaderTimeout is the desk's own.
const readHeaderTimeout = 5 * time.Second

// Serve serves a floor on loopback until ctx ends. When it is ready it writes its address to out,
// as one line.
func Serve(ctx context.Context, o Options, out io.Writer) error {
	db, err := open(ctx, o.File, o.Rows)
	if err != nil {
		return fmt.Errorf("database of the floor: %w", err)
	}
	defer db.close()
	e := echo.New()
	if err := mount(ctx, e, o, db); err != nil {
		return fmt.Errorf("floor %s: %w", o.Kind, err)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: e, ReadHeaderTimeout: readHeaderTimeout}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if _, err := fmt.Fprintln(out, listener.Addr()); err != nil {
		return err
	}
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// mount adds the one route of a floor.
func mount(ctx context.Context, e *echo.Echo, o Options, db *database) error {
	switch o.Kind {
	case Insert:
		e.POST("/items", receive(db.insert))
	case Group:
		e.POST("/items", receive(newGroup(ctx, db).insert))
	case List:
		l, err := newLister(ctx, db)
		if err != nil {
			return err
		}
		e.GET("/items", l.list)
	case Decide:
		d, err := newDecider(ctx, db, o.Lambda)
		if err != nil {
			return err
		}
		e.POST("/items/:id/decision", d.decide)
	default:
		return fmt.Errorf("no floor is named %q", o.Kind)
	}
	return nil
}
