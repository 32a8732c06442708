package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"countersign/internal/config"
	"countersign/internal/sqlstore"
)

// backupOptions are the arguments of backup.
type backupOptions struct {
	File string `arg:"" type:"path" help:"New file to write the copy to."`
}

// runBackup copies the database that serve works with. It needs that one setting only.
func runBackup(ctx context.Context, o backupOptions, environ map[string]string, stdout io.Writer) error {
	database, err := config.LoadDatabaseURL(environ, os.ReadFile)
	if err != nil {
		return err
	}
	err = sqlstore.Backup(ctx, string(database), o.File)
	if errors.Is(err, sqlstore.ErrNotSQLite) {
		return fmt.Errorf("%w: use pg_dump --format=custom --file=FILE for PostgreSQL", err)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%s written\n", o.File)
	return err
}
