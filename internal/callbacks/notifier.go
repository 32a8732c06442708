package callbacks

// Invalidator sends an invalidation to open pages, here and on other replicas: it tells them that a
// callback changed and carries no data, so each page reads again what its reader may see. It never
// blocks. Call it only after commit.
type Invalidator interface {
	Changed(Invalidation)
}

// Invalidation names what changed. Queue lets a stream skip what its reader may not see.
type Invalidation struct {
	Callback ID
	Queue    string
}
