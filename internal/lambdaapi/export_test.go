package lambdaapi

// KeptClients counts the clients that are kept.
func KeptClients(c *Client) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.clients)
}
