package demo

import (
	"errors"
	"testing"
)

// TestEveryThirdRefundIsRefused: the demo needs executions that fail after an approval, and most
// that do not.
func TestEveryThirdRefundIsRefused(t *testing.T) {
	t.Parallel()
	refused := 0
	for n := range 9 {
		paid, err := payBack(refundInput(n).(refund))
		if _, no := errors.AsType[*PaymentRefused](err); no {
			refused++
		} else if paid == "" {
			t.Errorf("refund %d: %q, %v", n, paid, err)
		}
	}
	if refused != 3 {
		t.Errorf("%d of 9 are refused, want 3", refused)
	}
}
