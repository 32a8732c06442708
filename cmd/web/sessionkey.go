package main

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"countersign/internal/config"
)

// keyFileSuffix follows the name of the SQLite file in the name of the key's file.
const keyFileSuffix = ".session-key"

// maxKeyFile bounds how much is read of a key file, in bytes.
const maxKeyFile = 4 << 10

// sessionKeys returns the keys that encrypt sessions. They are those of the settings, or else the
// one in a file beside the SQLite file, which is created if it does not exist.
func sessionKeys(settings config.Config) ([][]byte, error) {
	if keys := settings.Session.Keys; len(keys) > 0 {
		return keys.Bytes(), nil
	}
	path, ok := keyFile(settings)
	if !ok {
		return nil, config.ErrNoSessionKey
	}
	keys, err := readKeyFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = makeKeyFile(path); err == nil {
			keys, err = readKeyFile(path)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("session key: %w", err)
	}
	return keys.Bytes(), nil
}

// keyFile returns the path of the file with the key of the sessions. ok is false if the settings
// hold the key, or have to.
func keyFile(settings config.Config) (path string, ok bool) {
	database, ok := settings.DatabaseURL.SQLitePath()
	return database + keyFileSuffix, ok && len(settings.Session.Keys) == 0
}

// checkKeyFile returns why the desk would not start with the key file. It changes nothing: serve
// makes a file that is missing.
func checkKeyFile(settings config.Config) error {
	path, ok := keyFile(settings)
	if !ok {
		return nil
	}
	if _, err := readKeyFile(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// readKeyFile reads a key file, which only its owner may be able to read. It has the form of the
// setting.
func readKeyFile(path string) (config.Keys, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular() || info.Size() > maxKeyFile:
		return nil, fmt.Errorf("%s is not a key file: remove it, and the next start makes a new key; everybody must sign in again", path)
	case info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows":
		return nil, fmt.Errorf("%s has mode %o, so other users of this machine can read it: remove it, and the next start makes a new key; everybody must sign in again. "+
			"If nobody else had access, `chmod 600` is enough", path, info.Mode().Perm())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var keys config.Keys
	if err := keys.UnmarshalText(bytes.TrimSpace(text)); err != nil {
		return nil, fmt.Errorf("%s %w; remove it, and the next start makes a new key; everybody must sign in again", path, err)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("%s holds no key: remove it, and the next start makes a new key; everybody must sign in again", path)
	}
	return keys, nil
}

// makeKeyFile writes a new key. The file gets its name only when it is complete and on disk.
func makeKeyFile(path string) (err error) {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // mode 600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name())
		}
	}()
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	_, err = file.WriteString(base64.StdEncoding.EncodeToString(key) + "\n")
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
