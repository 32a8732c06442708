package desk_test

import (
	"context"
	"testing"

	"countersign/internal/callbacks"
	"countersign/internal/desk/storetest"
	"countersign/internal/desktest"
)

// undelivered is a store that has no delivery of anything.
type undelivered struct{ storetest.Store }

func (undelivered) Delivery(context.Context, callbacks.ID) (callbacks.Delivery, error) {
	return callbacks.Delivery{}, callbacks.ErrNotFound
}

// TestSheetWithoutDelivery: a page must not show the bytes of a delivery that is not there.
func TestSheetWithoutDelivery(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.Announce(nil)
	d.MustDecide(desktest.Mara, c.ID, "approve", "")
	if sheet, err := d.Service.Sheet(d.Ctx, desktest.Mara, c.ID); err != nil || sheet.Delivery == nil {
		t.Fatalf("got %+v, %v; want the delivery", sheet.Delivery, err)
	}
	d.Restart(undelivered{d.Store})
	if sheet, err := d.Service.Sheet(d.Ctx, desktest.Mara, c.ID); err != nil || sheet.Delivery != nil {
		t.Errorf("got %+v, %v; want none", sheet.Delivery, err)
	}
}
