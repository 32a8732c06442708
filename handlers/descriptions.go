package handlers

import (
	"crypto/sha256"
	"sync"

	"countersign/views/untrusted"
)

// maxKept bounds the descriptions that are kept rendered, in bytes of their HTML. Beyond it all are forgotten: what is read is rendered again.
const maxKept = 8 << 20

// descriptions keeps what was rendered: an open page reads its callback again and again, and the text of one never changes.
type descriptions struct {
	mu   sync.Mutex
	kept map[[sha256.Size]byte]untrusted.SafeHTML
	size int
}

// html renders a description, once for all who read it.
func (d *descriptions) html(source string) (untrusted.SafeHTML, error) {
	if source == "" {
		return untrusted.SafeHTML{}, nil
	}
	key := sha256.Sum256([]byte(source))
	d.mu.Lock()
	known, ok := d.kept[key]
	d.mu.Unlock()
	if ok {
		return known, nil
	}
	rendered, err := renderMarkdown(source)
	if err != nil {
		return untrusted.SafeHTML{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.size+rendered.Size() > maxKept || d.kept == nil {
		d.kept, d.size = map[[sha256.Size]byte]untrusted.SafeHTML{}, 0
	}
	if _, ok := d.kept[key]; !ok {
		d.kept[key] = rendered
		d.size += rendered.Size()
	}
	return rendered, nil
}
