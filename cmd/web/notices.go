package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/alecthomas/kong"

	"countersign/internal/callbacks"
	"countersign/internal/channels/webpush"
	"countersign/internal/notice"
	"countersign/internal/plural"
)

// noticesCommand has the commands about notices.
type noticesCommand struct {
	Test noticesTest `cmd:"" help:"${notices_test}"`
	Key  noticesKey  `cmd:"" help:"${notices_key}"`
}

// noticesHelp is the help for the commands and flags.
var noticesHelp = kong.Vars{
	"notices_test": "Send a test to every place that countersign.yaml names, and say what happened. " +
		"Exit codes: 0 every place took it, 1 one did not, 2 the command or the configuration is wrong.",
	"notices_key":     "Print a new private key for web push: the secret of channels.push.key.",
	"notices_channel": "Only over this channel: slack, teams, email or webhooks.",
	"notices_to":      "Only to this place, such as #finance or the name of a webhook.",
}

// noticesTest sends tests.
type noticesTest struct {
	Channel string `help:"${notices_channel}" placeholder:"NAME"`
	To      string `help:"${notices_to}" placeholder:"PLACE"`
}

// testLimit is how long one test may take.
const testLimit = 30 * time.Second

// Run sends a test to each place, one after the other, and prints a line for each.
func (c noticesTest) Run(ctx context.Context, e environment) error {
	settings, err := loadSettings(e.variables)
	if err != nil {
		return exitError{exitUsage, err}
	}
	all, err := channels(&settings.Desk.Channels, string(settings.BaseURL), nil, time.Now)
	if err != nil {
		return exitError{exitUsage, err}
	}
	places := slices.DeleteFunc(placesOf(settings.Desk), func(p namedPlace) bool {
		return all[p.channel] == nil || c.Channel != "" && c.Channel != p.channel || c.To != "" && c.To != p.place
	})
	if len(places) == 0 {
		return exitError{exitUsage, errors.New("countersign.yaml names no such place: docs/notices.md says how to write one")}
	}
	failed := 0
	for _, p := range places {
		err := sendTest(ctx, all[p.channel], p, string(settings.BaseURL))
		if err != nil {
			failed++
		}
		if err := printTest(e.stdout, p, err); err != nil {
			return err
		}
	}
	if failed > 0 {
		return fmt.Errorf("%s of %d did not take the test", plural.Count(failed, "place"), len(places))
	}
	return nil
}

// sendTest sends one test message.
func sendTest(ctx context.Context, over notice.Channel, to namedPlace, desk string) error {
	ctx, cancel := context.WithTimeout(ctx, testLimit)
	defer cancel()
	id := string(callbacks.NewID())
	_, err := over.Deliver(ctx, notice.Envelope{To: to.place, Message: notice.Message{
		ID: id, State: id, Kind: notice.Test, Why: notice.Why{Group: to.group}, At: time.Now(), Zone: time.UTC, Desk: "Countersign", Home: desk,
	}})
	return err
}

// printTest says what became of a test.
func printTest(w io.Writer, p namedPlace, err error) error {
	said := "sent"
	if f, ok := errors.AsType[*notice.Fault](err); ok {
		said = "failed, " + string(f.Code) + ": " + cmp.Or(f.Words, "no reason was given")
	} else if err != nil {
		said = "failed: " + err.Error()
	}
	group := ""
	if p.group != "" {
		group = " (" + p.group + ")"
	}
	_, err = fmt.Fprintf(w, "%-9s %s%s: %s\n", p.channel, p.place, group, said)
	return err
}

// noticesKey makes a key.
type noticesKey struct{}

// Run prints the key and nothing else, so that it can go into a file.
func (noticesKey) Run(e environment) error {
	key, err := webpush.NewKey()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(e.stdout, key)
	return err
}
