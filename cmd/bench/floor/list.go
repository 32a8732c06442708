package floor

import (
	"bytes"
	"context"
	"database/sql"
	"html/template"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// pageSize is the desk's.
const pageSize = 50

const listText = `select id, title, requester, deadline from items where state = 'pending' order by deadline, id limit ?`

var listPage = template.Must(template.New("list").Parse(`<!doctype html><html lang="en"><meta charset="utf-8"><title>Items</title>
<table>{{range .}}<tr><td><a href="/items/{{.ID}}">{{.Title}}</a><td>{{.Requester}}<td>{{.Ends.UTC}}</tr>
{{end}}</table></html>`))

type listed struct {
	ID               int64
	Title, Requester string
	Ends             time.Time
}

// lister shows the items that end first.
type lister struct{ first *sql.Stmt }

func newLister(ctx context.Context, db *database) (*lister, error) {
	first, err := db.reading.PrepareContext(ctx, listText)
	return &lister{first: first}, err
}

func (l *lister) list(c echo.Context) error {
	items, err := l.read(c.Request().Context())
	if err != nil {
		return err
	}
	var page bytes.Buffer
	if err := listPage.Execute(&page, items); err != nil {
		return err
	}
	return c.HTMLBlob(http.StatusOK, page.Bytes())
}

func (l *lister) read(ctx context.Context) (items []listed, err error) {
	rows, err := l.first.QueryContext(ctx, pageSize)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var i listed
		var ends int64
		if err := rows.Scan(&i.ID, &i.Title, &i.Requester, &ends); err != nil {
			return nil, err
		}
		i.Ends = time.Unix(ends, 0)
		items = append(items, i)
	}
	return items, rows.Err()
}
