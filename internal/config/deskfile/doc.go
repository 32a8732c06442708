// Package deskfile is countersign.yaml, the one file that says what a desk is for: who has which
// role, which queues there are, who may send, which functions are searched, in which accounts.
//
// [Desk] is the single source of truth. Its struct tags name every key with its help, example and
// rules; reading, the JSON Schema ([Schema]) and the tables of docs/configuration.md are made from
// them. Secrets never stand in the file: it names a file or a variable for each ([Secret]).
//
// A Desk is read whole or not at all, with every fault at once, and is never changed afterwards.
// The package knows only the rules of the values; cmd/web converts them to the types of the
// packages that it wires.
package deskfile
