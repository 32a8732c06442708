package reply

import (
	"context"

	"countersign/internal/doctor"
	"countersign/internal/outbound"
)

// Examine says whether a connection to an address can be made. It sends no request.
func Examine(ctx context.Context, client *outbound.Client, address string) doctor.Channel {
	switch proxied, err := client.Reach(ctx, address); {
	case err != nil && proxied:
		return doctor.Channel{Problem: "the proxy of the environment: " + Lost(err).Words}
	case err != nil:
		return doctor.Channel{Problem: Lost(err).Words}
	case proxied:
		return doctor.Channel{Says: "the proxy of the environment takes connections"}
	}
	return doctor.Channel{Says: "its address takes connections"}
}
