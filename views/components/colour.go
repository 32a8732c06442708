package components

import (
	"hash/fnv"
)

// colour returns one of the five colours of people. A name always gets the same one.
func colour(name string) int {
	const colours = 5
	h := fnv.New32a()
	_, _ = h.Write([]byte(name)) // a hash accepts everything
	return int(h.Sum32()%colours) + 1
}
