package teams

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"countersign/internal/channels/reply"
	"countersign/internal/doctor"
	"countersign/internal/notice"
	"countersign/internal/outbound"
)

// Place is a workflow. Its address is a secret: whoever has it can post.
type Place struct {
	URL string
	// Private allows an address in a private network.
	Private bool
}

// Channel implements [notice.Channel]. The place of an envelope is a name of its configuration.
type Channel struct {
	places        map[string]Place
	open, private *outbound.Client
	now           func() time.Time
}

// New makes the channel of the places that the configuration names.
func New(places map[string]Place, now func() time.Time) *Channel {
	return &Channel{places: places, open: outbound.New(), private: outbound.NewPrivate(), now: now}
}

// Style implements [notice.Channel].
func (*Channel) Style() notice.Style { return notice.Posted }

// posted is the handle of every post: a workflow does not say which post it made.
const posted notice.Handle = "posted"

// Deliver implements [notice.Channel].
func (c *Channel) Deliver(ctx context.Context, e notice.Envelope) (notice.Handle, error) {
	to, known := c.places[e.To]
	if !known {
		return "", &notice.Fault{Code: notice.NoPlace, Words: "the configuration has no Teams place of this name"}
	}
	body, err := json.Marshal(post(&e.Message))
	if err != nil {
		return "", &notice.Fault{Code: notice.Refused, Err: err}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.URL, bytes.NewReader(body))
	if err != nil {
		// The error would quote the address.
		return "", &notice.Fault{Code: notice.Denied, Words: "the address cannot be used"}
	}
	req.Header.Set("Content-Type", "application/json")
	answer, err := c.client(to).Do(req)
	if err != nil {
		return "", reply.Lost(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if fault := faultOf(answer, c.now()); fault != nil {
		return "", fault
	}
	return posted, nil
}

// client is that which may reach a place.
func (c *Channel) client(to Place) *outbound.Client {
	if to.Private {
		return c.private
	}
	return c.open
}

// Examine says whether the address of a place can be reached. It posts nothing.
func (c *Channel) Examine(ctx context.Context, places []string) doctor.Channel {
	to := c.places[places[0]]
	return reply.Examine(ctx, c.client(to), to.URL)
}

// faultOf says what an answer means. A workflow's own codes say more than the status.
// https://learn.microsoft.com/en-us/azure/logic-apps/logic-apps-workflow-actions-triggers
func faultOf(answer *http.Response, now time.Time) error {
	if answer.StatusCode/100 == 2 {
		return nil
	}
	body, _ := io.ReadAll(answer.Body)
	answer.Body = io.NopCloser(bytes.NewReader(body))
	var said struct {
		Error struct{ Code string }
	}
	if json.Unmarshal(body, &said) == nil {
		switch said.Error.Code {
		case "WorkflowNotFound", "WorkflowTriggerNotFound":
			return &notice.Fault{Code: notice.NoPlace, Words: "the workflow does not exist any more"}
		case "WorkflowTriggerIsNotEnabled", "WorkflowDisabled":
			return &notice.Fault{Code: notice.NoPlace, Words: "the workflow is switched off"}
		}
	}
	return reply.Of(answer, now)
}
