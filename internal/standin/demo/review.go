package demo

import (
	"fmt"
	"time"

	"countersign/durable"
)

// standing is a right that somebody has, and that a review asks to keep.
type standing struct {
	Person   string `json:"person"`
	System   string `json:"system"`
	Right    string `json:"right"`
	LastUsed string `json:"lastUsed"`
}

const reviewTimeout = 5 * time.Hour

// reviewed are the people whose access one review asks about, each in a request of its own.
var reviewed = []string{
	"Aiko Brandt", "Emil Sato", "Farah Nasser", "Gustav Lind", "Hana Kovač", "Idris Bello",
	"Jonas Weber", "Kira Novak", "Luca Moretti", "Maya Lindqvist", "Noor El-Sayed", "Omar Haddad",
}

// accessReview asks the same of each person, so that lists show one row for all of them.
func accessReview(desk *Desk) func(durable.Context, standing) (string, error) {
	return func(ctx durable.Context, in standing) (string, error) {
		callback, err := durable.CreateCallback[verdict](ctx, "keep", durable.WithCallbackTimeout(reviewTimeout))
		if err != nil {
			return "", err
		}
		_, err = desk.Ask(ctx, Question{
			CallbackID: callback.CallbackID(), Name: "keep", Queue: "security",
			Title:     fmt.Sprintf("Keep the access of %s to %s", in.Person, in.System),
			Requester: "Access review", Group: "access review, " + in.System,
			Description: "The quarterly review asks whether each right is still needed. A rejection revokes it.",
			Payload:     in, TimeoutSeconds: seconds(reviewTimeout), Tags: []string{"review"},
		})
		if err != nil {
			return "", err
		}
		if _, err := callback.Get(); err != nil {
			return "", err
		}
		return in.Person + " keeps " + in.System, nil
	}
}

func reviewInput(n int) any {
	return standing{
		Person: reviewed[n%len(reviewed)], System: "ledger-archive", Right: "read",
		LastUsed: time.Date(2026, time.November, 1+n%len(reviewed), 0, 0, 0, 0, time.UTC).Format(time.DateOnly),
	}
}
