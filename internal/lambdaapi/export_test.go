package lambdaapi

import (
	"maps"
	"slices"
)

// KeptClients counts the clients that are kept.
func KeptClients(c *Client) int {
	kept := c.accounts.Load()
	kept.mu.Lock()
	defer kept.mu.Unlock()
	return len(kept.clients)
}

// Codes are the error codes whose meaning is known.
func Codes() []string { return slices.Sorted(maps.Keys(ofCode)) }
