// Package protocol has the terms of durable executions and the rules for checkpoints: the types and
// statuses of operations, updates, and which update is allowed when.
package protocol
