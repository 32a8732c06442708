package lambdaapi

import (
	"maps"
	"slices"
)

// KeptClients counts the clients that are kept.
func KeptClients(c *Client) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.clients)
}

// Codes are the error codes whose meaning is known.
func Codes() []string { return slices.Sorted(maps.Keys(replies)) }
