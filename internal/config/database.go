package config

import (
	"errors"
	"log/slog"
	"net/url"
	"strings"
)

// DatabaseURL names a SQLite file or a PostgreSQL database. It may hold a password, which is left
// out when it is printed; a conversion to string gives the whole URL.
type DatabaseURL string

// LoadDatabaseURL reads only COUNTERSIGN_DATABASE_URL, for commands that need no other setting. The
// arguments are those of [Load].
func LoadDatabaseURL(environ map[string]string, readFile func(string) ([]byte, error)) (DatabaseURL, error) {
	const name = Prefix + "DATABASE_URL"
	p := make(problems)
	alone := map[string]string{name: environ[name], name + fileSuffix: environ[name+fileSuffix]}
	value := readVariables(alone, readFile, p)[name]
	var d DatabaseURL
	switch {
	case len(p) > 0: // it could not be read
	case value == "":
		p.add(name, "is required")
	default:
		if err := d.UnmarshalText([]byte(value)); err != nil {
			p.add(name, "%s", err)
		}
	}
	return d, p.err()
}

// UnmarshalText reads sqlite:///absolute/path, sqlite:relative/path, or a postgres:// URL with a
// database name.
func (d *DatabaseURL) UnmarshalText(text []byte) error {
	u := DatabaseURL(text)
	if path, ok := u.SQLitePath(); ok {
		*d = u
		return checkSQLitePath(path)
	}
	parsed, err := url.Parse(string(u))
	switch {
	case err != nil, strings.Contains(parsed.Path, "@"): // a password cut at its slash; the error would repeat it
		return errors.New("is not a URL; characters such as @ : / # in a password are written as %40 %3A %2F %23")
	case parsed.Scheme != "postgres" && parsed.Scheme != "postgresql":
		return errors.New("must start with sqlite: or postgres://")
	case strings.Trim(parsed.Path, "/") == "":
		return errors.New("must name the database after the host: postgres://user:password@host/database")
	}
	*d = u
	return nil
}

func checkSQLitePath(path string) error {
	switch {
	case path == "":
		return errors.New("names no file")
	case strings.HasPrefix(path, "//"):
		return errors.New("has two slashes after sqlite: an absolute path has three, a relative one none")
	case strings.Contains(path, ":memory:"):
		return errors.New("must be a file: what is kept in memory only is lost")
	case strings.ContainsAny(path, "?#"):
		return errors.New("takes no parameters: the path must not hold ? or #")
	}
	return nil
}

// SQLitePath returns the path of the SQLite file. ok is false if the database is of another kind:
// then replicas may share it, and the desk keeps nothing in files beside it.
func (d DatabaseURL) SQLitePath() (path string, ok bool) {
	path, ok = strings.CutPrefix(string(d), "sqlite:")
	if strings.HasPrefix(path, "///") {
		path = path[2:]
	}
	return path, ok
}

// String returns the URL without user, password and parameters.
func (d DatabaseURL) String() string {
	if _, ok := d.SQLitePath(); ok || d == "" {
		return string(d)
	}
	u, err := url.Parse(string(d))
	if err != nil {
		return redacted
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// GoString hides the password from %#v.
func (d DatabaseURL) GoString() string { return d.String() }

// LogValue hides the password from slog.
func (d DatabaseURL) LogValue() slog.Value { return slog.StringValue(d.String()) }

// MarshalText hides the password from encoders.
func (d DatabaseURL) MarshalText() ([]byte, error) { return []byte(d.String()), nil }
