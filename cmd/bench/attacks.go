package main

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
)

// attackMemory is how much memory a desk may use during an attack, in MB: the limit that deploy/
// gives it.
const attackMemory = 512.0

// attack is a request that a stranger, a sender or a signed-in person may send, many times at once.
type attack struct {
	name string
	run  func(context.Context, *victim) (tally, error)
}

// attacks are all attacks that are measured. handlers.TestBounds checks the cost of a single
// request; here many come together.
var attacks = []attack{
	{"webhooks of 1 MiB that nobody signed", func(ctx context.Context, v *victim) (tally, error) {
		return v.flood(ctx, post(v.url+"/webhooks/callbacks", "application/json", manyNames, nil))
	}},
	{"signed webhooks of 70,000 unknown names", func(ctx context.Context, v *victim) (tally, error) {
		return v.flood(ctx, func(ctx context.Context, _ int) (*http.Request, error) {
			return v.sender.signed(ctx, []byte(manyNames))
		})
	}},
	{"signed webhooks, half of the body, held", func(ctx context.Context, v *victim) (tally, error) { return v.hold(ctx, len(manyNames)/2) }},
	{"headers of 200 KiB", func(ctx context.Context, v *victim) (tally, error) {
		return v.flood(ctx, func(ctx context.Context, _ int) (*http.Request, error) {
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, v.url+"/", nil)
			if err == nil {
				r.Header.Set("X-Long", strings.Repeat("x", 200<<10))
			}
			return r, err
		})
	}},
	{"methods that nobody has", func(ctx context.Context, v *victim) (tally, error) {
		return v.flood(ctx, func(ctx context.Context, n int) (*http.Request, error) {
			return http.NewRequestWithContext(ctx, fmt.Sprintf("METHOD%d", n), v.url+"/", nil)
		})
	}},
	{"decisions of 1 MiB of nobody", func(ctx context.Context, v *victim) (tally, error) {
		return v.flood(ctx, post(v.url+"/callbacks/x/decision", formType, "comment="+strings.Repeat("x", 1<<20-10), nil))
	}},
	{"decisions of 500,000 fields", func(ctx context.Context, v *victim) (tally, error) {
		return v.flood(ctx, post(v.url+"/callbacks/x/decision", formType, strings.Repeat("a&", 500_000), v.cookie))
	}},
	{"pages of a table of many cells", func(ctx context.Context, v *victim) (tally, error) {
		return v.look(ctx, map[string]any{"description": "|" + strings.Repeat("a|", 3_000) + "\n|" + strings.Repeat("-|", 3_000) + "\n" + strings.Repeat("x\n", 3_000)}, "")
	}},
	{"pages of a description of many links", func(ctx context.Context, v *victim) (tally, error) {
		return v.look(ctx, map[string]any{"description": strings.Repeat("[a](http://a.b) ", 1_200)}, "")
	}},
	{"pages of a payload of 110,000 objects", func(ctx context.Context, v *victim) (tally, error) {
		return v.look(ctx, map[string]any{"payload": raw(`[` + strings.Repeat(`{"<":[]},`, 110_000) + `0]`)}, "")
	}},
	{"pages of a payload of one long key", func(ctx context.Context, v *victim) (tally, error) {
		return v.look(ctx, map[string]any{"payload": raw(`{"` + strings.Repeat("<", 1_000_000) + `":{"a":1}}`)}, "")
	}},
	{"pages of a payload of deep branches", func(ctx context.Context, v *victim) (tally, error) {
		branch := strings.Repeat(`{"k":[`, 30) + strings.Repeat(`]}`, 30)
		return v.look(ctx, map[string]any{"payload": raw(`[` + strings.Repeat(branch+`,`, 4_000) + `0]`)}, "")
	}},
	{"searches in a payload of 110,000 objects", func(ctx context.Context, v *victim) (tally, error) {
		return v.look(ctx, map[string]any{"payload": raw(`[` + strings.Repeat(`{"<":[]},`, 110_000) + `0]`)}, "/payload/tree?q=0")
	}},
	{"whole payloads of 1 MB", func(ctx context.Context, v *victim) (tally, error) {
		return v.look(ctx, map[string]any{"payload": raw(`"` + strings.Repeat("<", 1_000_000) + `"`)}, "/payload")
	}},
}

// attacked runs each attack on a desk of its own, because a process keeps memory for a while after
// it has used it.
func (b *bench) attacked(ctx context.Context) ([]row, error) {
	var rows []row
	for i, a := range append([]attack{{"nothing", func(context.Context, *victim) (tally, error) { return tally{}, nil }}}, attacks...) {
		r, err := b.attackedBy(ctx, a, filepath.Join(b.folder, fmt.Sprintf("attack-%d.db", i)))
		if ctx.Err() != nil {
			return rows, ctx.Err()
		}
		if err != nil {
			r = unmeasured("attack, "+a.name, err.Error())
		}
		rows = append(rows, r)
	}
	return rows, nil
}

func (b *bench) attackedBy(ctx context.Context, a attack, file string) (row, error) {
	v, err := b.newVictim(ctx, file)
	if err != nil {
		return row{}, err
	}
	defer v.stop()
	rest, err := v.process.Memory()
	if err != nil {
		return row{}, err
	}
	replies, err := a.run(ctx, v)
	if err != nil {
		return row{}, err
	}
	peak, err := v.Peak()
	if err != nil {
		return row{}, err
	}
	megabytes := float64(peak) / 1e6
	return row{
		name: "attack, " + a.name, measured: fmt.Sprintf("%.0f MB, at rest %.0f MB; %s", megabytes, float64(rest)/1e6, replies),
		goal: below(megabytes, attackMemory, "MB"),
	}, nil
}
