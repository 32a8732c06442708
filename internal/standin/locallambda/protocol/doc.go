// Package protocol has the words of durable executions and what a checkpoint may ask: the types and
// statuses of operations, updates, and which update is allowed when.
package protocol
