package words

import (
	"testing"

	"countersign/internal/callbacks"
	"countersign/views/untrusted"
)

func TestOrigin(t *testing.T) {
	t.Parallel()
	for function, want := range map[string]string{
		"order-refund": untrusted.Isolate("order-refund") + " · " + untrusted.Isolate("requester unknown"),
		"":             untrusted.Isolate("requester unknown"),
	} {
		var c callbacks.Callback
		c.Function = function
		if got := Origin(&c); got != want {
			t.Errorf("function %q: %q, want %q", function, got, want)
		}
	}
}
