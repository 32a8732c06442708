package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/internal/config"
)

// TestSessionKeyFile: made once, whole, for its owner alone; what others could read is refused.
func TestSessionKeyFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	settings := config.Config{DatabaseURL: config.DatabaseURL("sqlite://" + filepath.ToSlash(filepath.Join(folder, "desk.db")))}
	path := filepath.Join(folder, "desk.db.session-key")
	first, err := sessionKeys(settings)
	if err != nil || len(first) != 1 || len(first[0]) != 32 || bytes.Equal(first[0], make([]byte, 32)) {
		t.Fatalf("%d keys, %v", len(first), err)
	}
	if again, err := sessionKeys(settings); err != nil || !bytes.Equal(again[0], first[0]) {
		t.Errorf("another key at the second start, %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if files, err := os.ReadDir(folder); err != nil || len(files) != 1 {
		t.Errorf("beside the key: %v, %v", files, err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// What the file holds is what the setting takes.
	var keys config.Keys
	if err := keys.UnmarshalText(bytes.TrimSpace(text)); err != nil {
		t.Fatal(err)
	}
	settings.Session.Keys = keys
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if set, err := sessionKeys(settings); err != nil || !bytes.Equal(set[0], first[0]) {
		t.Errorf("the setting's key: %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a file was made beside a setting")
	}
}

func TestSessionKeyFileRefused(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		make func(path string) error
		want string
	}{
		"Readable": {func(path string) error { return os.WriteFile(path, []byte(rigSessionKey), 0o640) }, "has mode 640, so other users"},
		"Cut":      {func(path string) error { return os.WriteFile(path, []byte(rigSessionKey[:20]), 0o600) }, "32 bytes in base64"},
		"Empty":    {func(path string) error { return os.WriteFile(path, nil, 0o600) }, "holds no key"},
		"Folder":   {func(path string) error { return os.Mkdir(path, 0o700) }, "is not a key file"},
		"Large":    {func(path string) error { return os.WriteFile(path, make([]byte, 8<<10), 0o600) }, "is not a key file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database := filepath.Join(t.TempDir(), "desk.db")
			if err := tt.make(database + keyFileSuffix); err != nil {
				t.Fatal(err)
			}
			_, err := sessionKeys(config.Config{DatabaseURL: config.DatabaseURL("sqlite:" + database)})
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), rigSessionKey[:20]) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
	if _, err := sessionKeys(config.Config{DatabaseURL: "sqlite:" + config.DatabaseURL(filepath.Join(t.TempDir(), "missing", "desk.db"))}); err == nil {
		t.Error("no folder, no error")
	}
}
