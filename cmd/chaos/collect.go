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
	"countersign/internal/standin/slack"
)

// evidence is everything known about one decision: the three records, and the page of history that
// the desk's own record refers to.
type evidence struct {
	*decision
	record   callbacks.Callback
	delivery *callbacks.Delivery // nil if nothing was decided
	// all signatures on record
	signatures []callbacks.Signature
	offered    map[completion]int
	closings   []completion
	// the history event that the record names; zero if it names none, or one that does not exist
	proof types.Event
	// what closed the callback according to the history; zero if the history shows nothing
	shown completion
	// what the chat says of it
	said []slack.Message
	// what mails, pushes and events say of it
	told []evidenced
	// what its batch says became of it, and whose batch it is
	result, batcher string
}

// collect reads the records after all writing has ended.
func (w *world) collect(ctx context.Context, all []*decision) (found []evidence, err error) {
	store, err := sqlstore.Open(ctx, w.database)
	if err != nil {
		return nil, fmt.Errorf("read the database: %w", err)
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	said := w.channels.chat.about()
	told, err := w.tellings(ctx)
	if err != nil {
		return nil, fmt.Errorf("read who was told: %w", err)
	}
	results, err := w.results(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the batch: %w", err)
	}
	for _, d := range all {
		e := evidence{decision: d, said: said[d.id], told: told[d.id], result: results[string(d.id)], batcher: w.batcherOf()}
		if e.record, err = store.Get(ctx, d.id); err != nil {
			return nil, fmt.Errorf("read decision %d: %w", d.number, err)
		}
		if e.signatures, err = store.Signatures(ctx, d.id); err != nil {
			return nil, fmt.Errorf("read the signatures of decision %d: %w", d.number, err)
		}
		switch delivery, err := store.Delivery(ctx, d.id); {
		case err == nil:
			e.delivery = &delivery
		case !errors.Is(err, callbacks.ErrNotFound):
			return nil, fmt.Errorf("read the delivery of decision %d: %w", d.number, err)
		}
		if e.record.State == callbacks.Lost || e.record.State == callbacks.Undeliverable {
			history, err := w.lambda.history(ctx, d.arn)
			if err != nil {
				return nil, fmt.Errorf("read the history of decision %d: %w", d.number, err)
			}
			e.read(history)
		}
		w.lambda.mu.Lock()
		e.offered, e.closings = w.lambda.offered[d.callbackID], w.lambda.closings[d.callbackID]
		w.lambda.mu.Unlock()
		found = append(found, e)
	}
	return found, nil
}

// read extracts what a history proves. The history contains one callback.
func (e *evidence) read(history []types.Event) {
	for i := range history {
		event := history[i]
		if e.record.Ending != nil && int(aws.ToInt32(event.EventId)) == e.record.Ending.Event {
			e.proof = event
		}
		switch event.EventType {
		case types.EventTypeCallbackSucceeded:
			e.shown = success([]byte(aws.ToString(event.CallbackSucceededDetails.Result.Payload)))
		case types.EventTypeCallbackFailed:
			p := event.CallbackFailedDetails.Error.Payload
			e.shown = failure(callbacks.ErrorObject{
				ErrorType: aws.ToString(p.ErrorType), ErrorMessage: aws.ToString(p.ErrorMessage),
				ErrorData: aws.ToString(p.ErrorData), StackTrace: p.StackTrace,
			})
		}
	}
}

// history reads the whole history of an execution.
func (l *lambdaSide) history(ctx context.Context, arn string) (all []types.Event, err error) {
	pages := lambda.NewGetDurableExecutionHistoryPaginator(l.client, &lambda.GetDurableExecutionHistoryInput{DurableExecutionArn: aws.String(arn)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Events...)
	}
	return all, nil
}
