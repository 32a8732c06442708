package webhooks

import (
	"fmt"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"countersign/internal/intake"
)

// allocated is what a function allocates, in bytes. Tests that call it are not parallel: whatever
// runs beside them would count too.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestDecodeMemory: the most costly documents of 1 MiB, their answers included. What is measured is
// all that is allocated, of which the collector takes most back on the way.
func TestDecodeMemory(t *testing.T) {
	keys := func(size int) string {
		var b strings.Builder
		for i := 0; b.Len() < size-16; i++ {
			fmt.Fprintf(&b, `,"%x":0`, i)
		}
		return b.String()[1:]
	}
	fill := func(before, item, after string) string {
		return before + strings.Repeat(item, (intake.MaxBody-len(before)-len(after))/len(item)) + after
	}
	for name, body := range map[string]string{
		"Keys":            `{"callbackId":"YWJj","payload":{` + keys(intake.MaxBody-64) + `}}`,
		"UnknownFields":   `{` + keys(intake.MaxBody) + `}`,
		"Links":           fill(`{"links":[`, `{},`, `{}]}`),
		"Tags":            fill(`{"tags":[`, `1,`, `1]}`),
		"Outcomes":        fill(`{"outcomes":[`, `{},`, `{}]}`),
		"Duplicates":      fill(`{"payload":{`, `"":0,`, `"":0}}`),
		"DeepDuplicates":  fill(`{"payload":`+strings.Repeat(`{"`+strings.Repeat("~", 90)+`":`, 60)+`{`, `"":0,`, `"":0`+strings.Repeat("}", 62)),
		"Deep":            fill(`{"payload":`, `[`, ``),
		"Objects":         fill(`{"payload":[`, `{"":{}},`, `0]}`),
		"LongNames":       fill(`{"payload":[`, `{"`+strings.Repeat("é", 300)+`":0},`, `0]}`),
		"Control":         fill(`{"title":"`, `\u0000`, `"}`),
		"UnknownLongName": `{"` + strings.Repeat("<", intake.MaxBody-8) + `":0}`,
	} {
		if len(body) > intake.MaxBody {
			t.Fatalf("%s: %d bytes", name, len(body))
		}
		reply := httptest.NewRecorder()
		used := allocated(func() {
			if _, err := intake.Decode([]byte(body)); err != nil {
				_ = ProblemOf(err).Write(reply)
			}
		})
		if used > 96<<20 {
			t.Errorf("%s: %d MiB are allocated, want 96 at most", name, used>>20)
		}
		if n := reply.Body.Len(); n > 64<<10 {
			t.Errorf("%s: an answer of %d bytes, want 64 KiB at most", name, n)
		}
	}
}
