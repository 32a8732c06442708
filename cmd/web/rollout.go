package main

import (
	"net"
	"os"

	"countersign/internal/config"
	"countersign/internal/rollout"
)

// openRollout makes the reporter of the version that this process runs.
func (d *program) openRollout(settings config.Config) *rollout.Reporter {
	return rollout.NewReporter(rollout.Config{
		Store: d.store, Name: replicaName(string(settings.Addr)), Log: d.log, Now: d.now,
		Running: d.reloads,
	})
}

// replicaName is this machine's name with the port of an address. A process that is started again
// in the same place has the same name.
func replicaName(address string) string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown host"
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return host
	}
	return net.JoinHostPort(host, port)
}
