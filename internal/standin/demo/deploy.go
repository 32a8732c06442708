package demo

import (
	"fmt"
	"time"

	"countersign/durable"
)

// release waits inside an execution whose own limit ends before the callback's timeout.
type release struct {
	Service string   `json:"service"`
	Version string   `json:"version"`
	Author  string   `json:"author"`
	Changes []string `json:"changes"`
	Checks  struct {
		Unit, Canary, ErrorBudget string
	} `json:"checks"`
}

const (
	releaseLimit     = 50 * time.Minute
	releaseTimeout   = 2 * time.Hour
	releaseHeartbeat = 10 * time.Minute
)

func releaseTrain(desk *Desk) func(durable.Context, release) (string, error) {
	return func(ctx durable.Context, in release) (string, error) {
		ends, err := durable.Step(ctx, "when-it-ends", func(durable.StepContext) (time.Time, error) {
			return desk.now().Add(releaseLimit), nil
		})
		if err != nil {
			return "", err
		}
		callback, err := durable.CreateCallback[string](ctx, "go-no-go",
			durable.WithCallbackTimeout(releaseTimeout), durable.WithCallbackHeartbeatTimeout(releaseHeartbeat))
		if err != nil {
			return "", err
		}
		_, err = desk.Ask(ctx, Question{
			CallbackID: callback.CallbackID(), Name: "go-no-go", Queue: "releases",
			Title:       fmt.Sprintf("Deploy %s %s to production", in.Service, in.Version),
			Requester:   in.Author,
			Description: "All checks are green. The canary ran for 40 minutes at 5 % with **no new error class**.\n\nRollback is automatic within the first 10 minutes.",
			Payload:     in, TimeoutSeconds: seconds(releaseTimeout), HeartbeatTimeoutSeconds: seconds(releaseHeartbeat), ExecutionDeadline: ends,
			KeepAlive: "queued",
			Links:     []Link{{Title: "Canary dashboard", URL: "https://grafana.harborline.example/d/canary"}, {Title: "Diff", URL: "https://git.harborline.example/compare"}},
			Tags:      []string{"production"},
			Outcomes: []Outcome{
				{Name: "approve", Label: "Deploy", Kind: "success", Encoding: "text", Payload: "go"},
				{Name: "hold", Label: "Hold until tomorrow", Kind: "success", Encoding: "text", Payload: "hold: {{comment}}"},
				{Name: "reject", Label: "Stop the train", Kind: "failure", ErrorType: "ReleaseStopped", ErrorMessage: "{{reviewer.name}}: {{comment}}"},
			},
		})
		if err != nil {
			return "", err
		}
		word, err := callback.Get()
		if err != nil || word != "go" {
			return word, err
		}
		return durable.Step(ctx, "shift-traffic", func(durable.StepContext) (string, error) {
			return in.Service + " " + in.Version + " serves 100 %", nil
		})
	}
}

func deployInput(n int) any {
	r := release{
		Service: []string{"checkout-api", "search-indexer", "catalog-web"}[n%3], Version: fmt.Sprintf("2026.11.%d-3", 24+n%6),
		Author:  "Noor El-Sayed <noor.el-sayed@harborline.example>",
		Changes: []string{"cart: keep coupons over sign-in", "payments: retry on 409", "drop unused feature flag"},
	}
	r.Checks.Unit, r.Checks.Canary, r.Checks.ErrorBudget = "passed", "40 min at 5 %", "82 % left"
	return r
}
