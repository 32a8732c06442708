package sqlstore

import (
	"context"
	"errors"
	"strings"
	"time"

	"countersign/internal/doctor"
)

// Examine looks at a database without changing anything: it neither makes nor migrates one, and may run beside desks that use
// it. What is known before something fails is returned with the error, which repeats no password.
func Examine(ctx context.Context, url string, now func() time.Time) (doctor.Database, error) {
	if path, ok := sqlitePath(url); ok {
		return examineSQLite(ctx, path)
	}
	if strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://") {
		return examinePostgres(ctx, url, now)
	}
	return doctor.Database{}, errors.New("a database URL starts with sqlite: or postgres://")
}
