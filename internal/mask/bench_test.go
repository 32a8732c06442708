package mask

import (
	"strings"
	"testing"
)

// BenchmarkHide masks the largest payloads by the longest lists of pointers that the desk takes. Every
// page of a request does that.
func BenchmarkHide(b *testing.B) {
	const depth, size = 64, 1 << 20
	deep := strings.Repeat("[", depth) + `"` + strings.Repeat("x", size) + `"` + strings.Repeat("]", depth)
	wide := "[" + strings.Repeat(`{"a":{"b":1}},`, size/14) + "1]"
	long := make([]string, 2*MaxPointers)
	for i := range long {
		long[i] = strings.Repeat("/*", MaxBytes/2-1) + "/" + string(rune('a'+i%26))
	}
	for name, request := range map[string]struct {
		document string
		pointers []string
	}{"Deep": {deep, long}, "Wide": {wide, long}, "Masked": {wide, []string{"/*/a/b", "/*/*/c", "/*/c/*"}}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Hide([]byte(request.document), request.pointers)
			}
		})
	}
}
