package main

import (
	"fmt"
	"time"

	"countersign/handlers/webhooks"
	"countersign/internal/config"
	"countersign/internal/intake"
	"countersign/internal/ratelimit"
)

// openWaysIn makes the ways in that are configured, for announcements and events.
func openWaysIn(settings config.Config, now func() time.Time) (w webhooks.Config, err error) {
	w.Limit, w.Now = ratelimit.New(settings.Intake.Rate, settings.Intake.Burst), now
	if w.Senders, err = intake.NewVerifier(intakeSources(settings.Sources), now); err != nil {
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
	if len(settings.Topics) > 0 {
		if w.SNS, err = intake.NewSNS(intake.SNSConfig{Topics: intakeTopics(settings.Topics), Now: now}); err != nil {
			return w, err
		}
	}
	return w, nil
}

// intakeSources are the configured senders as intake knows them.
func intakeSources(configured config.Sources) []intake.Source {
	var sources []intake.Source
	for name, s := range configured {
		source := intake.Source{Name: name, Queues: s.Queues}
		for _, secret := range s.Secrets {
			source.Secrets = append(source.Secrets, string(secret))
		}
		for _, token := range s.Tokens {
			source.Tokens = append(source.Tokens, string(token))
		}
		sources = append(sources, source)
	}
	return sources
}

// intakeTopics are the configured topics of SNS as intake knows them.
func intakeTopics(configured config.Topics) []intake.Topic {
	var topics []intake.Topic
	for arn, t := range configured {
		topics = append(topics, intake.Topic{ARN: arn, Source: t.Source, Queues: t.Queues, Events: t.Events})
	}
	return topics
}
