package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"countersign/internal/callbacks"
	"countersign/internal/sqlstore"
)

// evidence is everything that is known of one decision: the three records, and the page of history that the desk's own
// record refers to.
type evidence struct {
	*decision
	record   callbacks.Callback
	delivery *callbacks.Delivery // nil where nothing was decided
	offered  map[completion]int
	closings []completion
	proof    types.EventType // of the history event that the record names; empty when it names none, or one that is not there
}

// collect reads the records once nobody writes any more.
func (w *world) collect(ctx context.Context, all []*decision) (found []evidence, err error) {
	store, err := sqlstore.Open(ctx, w.database)
	if err != nil {
		return nil, fmt.Errorf("read the database: %w", err)
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	for _, d := range all {
		e := evidence{decision: d}
		if e.record, err = store.Get(ctx, d.id); err != nil {
			return nil, fmt.Errorf("read decision %d: %w", d.number, err)
		}
		switch delivery, err := store.Delivery(ctx, d.id); {
		case err == nil:
			e.delivery = &delivery
		case !errors.Is(err, callbacks.ErrNotFound):
			return nil, fmt.Errorf("read the delivery of decision %d: %w", d.number, err)
		}
		if e.record.State == callbacks.Lost {
			if e.proof, err = w.lambda.event(ctx, d.arn, e.record.Ending.Event); err != nil {
				return nil, fmt.Errorf("read the history of decision %d: %w", d.number, err)
			}
		}
		w.lambda.mu.Lock()
		e.offered, e.closings = w.lambda.offered[d.callbackID], w.lambda.closings[d.callbackID]
		w.lambda.mu.Unlock()
		found = append(found, e)
	}
	return found, nil
}

// event is the type of an event in an execution's history.
func (l *lambdaSide) event(ctx context.Context, arn string, number int) (types.EventType, error) {
	pages := lambda.NewGetDurableExecutionHistoryPaginator(l.client, &lambda.GetDurableExecutionHistoryInput{DurableExecutionArn: aws.String(arn)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return "", err
		}
		for _, e := range page.Events {
			if int(aws.ToInt32(e.EventId)) == number {
				return e.EventType, nil
			}
		}
	}
	return "", nil
}
