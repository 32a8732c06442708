package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"countersign/internal/config"
	"countersign/internal/sqlstore"
)

// backupCommand copies the database of serve.
type backupCommand struct {
	File string `arg:"" type:"path" help:"New file to write the copy to."`
}

// Run makes the copy. It needs no setting except the one for the database.
func (c backupCommand) Run(ctx context.Context, e environment) error {
	database, err := config.LoadDatabaseURL(e.variables, os.ReadFile)
	if err != nil {
		return err
	}
	err = sqlstore.Backup(ctx, string(database), c.File)
	if errors.Is(err, sqlstore.ErrNoBackup) {
		return fmt.Errorf("%w: for PostgreSQL, use pg_dump --format=custom --file=FILE", err)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.stdout, "%s written\n", c.File)
	return err
}
