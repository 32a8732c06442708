package handlers

// Routes are the entries of the route table, as "METHOD /path".
func Routes() []string {
	var all []string
	for _, r := range routes {
		all = append(all, r.method+" "+r.path)
	}
	return all
}
