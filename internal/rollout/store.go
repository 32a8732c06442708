package rollout

import (
	"context"
	"time"

	"countersign/internal/callbacks"
)

// Store keeps the reports of replicas.
type Store interface {
	// ReportReplica writes what a replica runs, over its earlier report. If no replica has run that
	// version before, it also becomes a [Version]. The entries are written in the same transaction.
	ReportReplica(ctx context.Context, r Replica, entries ...callbacks.AuditEntry) error
	// RemoveReplica deletes the report of a replica, if it has one.
	RemoveReplica(ctx context.Context, name string) error
	// ForgetReplicas deletes at most limit reports that were last written before a time.
	ForgetReplicas(ctx context.Context, before time.Time, limit int) error
	// Replicas returns at most limit reports that were not last written before a time, by name.
	Replicas(ctx context.Context, since time.Time, limit int) ([]Replica, error)
	// ConfigVersions returns at most limit versions, the latest first.
	ConfigVersions(ctx context.Context, limit int) ([]Version, error)
	// ConfigChange returns a version with its text, and those of the one that was first seen before it.
	// It returns [callbacks.ErrNotFound] if no replica has run the version.
	ConfigChange(ctx context.Context, v callbacks.ConfigVersion) (Change, error)
}
