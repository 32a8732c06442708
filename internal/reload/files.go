package reload

import (
	"crypto/sha256"
	"maps"
)

// ReadFile reads a file.
type ReadFile func(path string) ([]byte, error)

// footprint is what a reading found in each file that it asked for, as hashes: some files hold
// secrets. A file that cannot be read is a finding too.
type footprint map[string][sha256.Size]byte

// look reads a file and notes what it found.
func (f footprint) look(path string, read ReadFile) ([]byte, error) {
	text, err := read(path)
	found := append([]byte("text "), text...)
	if err != nil {
		found = []byte("error " + err.Error())
	}
	f[path] = sha256.Sum256(found)
	return text, err
}

// recording is read, which notes what it found.
func (f footprint) recording(read ReadFile) ReadFile {
	return func(path string) ([]byte, error) { return f.look(path, read) }
}

// again looks at the same files.
func (f footprint) again(read ReadFile) footprint {
	now := make(footprint, len(f))
	for path := range f {
		_, _ = now.look(path, read)
	}
	return now
}

// same reports whether two readings found the same.
func (f footprint) same(other footprint) bool { return maps.Equal(f, other) }
