package sqlstore

import (
	"context"
	"fmt"
)

// RenewSearch implements callbacks.Store.
func (s *Store) RenewSearch(ctx context.Context, limit int) (left bool, err error) {
	err = s.transact(ctx, func(ctx context.Context, t *tx) error {
		stale, err := rows[int64](ctx, t, t.dialect.staleWords+t.dialect.skipLocked, limit)
		if err != nil {
			return fmt.Errorf("find stale words: %w", err)
		}
		for _, num := range stale {
			if err := t.renewWords(ctx, num); err != nil {
				return err
			}
		}
		left = len(stale) == limit
		return nil
	})
	return left, err
}

// renewWords writes the words of a callback as this version folds them.
func (t *tx) renewWords(ctx context.Context, num int64) error {
	r, err := row[callbackRow](ctx, t, `select * from callbacks where num = ?`, num)
	if err != nil {
		return fmt.Errorf("read callback: %w", err)
	}
	c, err := r.callback()
	if err != nil {
		return err
	}
	kept, err := row[contentRow](ctx, t, `select * from contents where callback = ?`, num)
	if err != nil {
		return fmt.Errorf("read content: %w", err)
	}
	content, err := kept.content()
	if err != nil {
		return err
	}
	return t.setWords(ctx, num, wordsOf(c, content.Tags))
}

// setWords replaces the words of a callback.
func (t *tx) setWords(ctx context.Context, num int64, words []string) error {
	if _, err := t.exec(ctx, t.dialect.setWords, t.dialect.document(words), num); err != nil {
		return fmt.Errorf("update words: %w", err)
	}
	if t.dialect.wordsSet == "" {
		return nil
	}
	if _, err := t.exec(ctx, t.dialect.wordsSet, num); err != nil {
		return fmt.Errorf("note the words: %w", err)
	}
	return nil
}
