package floor

import (
	"context"
	"database/sql"
	"net/http"

	"github.com/labstack/echo/v4"
)

// receive reads an item and stores it.
func receive(insert func(context.Context, item) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		var i item
		if err := c.Bind(&i); err != nil {
			return err
		}
		if err := insert(c.Request().Context(), i); err != nil {
			return err
		}
		return c.NoContent(http.StatusCreated)
	}
}

// maxGroup is how many items one transaction takes, the same as the desk's.
const maxGroup = 128

// group is the only writer; it commits items in groups.
type group struct {
	db      *database
	waiting chan waiting
}

type waiting struct {
	item  item
	ended chan error // accepts one error without a reader
}

// newGroup starts the writer; it ends with ctx.
func newGroup(ctx context.Context, db *database) *group {
	g := &group{db: db, waiting: make(chan waiting, maxGroup)}
	go g.run(ctx)
	return g
}

func (g *group) insert(ctx context.Context, i item) error {
	w := waiting{item: i, ended: make(chan error, 1)}
	select {
	case g.waiting <- w:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-w.ended:
		return err
	case <-ctx.Done(): // the floor stops, so it no longer matters whether the item is stored
		return ctx.Err()
	}
}

func (g *group) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case first := <-g.waiting:
			g.commit(context.WithoutCancel(ctx), first)
		}
	}
}

// commit stores an item together with those that wait behind it.
func (g *group) commit(ctx context.Context, first waiting) {
	taken := []waiting{first}
	err := g.db.transact(ctx, func(tx *sql.Tx) error {
		insert := tx.StmtContext(ctx, g.db.inserting) //nolint:sqlclosecheck // it ends with the transaction
		for n := 0; n < len(taken); n++ {
			if _, err := insert.ExecContext(ctx, taken[n].item.args()...); err != nil {
				return err
			}
			if len(taken) == maxGroup {
				continue
			}
			select {
			case next := <-g.waiting:
				taken = append(taken, next)
			default:
			}
		}
		return nil
	})
	for _, w := range taken {
		w.ended <- err
	}
}
