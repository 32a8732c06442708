package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"countersign/internal/config"
	"countersign/internal/sqlstore"
)

// backupCommand copies the database that serve works with.
type backupCommand struct {
	File string `arg:"" type:"path" help:"New file to write the copy to."`
}

// Run needs no other setting than the one of the database.
func (c backupCommand) Run(ctx context.Context, e environment) error {
	database, err := config.LoadDatabaseURL(e.variables, os.ReadFile)
	if err != nil {
		return err
	}
	err = sqlstore.Backup(ctx, string(database), c.File)
	if errors.Is(err, sqlstore.ErrNotSQLite) {
		return fmt.Errorf("%w: use pg_dump --format=custom --file=FILE for PostgreSQL", err)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.stdout, "%s written\n", c.File)
	return err
}
