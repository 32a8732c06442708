package deliverytest

import (
	"testing"

	"countersign/internal/callbacks/callbackstest"
)

// Run runs the contract of the store of delivery. open returns an empty store for one test and
// closes it when the test ends; parallel tests call it.
func Run(t *testing.T, open func(*testing.T) callbackstest.Store) {
	callbackstest.RunTopics(t, open, map[string]func(*testing.T, func(*testing.T) callbackstest.Store){
		"Deliveries": testDeliveries,
		"FollowUp":   testFollowUp,
		"Retries":    testRetries,
		"AfterEnd":   testAfterEnd,
	})
}
