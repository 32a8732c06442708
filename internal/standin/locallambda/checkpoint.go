package locallambda

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"time"

	"countersign/internal/standin/locallambda/protocol"
	"countersign/internal/standin/locallambda/wire"
)

// checkpoints is the protocol state of one invocation. A new invocation starts with new state,
// which invalidates the tokens of the old one.
type checkpoints struct {
	token   string              // the only valid token; empty if there is none
	replies map[string]repeated // by ClientToken
	decided *outcome            // the outcome that an EXECUTION update set
}

// repeated is the answer to a checkpoint, kept for a client that did not receive it.
type repeated struct {
	request  [sha256.Size]byte
	at       time.Time
	response checkpointResponse
}

// idempotencyWindow is how long Lambda recognises a ClientToken.
const idempotencyWindow = 15 * time.Minute

type checkpointRequest struct {
	CheckpointToken string            `json:"CheckpointToken"`
	ClientToken     string            `json:"ClientToken"`
	Updates         []protocol.Update `json:"Updates"`

	digest [sha256.Size]byte // of the whole body
}

type checkpointResponse struct {
	CheckpointToken   string          `json:"CheckpointToken"`
	NewExecutionState checkpointState `json:"NewExecutionState"`
}

type checkpointState struct {
	Operations []wireOperation[wire.EpochSeconds] `json:"Operations"`
}

// checkpoint applies all updates or none, and returns the next token and what changed since the
// last one. Errors: InvalidParameterValueException for a token that was already used and for
// updates that break a rule or a quota, ResourceNotFoundException.
func (e *Engine) checkpoint(arn string, r checkpointRequest) (response checkpointResponse, err error) {
	err = e.update(func(now time.Time) error {
		x, err := e.executions.get(arn)
		if err != nil {
			return err
		}
		response, err = x.checkpoint(now, r)
		return err
	})
	return response, err
}

func (x *execution) checkpoint(now time.Time, r checkpointRequest) (checkpointResponse, error) {
	if earlier, ok := x.replies[r.ClientToken]; ok && now.Sub(earlier.at) < idempotencyWindow {
		if earlier.request != r.digest {
			return checkpointResponse{}, wire.InvalidParameter("ClientToken was used before with other parameters.")
		}
		return earlier.response, nil
	}
	if err := x.checkToken(r.CheckpointToken); err != nil {
		return checkpointResponse{}, err
	}
	x.takeArrived(now)
	if err := x.validation().Validate(r.Updates); err != nil {
		return checkpointResponse{}, err
	}
	if err := x.checkQuotas(r.Updates); err != nil {
		return checkpointResponse{}, err
	}
	for _, u := range r.Updates {
		x.apply(u, now)
	}
	response := checkpointResponse{CheckpointToken: newToken(), NewExecutionState: checkpointState{Operations: x.news()}}
	x.token = response.CheckpointToken
	x.remember(now, r, response)
	return response, nil
}

// validation returns the state of the execution against which updates are checked.
func (x *execution) validation() protocol.State {
	return protocol.State{
		Sync: x.sync, Decided: x.decided != nil, Root: x.root().id,
		Operation: func(id string) (protocol.Operation, bool) {
			op := x.byID[id]
			if op == nil {
				return protocol.Operation{}, false
			}
			return protocol.Operation{
				Type: op.kind, Status: op.status, Parent: op.parent, Name: op.name, Subtype: op.subType,
			}, true
		},
	}
}

// checkToken accepts only the token that was issued last. An ended execution has none. AWS's SDKs
// recognise an outdated invocation by the text of this error; with any other text they would end
// the execution.
func (x *execution) checkToken(token string) error {
	if x.token == "" || token != x.token {
		return wire.InvalidParameter("Invalid Checkpoint Token.")
	}
	return nil
}

// newToken returns a checkpoint token.
func newToken() string {
	var b [24]byte
	rand.Read(b[:])
	return base64.StdEncoding.EncodeToString(b[:])
}

// news returns the operations that changed since the function was last told, and notes that it is
// told now.
func (x *execution) news() []wireOperation[wire.EpochSeconds] {
	changed := []wireOperation[wire.EpochSeconds]{}
	for _, op := range x.operations {
		if op.revision > x.seen && !op.hidden() {
			changed = append(changed, describe[wire.EpochSeconds](op))
		}
	}
	x.seen = x.revision
	return changed
}

// remember keeps an answer for a repeated request and drops answers that are too old.
func (x *execution) remember(now time.Time, r checkpointRequest, response checkpointResponse) {
	if r.ClientToken == "" {
		return
	}
	if x.replies == nil {
		x.replies = map[string]repeated{}
	}
	for token, earlier := range x.replies {
		if now.Sub(earlier.at) >= idempotencyWindow {
			delete(x.replies, token)
		}
	}
	x.replies[r.ClientToken] = repeated{request: r.digest, at: now, response: response}
}

// handleCheckpoint serves CheckpointDurableExecution, which functions call while they run. A
// ClientToken stands for the whole body, because an SDK repeats a request byte for byte.
func handleCheckpoint(e *Engine, w http.ResponseWriter, r *http.Request) error {
	body, err := wire.ReadBody(w, r, maxRequest)
	if err != nil {
		return err
	}
	request := checkpointRequest{digest: sha256.Sum256(body)}
	if err := wire.Decode(body, &request); err != nil {
		return err
	}
	response, err := e.checkpoint(r.PathValue("arn"), request)
	if err != nil {
		return err
	}
	return wire.WriteJSON(w, response)
}
