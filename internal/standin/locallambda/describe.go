package locallambda

import (
	"net/http"
	"time"

	"countersign/internal/standin/locallambda/wire"
)

// executionResponse is the answer of GetDurableExecution. ListDurableExecutionsByFunction has only
// its first part.
type executionResponse struct {
	executionSummary
	Version               string            `json:"Version"`
	DurableConfig         durableConfig     `json:"DurableConfig"`
	ExecutionDataIncluded bool              `json:"ExecutionDataIncluded"`
	InputPayload          *string           `json:"InputPayload,omitempty"`
	Result                *string           `json:"Result,omitempty"`
	Error                 *wire.ErrorObject `json:"Error,omitempty"`
}

// executionSummary is an execution in a list.
type executionSummary struct {
	ARN            string             `json:"DurableExecutionArn"`
	Name           string             `json:"DurableExecutionName"`
	FunctionARN    string             `json:"FunctionArn"`
	Status         executionStatus    `json:"Status"`
	StartTimestamp wire.EpochSeconds  `json:"StartTimestamp"`
	EndTimestamp   *wire.EpochSeconds `json:"EndTimestamp,omitempty"`
}

// summary describes the execution. The function's ARN is qualified by the version that all its
// invocations use.
func (x *execution) summary() executionSummary {
	return executionSummary{
		ARN: x.arn, Name: x.name, FunctionARN: x.engine.functionARN(x.function, x.version), Status: x.status,
		StartTimestamp: wire.EpochSeconds(x.startedAt), EndTimestamp: wire.Stamp[wire.EpochSeconds](x.endedAt),
	}
}

// execution describes an execution, with its payloads only if data is true. Error:
// ResourceNotFoundException.
func (e *Engine) execution(arn string, data bool) (response executionResponse, err error) {
	err = e.update(func(time.Time) error {
		x, err := e.executions.get(arn)
		if err != nil {
			return err
		}
		response = executionResponse{
			executionSummary: x.summary(), Version: x.version, ExecutionDataIncluded: data,
			DurableConfig: durableConfig{seconds(x.timeout), int(x.retention / (24 * time.Hour))},
		}
		if data {
			response.InputPayload, response.Result, response.Error = x.input, x.result, x.err
		}
		return nil
	})
	return response, err
}

// handleGetExecution serves GetDurableExecution. Payloads are included unless the request says no.
func handleGetExecution(e *Engine, w http.ResponseWriter, r *http.Request) error {
	q := wire.NewQuery(r)
	data := q.Bool("IncludeExecutionData", true)
	if q.Err() != nil {
		return q.Err()
	}
	response, err := e.execution(r.PathValue("arn"), data)
	if err != nil {
		return err
	}
	return wire.WriteJSON(w, response)
}
