// Command approval is a Restate service whose handler waits for one approval, as a durable function
// waits for a callback. It prints when an execution waits and when it goes on. It is a module of its
// own, so that the desk does not depend on Restate's SDK.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	sdk "github.com/restatedev/sdk-go"
	"github.com/restatedev/sdk-go/server"
)

// Approval is the service.
type Approval struct{}

// Wait creates an awakeable and waits for it. It runs from the start again where Restate has
// suspended it meanwhile, and then prints "waits" again.
func (Approval) Wait(ctx sdk.Context, name string) (string, error) {
	approved := sdk.Awakeable[string](ctx)
	fmt.Println("waits", name, approved.Id())
	result, err := approved.Result()
	if err != nil {
		return "", err
	}
	fmt.Println("goes-on", name, time.Now().UnixNano())
	return result, nil
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	quiet := slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})
	service := server.NewRestate().WithLogger(quiet, true).Bind(sdk.Reflect(Approval{}))
	if err := service.Start(ctx, os.Args[1]); err != nil && ctx.Err() == nil {
		fmt.Fprintln(os.Stderr, "approval:", err)
		os.Exit(1)
	}
}
