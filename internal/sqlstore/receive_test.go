package sqlstore

import (
	"slices"
	"testing"

	"countersign/internal/callbacks"
)

func TestWordsOfCallback(t *testing.T) {
	t.Parallel()
	c := callbacks.Callback{Request: callbacks.Request{Title: "Pay the order", Requester: callbacks.Requester{Email: "a@example.com"}}, Name: "pay", Function: "orders"}
	want := []string{"pay", "the", "order", "a", "example", "com", "orders", "urgent"}
	if got := wordsOf(c, []string{"urgent", "Pay"}); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
