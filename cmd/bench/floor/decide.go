package floor

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"
)

// CallbackPath returns the path of Lambda's operation that completes a callback with a success.
func CallbackPath(callbackID string) string {
	return "/2025-12-01/durable-execution-callbacks/" + url.PathEscape(callbackID) + "/succeed"
}

const (
	decideText = `update items set state = 'decided', decision = ? where id = ? and state = 'pending' returning callback_id`
	outboxText = `insert into outbox (item, callback_id, body) values (?, ?, ?)`
)

// decider records decisions and calls Lambda.
type decider struct {
	db              *database
	deciding, queue *sql.Stmt
	lambda          string // base URL
	client          *http.Client
}

func newDecider(ctx context.Context, db *database, lambda string) (d *decider, err error) {
	d = &decider{db: db, lambda: lambda, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: maxGroup}}}
	if d.deciding, err = db.writing.PrepareContext(ctx, decideText); err != nil {
		return nil, err
	}
	d.queue, err = db.writing.PrepareContext(ctx, outboxText)
	return d, err
}

// decide records a decision with its outbox row, calls Lambda, and answers.
func (d *decider) decide(c echo.Context) error {
	ctx := c.Request().Context()
	body, err := json.Marshal(map[string]any{"approved": true, "comment": c.FormValue("comment")})
	if err != nil {
		return err
	}
	callbackID, err := d.record(ctx, c.Param("id"), body)
	if err != nil {
		return err
	}
	if err := d.complete(ctx, callbackID, body); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/items/"+c.Param("id"))
}

func (d *decider) record(ctx context.Context, id string, body []byte) (callbackID string, err error) {
	err = d.db.transact(ctx, func(tx *sql.Tx) error {
		if err := tx.StmtContext(ctx, d.deciding).QueryRowContext(ctx, body, id).Scan(&callbackID); err != nil { //nolint:sqlclosecheck // it ends with the transaction
			return err
		}
		_, err := tx.StmtContext(ctx, d.queue).ExecContext(ctx, id, callbackID, body) //nolint:sqlclosecheck // it ends with the transaction
		return err
	})
	return callbackID, err
}

func (d *decider) complete(ctx context.Context, callbackID string, body []byte) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, d.lambda+CallbackPath(callbackID), bytes.NewReader(body))
	if err != nil {
		return err
	}
	response, err := d.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("lambda answered %s", response.Status)
	}
	_, err = io.Copy(io.Discard, response.Body)
	return err
}
