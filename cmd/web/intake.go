package main

import (
	"fmt"
	"time"

	"countersign/handlers/webhooks"
	"countersign/internal/config"
	"countersign/internal/config/deskfile"
	"countersign/internal/intake"
	"countersign/internal/ratelimit"
)

// openWaysIn opens the configured ways in for announcements and events.
func openWaysIn(settings config.Config, now func() time.Time) (w webhooks.Config, err error) {
	w.Limit, w.Now = ratelimit.New(settings.Intake.Rate, settings.Intake.Burst), now
	if w.Senders, err = intake.NewVerifier(intakeSources(settings.Desk.Sources), now); err != nil {
		return w, fmt.Errorf("webhook sources: %w", err)
	}
	if len(settings.EventKeys) > 0 {
		var keys []string
		for _, key := range settings.EventKeys {
			keys = append(keys, string(key))
		}
		if w.EventBridge, err = intake.NewEventBridge(keys); err != nil {
			return w, err
		}
	}
	if len(settings.Desk.Topics) > 0 {
		if w.SNS, err = intake.NewSNS(intake.SNSConfig{Topics: intakeTopics(settings.Desk.Topics), Now: now}); err != nil {
			return w, err
		}
	}
	return w, nil
}

// intakeSources converts the configured senders to the type of package intake.
func intakeSources(configured map[string]deskfile.Source) []intake.Source {
	var sources []intake.Source
	for name, s := range configured {
		source := intake.Source{Name: name, Queues: s.Queues}
		for _, secret := range s.Secrets {
			source.Secrets = append(source.Secrets, secret.Reveal())
		}
		for _, token := range s.Tokens {
			source.Tokens = append(source.Tokens, token.Reveal())
		}
		sources = append(sources, source)
	}
	return sources
}

// intakeTopics converts the configured SNS topics to the type of package intake.
func intakeTopics(configured map[string]deskfile.Topic) []intake.Topic {
	var topics []intake.Topic
	for arn, t := range configured {
		topics = append(topics, intake.Topic{ARN: arn, Source: t.Source, Queues: t.Queues, Events: t.Events})
	}
	return topics
}
