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

// checkpoints is the protocol state of one invocation; a new invocation starts with a new one,
// which makes the tokens of the old one invalid.
type checkpoints struct {
	token   string              // the only valid one; empty when there is none
	replies map[string]repeated // by ClientToken
	decided *outcome            // by an EXECUTION update
}

// repeated is what a checkpoint was answered with, for a client that did not hear the answer.
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

// checkpoint applies updates, all or none, and returns the next token with what changed since the
// last one. Errors: InvalidParameterValueException for a token that is used up and for updates that
// break a rule or a quota, ResourceNotFoundException.
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

// validation is the execution as updates are checked against it.
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

// checkToken accepts only the token that was given out last. An execution that ended has none. By
// the words of this error AWS's SDKs know that an invocation is out of date: any other one ends the
// execution.
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

// news lists the operations that changed since the function was told last, and takes note that it
// is told now.
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

// remember keeps an answer for a repeated request and drops those that are too old.
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

// handleCheckpoint serves CheckpointDurableExecution, which functions call while they run. The
// whole body counts as the request that a ClientToken repeats, because a repeat by an SDK is the
// same to the byte.
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
