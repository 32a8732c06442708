package doctor_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"countersign/internal/doctor"
)

// lines are findings, one a line.
func lines(sections []doctor.Section) string {
	var b strings.Builder
	for _, s := range sections {
		for _, f := range s.Findings {
			b.WriteString(f.Level.String() + " " + f.Text)
			for _, step := range f.Do {
				b.WriteString(" → " + step)
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

func TestSetup(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		setup doctor.Setup
		want  string
	}{
		"Whole":    {doctor.Setup{BaseURL: "https://desk.example.com", HTTPS: true, TrustedProxies: true, Admins: true, Senders: 2, Topics: 1, Watched: 1}, "ok complete; the public address is https://desk.example.com\nok requests arrive from 2 senders, 1 SNS topic, 1 searched function\n"},
		"NoWayIn":  {doctor.Setup{Admins: true}, "warning no request can arrive"},
		"NoAdmin":  {doctor.Setup{Senders: 1}, "warning no group has the role of admin, so nobody can retry a failed delivery → Name one under roles.admins in countersign.yaml."},
		"NoProxy":  {doctor.Setup{HTTPS: true, Admins: true, Senders: 1}, "warning no proxy is trusted"},
		"Misspelt": {doctor.Setup{Admins: true, Senders: 1, Unknown: []string{"COUNTERSIGN_WATCHRATE"}}, "warning COUNTERSIGN_WATCHRATE is set, but no such setting exists → It is ignored. countersign serve -h lists the settings."},
		"KeyFile": {doctor.Setup{Admins: true, Senders: 1, KeyFile: errors.New("it holds no key: remove it")},
			"problem serve refuses to start, for the key of the sessions: it holds no key: remove it\n"},
		"OnLoopback": {doctor.Setup{BaseURL: "http://127.0.0.1:8080", Admins: true, Senders: 1}, "ok complete; the public address is http://127.0.0.1:8080\nok requests arrive from 1 sender\n"},
	} {
		if got := lines(tt.setup.Sections()); !strings.Contains(got, tt.want) {
			t.Errorf("%s: got\n%swant\n%s", name, got, tt.want)
		}
	}
}

// TestProviderAddresses: queues with four eyes need to know whose addresses are verified.
func TestProviderAddresses(t *testing.T) {
	t.Parallel()
	says := doctor.Metadata{Claims: []string{"sub", "email", "email_verified"}}
	silent := doctor.Metadata{Claims: []string{"sub", "email"}}
	for name, tt := range map[string]struct {
		provider doctor.Provider
		want     string
	}{
		"TwoEyes": {doctor.Provider{Metadata: silent}, ""},
		"Says":    {doctor.Provider{Metadata: says, FourEyes: []string{"finance"}}, "ok the provider says which email addresses are verified; four eyes in finance rely on that\n"},
		"Trusted": {doctor.Provider{Metadata: silent, FourEyes: []string{"finance"}, EmailTrusted: true}, "ok every email address counts as verified (COUNTERSIGN_OIDC_EMAIL_TRUSTED)"},
		"Silent":  {doctor.Provider{Metadata: silent, FourEyes: []string{"finance", "hr"}}, "warning the provider does not list the claim email_verified: without it, nobody in finance, hr can decide a request"},
		"NoList":  {doctor.Provider{FourEyes: []string{"finance"}}, "or set COUNTERSIGN_OIDC_EMAIL_TRUSTED=true"},
	} {
		got := lines(doctor.ProviderSections(tt.provider, nil))
		if !strings.Contains(got, tt.want) || tt.want == "" && strings.Contains(got, "addresses") {
			t.Errorf("%s: got\n%s", name, got)
		}
	}
}

// TestSignOutPlace: Amazon Cognito's endpoint is published and takes other parameters than the
// standard's.
func TestSignOutPlace(t *testing.T) {
	t.Parallel()
	const pool, set = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_x", "https://login.example.com/logout?id={client_id}"
	published := doctor.Metadata{EndSession: "https://login.example.com/logout"}
	for name, tt := range map[string]struct {
		provider doctor.Provider
		want     string
	}{
		"Published":        {doctor.Provider{Metadata: published}, "ok       signs people out at https://login.example.com/logout"},
		"None":             {doctor.Provider{}, "warning  the provider has no end_session_endpoint"},
		"Configured":       {doctor.Provider{SignOutURL: set}, "ok       signs people out at " + set + ", as COUNTERSIGN_OIDC_SIGN_OUT_URL says"},
		"Cognito":          {doctor.Provider{Issuer: pool, Metadata: published}, "warning  Amazon Cognito does not support the sign-out request"},
		"CognitoAndSetIts": {doctor.Provider{Issuer: pool, SignOutURL: set}, "ok       signs people out at " + set},
	} {
		if got := lines(doctor.ProviderSections(tt.provider, nil)); !strings.Contains(got, strings.Join(strings.Fields(tt.want), " ")) {
			t.Errorf("%s: got\n%s", name, got)
		}
	}
}

func TestDatabase(t *testing.T) {
	t.Parallel()
	file := func(change func(*doctor.Database)) doctor.Database {
		d := doctor.Database{Version: "3.54.1", Place: "/data/desk.db", Schema: 3, Newest: 3, File: &doctor.File{
			Path: "/data/desk.db", Folder: "/data", Exists: true, Size: 5 << 20, Mode: 0o600, WAL: true, Writable: true,
			FolderExists: true, FolderWritable: true, Free: 20 << 30,
		}}
		change(&d)
		return d
	}
	server := func(change func(*doctor.Database)) doctor.Database {
		now := time.Now()
		d := doctor.Database{Version: "15.18", Place: "database desk on db", Schema: 3, Newest: 3, Server: &doctor.Server{
			Clock: doctor.Reading{Theirs: now, Ours: now}, Encoding: "UTF8", Encrypted: true, MayCreate: true, Given: 21, Needed: 21,
		}}
		change(&d)
		return d
	}
	for name, tt := range map[string]struct {
		database doctor.Database
		err      error
		want     string
	}{
		"File": {file(func(*doctor.Database) {}), nil, "ok SQLite 3.54.1, /data/desk.db\nok the tables have version 3, as this binary expects\n" +
			"ok file and folder are writable for this user; the file has 5.0 MiB\nok 20.0 GiB free on the disk\n"},
		"FileToCome": {file(func(d *doctor.Database) { d.File.Exists, d.File.Writable = false, false }), nil, "ok SQLite, /data/desk.db: no file yet; serve creates it\nok 20.0 GiB"},
		"NoFolder":   {file(func(d *doctor.Database) { d.File.FolderExists = false }), nil, "problem the folder /data does not exist → Create it"},
		"FolderShut": {file(func(d *doctor.Database) { d.File.FolderWritable = false }), nil, "problem the folder /data is not writable"},
		"FileShut":   {file(func(d *doctor.Database) { d.File.Writable = false }), errors.New("permission denied"), "problem the file /data/desk.db is not writable"},
		"FileOpen":   {file(func(d *doctor.Database) { d.File.Mode = 0o644 }), nil, "warning the file has mode 644: other users of this machine may read requests and sessions → chmod 600 /data/desk.db*"},
		"NoWAL":      {file(func(d *doctor.Database) { d.File.WAL = false }), nil, "warning the file is not in journal mode WAL"},
		"Network":    {file(func(d *doctor.Database) { d.File.Network = "NFS" }), nil, "problem the file is on a network file system (NFS)"},
		"LowSpace":   {file(func(d *doctor.Database) { d.File.Free = 500 << 20 }), nil, "warning only 500.0 MiB free"},
		"NoSpace":    {file(func(d *doctor.Database) { d.File.Free = 2 << 10 }), nil, "problem only 2.0 KiB free"},
		"NoTables":   {file(func(d *doctor.Database) { d.Schema = 0 }), nil, "ok no tables yet: serve creates them, version 3"},
		"Older":      {file(func(d *doctor.Database) { d.Schema = 2 }), nil, "warning the tables have version 2, this binary's have 3 → Make a backup"},
		"Newer":      {file(func(d *doctor.Database) { d.Schema = 4 }), nil, "problem the tables have version 4, and this binary supports 3: it is too old for them"},
		"NotOne":     {file(func(*doctor.Database) {}), errors.New("file is not a database"), "problem cannot be opened: file is not a database → Check that this machine reaches the database in COUNTERSIGN_DATABASE_URL"},
		"Server": {server(func(*doctor.Database) {}), nil, "ok PostgreSQL 15.18, database desk on db\nok the tables have version 3, as this binary expects\n" +
			"ok it has the 21 free connections that one more replica needs\nok the clock of the database agrees with ours\n"},
		"Few": {server(func(d *doctor.Database) {
			d.Server.Given, d.Server.Shortage = 9, errors.New("too many clients already")
		}), nil,
			"warning it has only 9 free connections; each replica needs 21 (too many clients already) → Before you start another replica, raise max_connections"},
		"Pooler": {server(func(d *doctor.Database) { d.Server.Shared = true }), nil,
			"problem database desk on db is a pooler that shares a session among several clients: serve refuses to start → Set pool_mode=session"},
		"Away":        {doctor.Database{}, errors.New("connection refused"), "problem cannot be opened: connection refused"},
		"ReadOnly":    {server(func(d *doctor.Database) { d.Server.ReadOnly = true }), nil, "problem the server accepts no writes"},
		"MayNot":      {server(func(d *doctor.Database) { d.Schema, d.Server.MayCreate = 0, false }), nil, "problem this user may not create the tables"},
		"Encoding":    {server(func(d *doctor.Database) { d.Server.Encoding = "SQL_ASCII" }), nil, "problem the database has encoding SQL_ASCII"},
		"InTheClear":  {server(func(d *doctor.Database) { d.Server.Encrypted = false }), nil, "warning the connection is not encrypted"},
		"ServerClock": {server(func(d *doctor.Database) { d.Server.Clock.Ours = d.Server.Clock.Theirs.Add(time.Hour) }), nil, "problem our clock is 1h0m0s ahead of that of the database"},
	} {
		got := lines(doctor.DatabaseSections(tt.database, tt.err))
		if !strings.Contains(got, tt.want) {
			t.Errorf("%s: got\n%swant\n%s", name, got, tt.want)
		}
	}
	local := server(func(d *doctor.Database) { d.Server.Encrypted, d.Server.Local, d.Server.MayCreate = false, true, false })
	if got := lines(doctor.DatabaseSections(local, nil)); strings.Contains(got, "warning") || strings.Contains(got, "problem") {
		t.Errorf("a server on this machine whose tables are made:\n%s", got)
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	theirs := time.Now()
	for name, tt := range map[string]struct {
		ours time.Duration
		want string
	}{
		"Same":      {0, "ok the clock of the database agrees with ours"},
		"Noise":     {-2 * time.Second, "ok the clock of the database agrees with ours"},
		"Little":    {-30 * time.Second, "ok our clock is 30s behind that of the database"},
		"Minute":    {61 * time.Second, "warning our clock is 1m0s ahead of that of the database → Set this machine's clock"},
		"FiveExact": {5 * time.Minute, "warning"},
		"Five":      {-5*time.Minute - time.Second, "problem our clock is 5m0s behind that of the database → Set this machine's clock"},
	} {
		d := doctor.Database{Server: &doctor.Server{Encoding: "UTF8", Local: true, Clock: doctor.Reading{Theirs: theirs, Ours: theirs.Add(tt.ours)}}}
		if got := lines(doctor.DatabaseSections(d, nil)); !strings.Contains(got, tt.want) {
			t.Errorf("%s: got\n%swant %q", name, got, tt.want)
		}
	}
}
