package postgres

import (
	"time"

	"countersign/internal/sqlstore/engine"
)

// MaxConnections is how many transactions one process has at once.
const MaxConnections = maxConnections

// LimitTransactions sets how long a transaction may take.
func LimitTransactions(e engine.Engine, limit time.Duration) { e.(*database).limit = limit }

// NewTransaction begins a transaction on a connection.
var NewTransaction = newTransaction
