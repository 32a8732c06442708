package demo

import (
	"errors"
	"fmt"
	"time"

	"countersign/durable"
)

// outreach is an agent that wants to send e-mails to customers. It waits a quarter of an hour, then
// drops the plan.
type outreach struct {
	Agent      string   `json:"agent"`
	For        string   `json:"for"`
	Recipients int      `json:"recipients"`
	Subject    string   `json:"subject"`
	Body       string   `json:"body"`
	Segments   []string `json:"segments"`
}

const outreachTimeout = 15 * time.Minute

func agentOutreach(desk *Desk) func(durable.Context, outreach) (string, error) {
	return func(ctx durable.Context, in outreach) (string, error) {
		callback, err := durable.CreateCallback[verdict](ctx, "human-check", durable.WithCallbackTimeout(outreachTimeout))
		if err != nil {
			return "", err
		}
		_, err = desk.Ask(ctx, Question{
			CallbackID: callback.CallbackID(), Name: "human-check", Queue: "agents",
			Title:       fmt.Sprintf("Send %s customer e-mails: “%s”", thousands(in.Recipients), in.Subject),
			Requester:   in.Agent + " for " + in.For,
			Description: "The agent wrote the text and chose the segments. It asks before it sends.\n\n> " + in.Body,
			Payload:     in, TimeoutSeconds: seconds(outreachTimeout), Tags: []string{"agent"},
		})
		if err != nil {
			return "", err
		}
		_, err = callback.Get()
		var expired *durable.CallbackTimeoutError
		var refused *durable.CallbackFailedError
		switch {
		case errors.As(err, &expired):
			return "nobody answered, nothing was sent", nil
		case errors.As(err, &refused):
			return "not sent: " + refused.Message, nil
		case err != nil:
			return "", err
		}
		return durable.Step(ctx, "send", func(durable.StepContext) (string, error) {
			return fmt.Sprintf("%d e-mails queued", in.Recipients), nil
		})
	}
}

func outreachInput(n int) any {
	return outreach{
		Agent: "outreach-agent", For: "Leo Marchetti", Recipients: 1240 + 15*n, Subject: "Your plan price changes on 1 January",
		Body: "From 1 January your plan costs €2 more a month. You can change or end it until then.", Segments: []string{"plan:basic", "region:dach"},
	}
}
