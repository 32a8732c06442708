package durable_test

import (
	"path/filepath"
	"testing"

	"countersign/durable"
)

// Not parallel: it sets the environment.
func TestClient_fromTheEnvironment(t *testing.T) {
	b := newBackend(t, `null`)
	t.Setenv("AWS_ENDPOINT_URL_LAMBDA", *b.client.Options().BaseEndpoint)
	t.Setenv("AWS_REGION", "eu-west-1")
	t.Setenv("AWS_ACCESS_KEY_ID", "test")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(t.TempDir(), "none"))
	t.Setenv("AWS_PROFILE", "missing")
	h := durable.NewHandler(func(ctx durable.Context, _ any) (any, error) { return nil, pause(ctx) })
	if _, err := b.tryInvoke(h); err == nil {
		t.Error("a missing profile was accepted")
	}
	t.Setenv("AWS_PROFILE", "")
	b.invoke(h).want(t, "PENDING", "") // a failure to load the settings is not kept
	if got := b.done(); got != "WAIT START pause" {
		t.Errorf("recorded %s", got)
	}
}
