package engine

import (
	"context"
	"database/sql"
	"fmt"

	"countersign/internal/doctor"
)

// boxTexts read what waits: the answers of signatures, and decisions that may be sent. Both go through
// the callbacks, of which few are pending or under way.
var boxTexts = []string{
	fmt.Sprintf(`select id, '', signatures.sealed from callbacks join signatures on signatures.callback = num
		where state = 'pending' and signatures.sealed is not null limit %d`, doctor.MaxBoxes),
	fmt.Sprintf(`select id, deliveries.kind, deliveries.sealed from callbacks join deliveries on deliveries.callback = num
		where state in ('decided', 'undeliverable', 'unconfirmed') and deliveries.sealed is not null limit %d`, doctor.MaxBoxes),
}

// Boxes reads what people typed as secrets and what still waits, for the doctor.
func Boxes(ctx context.Context, db *sql.DB) (all []doctor.Box, err error) {
	for _, text := range boxTexts {
		if all, err = readBoxes(ctx, db, text, all); err != nil {
			return nil, fmt.Errorf("read what is sealed: %w", err)
		}
	}
	return all, nil
}

func readBoxes(ctx context.Context, db *sql.DB, text string, all []doctor.Box) (_ []doctor.Box, err error) {
	found, err := db.QueryContext(ctx, text)
	if err != nil {
		return nil, err
	}
	defer func() { _ = found.Close() }() // what was read is complete, or Err says why not
	for found.Next() {
		var b doctor.Box
		if err := found.Scan(&b.Request, &b.Kind, &b.Text); err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	return all, found.Err()
}
