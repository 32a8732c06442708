package main

import (
	"time"

	"countersign/handlers/webhooks"
	"countersign/internal/config"
	"countersign/internal/intake"
	"countersign/internal/ratelimit"
)

// openWaysIn makes the parts of the intake that variables configure. Senders and topics come with
// each edition.
func openWaysIn(settings config.Config, now func() time.Time) (w webhooks.Config, err error) {
	w.Limit, w.Now = ratelimit.New(settings.Intake.Rate, settings.Intake.Burst), now
	if len(settings.EventKeys) > 0 {
		var keys []string
		for _, key := range settings.EventKeys {
			keys = append(keys, string(key))
		}
		if w.EventBridge, err = intake.NewEventBridge(keys); err != nil {
			return w, err
		}
	}
	return w, nil
}
