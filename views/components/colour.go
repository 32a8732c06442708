package components

import (
	"hash/fnv"
)

// colour is one of the five colours of people, always the same for a name.
func colour(name string) int {
	const colours = 5
	h := fnv.New32a()
	_, _ = h.Write([]byte(name)) // a hash takes everything
	return int(h.Sum32()%colours) + 1
}
