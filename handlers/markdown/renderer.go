package markdown

import (
	"crypto/sha256"
	"sync"

	"countersign/views/untrusted"
)

// maxKept bounds the HTML that is kept, in bytes. Beyond it, everything is dropped, and what is
// read is rendered again.
const maxKept = 8 << 20

// Renderer renders descriptions and keeps what it made: an open page reads its callback again and
// again, and a callback's text never changes. Its zero value is ready; it is safe for concurrent
// use.
type Renderer struct {
	mu   sync.Mutex
	kept map[[sha256.Size]byte]untrusted.SafeHTML
	size int
}

// HTML renders a description, once for all who read it.
func (r *Renderer) HTML(source string) (untrusted.SafeHTML, error) {
	if source == "" {
		return untrusted.SafeHTML{}, nil
	}
	key := sha256.Sum256([]byte(source))
	r.mu.Lock()
	known, ok := r.kept[key]
	r.mu.Unlock()
	if ok {
		return known, nil
	}
	rendered, err := render(source)
	if err != nil {
		return untrusted.SafeHTML{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.size+rendered.Size() > maxKept || r.kept == nil {
		r.kept, r.size = map[[sha256.Size]byte]untrusted.SafeHTML{}, 0
	}
	if _, ok := r.kept[key]; !ok {
		r.kept[key] = rendered
		r.size += rendered.Size()
	}
	return rendered, nil
}
