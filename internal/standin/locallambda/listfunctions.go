package locallambda

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"countersign/internal/standin/locallambda/wire"
)

// listFunctionsResponse is the answer of ListFunctions.
type listFunctionsResponse struct {
	Functions  []functionConfiguration `json:"Functions"`
	NextMarker string                  `json:"NextMarker,omitempty"`
}

// functionConfiguration holds the fields of Lambda's structure that mean something here.
type functionConfiguration struct {
	FunctionName  string        `json:"FunctionName"`
	FunctionARN   string        `json:"FunctionArn"`
	Version       string        `json:"Version"`
	Timeout       int32         `json:"Timeout"` // seconds
	LastModified  string        `json:"LastModified"`
	State         string        `json:"State"`
	DurableConfig durableConfig `json:"DurableConfig"`
}

// durableConfig marks a function as durable: in Lambda's answer, other functions have none.
type durableConfig struct {
	ExecutionTimeout      int32 `json:"ExecutionTimeout"` // seconds
	RetentionPeriodInDays int   `json:"RetentionPeriodInDays"`
}

// maxFunctionPage is fewer than the API accepts as MaxItems: "returns a maximum of 50 items in each
// response".
const maxFunctionPage = 50

// listFunctions lists the functions by name: their unpublished version and, if all is true, the
// numbered one too.
func (e *Engine) listFunctions(p wire.Page, all bool) (response listFunctionsResponse, err error) {
	err = e.update(func(time.Time) error {
		list := []functionConfiguration{}
		for _, name := range slices.Sorted(maps.Keys(e.functions)) {
			f := e.functions[name]
			list = append(list, e.describeFunction(f, latest))
			if all && f.config.Version != latest {
				list = append(list, e.describeFunction(f, f.config.Version))
			}
		}
		from, err := p.Position(len(list))
		if err != nil {
			return err
		}
		to := min(from+min(p.Size, maxFunctionPage), len(list))
		if to < len(list) {
			response.NextMarker = strconv.Itoa(to)
		}
		response.Functions = list[from:to]
		return nil
	})
	return response, err
}

// describeFunction describes one version of a function.
func (e *Engine) describeFunction(f *function, version string) functionConfiguration {
	qualifier := version
	if version == latest {
		qualifier = "" // ListFunctions gives the unpublished version's ARN without a qualifier
	}
	return functionConfiguration{
		FunctionName: f.name, FunctionARN: e.functionARN(f.name, qualifier), Version: version,
		Timeout: seconds(f.config.Timeout), LastModified: f.since.Format("2006-01-02T15:04:05.000-0700"), State: "Active",
		DurableConfig: f.durableConfig(),
	}
}

// durableConfig returns the part of the configuration that makes the function durable.
func (f *function) durableConfig() durableConfig {
	return durableConfig{ExecutionTimeout: seconds(f.config.ExecutionTimeout), RetentionPeriodInDays: f.config.RetentionPeriodInDays}
}

// handleListFunctions serves ListFunctions. It lists the unpublished versions unless the request
// asks for all.
func handleListFunctions(e *Engine, w http.ResponseWriter, r *http.Request) error {
	q := wire.NewQuery(r)
	page := q.Page()
	if q.Err() != nil {
		return q.Err()
	}
	response, err := e.listFunctions(page, q.Get("FunctionVersion") == "ALL")
	if err != nil {
		return err
	}
	return wire.WriteJSON(w, response)
}
