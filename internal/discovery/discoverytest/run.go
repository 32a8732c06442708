package discoverytest

import (
	"testing"

	"countersign/internal/desk/storetest"
)

// Run runs the contract of the store of discovery. open returns an empty store for one test and
// closes it when the test ends; parallel tests call it.
func Run(t *testing.T, open func(*testing.T) storetest.Store) {
	storetest.RunTopics(t, open, map[string]func(*testing.T, func(*testing.T) storetest.Store){
		"Watches": testWatches,
	})
}
