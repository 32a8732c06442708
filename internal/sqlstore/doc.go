// Package sqlstore keeps callbacks and sessions in SQLite or PostgreSQL. It implements callbacks.Store, whose comments
// and whose suite (package callbackstest) are the contract.
//
// Both databases run the same code and the same statements; what differs is named in dialect.go. SQLite has one writer
// goroutine that commits what waits together (see writer.go) beside a pool of readers; PostgreSQL runs ordinary
// transactions. The tables and what each column means are in migrations/.
//
// It knows no rules: which states follow which is decided by the functions that it is given and runs in a transaction.
package sqlstore
