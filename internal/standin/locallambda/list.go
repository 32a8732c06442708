package locallambda

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"time"

	"countersign/internal/standin/locallambda/wire"
)

// listRequest holds the parameters of a ListDurableExecutionsByFunction call. The zero value of a
// filter does not filter.
type listRequest struct {
	wire.Page
	function    string
	qualifier   string // empty means all versions
	name        string // empty means all names
	statuses    []executionStatus
	after       time.Time // exclusive, like before
	before      time.Time
	oldestFirst bool
}

// listResponse does not say what an execution waits for; nor does Lambda's.
type listResponse struct {
	DurableExecutions []executionSummary `json:"DurableExecutions"`
	NextMarker        string             `json:"NextMarker,omitempty"`
}

// list lists a function's executions. A marker is the number of the last execution that was read.
// Errors: ResourceNotFoundException for an unknown function, InvalidParameterValueException.
func (e *Engine) list(r listRequest) (response listResponse, err error) {
	if err := r.validate(); err != nil {
		return response, err
	}
	response.DurableExecutions = []executionSummary{}
	err = e.update(func(time.Time) error {
		f, err := e.function(r.function, r.qualifier)
		if err != nil {
			return err
		}
		found, next := r.page(e.executions.of(f.name))
		for _, x := range found {
			response.DurableExecutions = append(response.DurableExecutions, x.summary())
		}
		response.NextMarker = next
		return nil
	})
	return response, err
}

// validate refuses filters that can match nothing. Otherwise an unknown status would look like "no
// executions".
func (r *listRequest) validate() error {
	for _, s := range r.statuses {
		if s != running && executionEnded[s] == "" {
			return wire.InvalidParameter("Invalid status: %q.", s)
		}
	}
	if _, err := strconv.ParseInt(cmp.Or(r.Marker, "0"), 10, 64); err != nil {
		return wire.InvalidParameter("Invalid marker.")
	}
	return nil
}

// page reads the list, which is in order of start, from after the marker.
func (r *listRequest) page(list []*execution) (found []*execution, next string) {
	step, i := -1, len(list)-1
	if r.oldestFirst {
		step, i = 1, 0
	}
	if r.Marker != "" {
		number, _ := strconv.ParseInt(r.Marker, 10, 64) // was validated
		// The execution of the marker may be gone by now, but its place in the order is known.
		at, exact := slices.BinarySearchFunc(list, number, func(x *execution, n int64) int { return cmp.Compare(x.number, n) })
		i = at - 1
		if r.oldestFirst {
			if i = at; exact {
				i++
			}
		}
	}
	for ; i >= 0 && i < len(list); i += step {
		if !r.matches(list[i]) {
			continue
		}
		if len(found) == r.Size {
			return found, strconv.FormatInt(found[len(found)-1].number, 10)
		}
		found = append(found, list[i])
	}
	return found, ""
}

// matches applies the filters.
func (r *listRequest) matches(x *execution) bool {
	return (len(r.statuses) == 0 || slices.Contains(r.statuses, x.status)) &&
		(r.name == "" || r.name == x.name) &&
		(r.qualifier == "" || r.qualifier == x.version) &&
		(r.after.IsZero() || x.startedAt.After(r.after)) &&
		(r.before.IsZero() || x.startedAt.Before(r.before))
}

// handleListExecutions serves ListDurableExecutionsByFunction. ReverseOrder means oldest first; the
// default is newest first.
func handleListExecutions(e *Engine, w http.ResponseWriter, r *http.Request) error {
	q := wire.NewQuery(r)
	request := listRequest{
		Page:        q.Page(),
		function:    r.PathValue("function"),
		qualifier:   q.Get("Qualifier"),
		name:        q.Get("DurableExecutionName"),
		after:       q.Time("StartedAfter"),
		before:      q.Time("StartedBefore"),
		oldestFirst: q.Bool("ReverseOrder", false),
	}
	for _, s := range q.Values["Statuses"] {
		request.statuses = append(request.statuses, executionStatus(s))
	}
	if q.Err() != nil {
		return q.Err()
	}
	response, err := e.list(request)
	if err != nil {
		return err
	}
	return wire.WriteJSON(w, response)
}
