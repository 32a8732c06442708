package sqlite

import (
	"context"
	"database/sql"
	"sync"

	"countersign/internal/sqlstore/engine"
)

// preparedStatements keeps every statement that was run on a pool of connections as a prepared one.
// Their texts are few and static.
type preparedStatements struct {
	conn *sql.DB

	mu       sync.Mutex
	prepared map[string]*sql.Stmt
}

func newPreparedStatements(conn *sql.DB) *preparedStatements {
	return &preparedStatements{conn: conn, prepared: map[string]*sql.Stmt{}}
}

func (p *preparedStatements) prepare(ctx context.Context, text string) (*sql.Stmt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s, ok := p.prepared[text]; ok {
		return s, nil
	}
	s, err := p.conn.PrepareContext(ctx, text) //nolint:sqlclosecheck // kept; close ends them all
	if err == nil {
		p.prepared[text] = s
	}
	return s, err
}

// Exec runs a statement without rows.
func (p *preparedStatements) Exec(
	ctx context.Context, text string, args []any,
) (sql.Result, error) {
	s, err := p.prepare(ctx, text) //nolint:sqlclosecheck // kept; close ends them all
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args...)
}

// Query runs a statement that returns rows.
func (p *preparedStatements) Query(
	ctx context.Context, text string, args []any,
) (engine.Rows, error) {
	s, err := p.prepare(ctx, text) //nolint:sqlclosecheck // kept; close ends them all
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

// Later runs a statement at once: there is no round trip to save.
func (p *preparedStatements) Later(ctx context.Context, text string, args []any) error {
	_, err := p.Exec(ctx, text, args)
	return err
}

func (p *preparedStatements) close() error {
	for _, s := range p.prepared {
		_ = s.Close() // the connection closes anything that is left
	}
	return p.conn.Close()
}
