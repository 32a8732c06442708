package locallambda

import (
	"cmp"
	"slices"

	"countersign/internal/standin/locallambda/wire"
)

// executions is the index of all executions.
type executions struct {
	last       int64 // number of the newest
	byARN      map[string]*execution
	byName     map[executionName]*execution
	byFunction map[string][]*execution // in order of start
}

// executionName is the key that must be unique: execution names are unique per function.
type executionName struct{ function, name string }

// newExecutions returns an empty index.
func newExecutions() executions {
	return executions{
		byARN:      map[string]*execution{},
		byName:     map[executionName]*execution{},
		byFunction: map[string][]*execution{},
	}
}

// add indexes an execution, which must be newer than all others.
func (s *executions) add(x *execution) {
	s.last = max(s.last, x.number)
	s.byARN[x.arn] = x
	s.byName[executionName{x.function, x.name}] = x
	s.byFunction[x.function] = append(s.byFunction[x.function], x)
}

// remove deletes an execution from every index.
func (s *executions) remove(x *execution) {
	delete(s.byARN, x.arn)
	delete(s.byName, executionName{x.function, x.name})
	list := s.byFunction[x.function]
	if i, ok := slices.BinarySearchFunc(list, x.number, func(x *execution, n int64) int { return cmp.Compare(x.number, n) }); ok {
		s.byFunction[x.function] = slices.Delete(list, i, i+1)
	}
}

// of returns a function's executions, oldest first.
func (s *executions) of(function string) []*execution { return s.byFunction[function] }

// get finds an execution. Errors: ResourceNotFoundException, and InvalidParameterValueException for
// text that is not an ARN.
func (s *executions) get(arn string) (*execution, error) {
	if x := s.byARN[arn]; x != nil {
		return x, nil
	}
	if !executionARN.MatchString(arn) {
		return nil, wire.InvalidParameter("Invalid durable execution ARN.")
	}
	return nil, wire.NotFound("Durable execution not found: %s", arn)
}
