package doctor

import (
	"fmt"
	"io/fs"
)

// Database has the facts about the database: File for SQLite, Server for a PostgreSQL server that
// answered.
type Database struct {
	Version string // of the engine
	Place   string // where it is, without user and password
	// Schema is the version of the tables, 0 if there are none. Newest is the version that this
	// binary creates.
	Schema, Newest int64

	File   *File
	Server *Server
	// Boxes are what people typed as secrets and what still waits, at most [MaxBoxes] of each kind.
	Boxes []Box
}

// File has the facts about a SQLite file.
type File struct {
	Path, Folder   string
	Exists         bool
	Size           int64
	Mode           fs.FileMode
	WAL            bool
	Writable       bool // by this user; false if the file does not exist
	FolderExists   bool
	FolderWritable bool   // by this user
	Free           int64  // bytes on its file system; negative if the system does not say
	Network        string // kind of the file system if it is on a network
}

// Server has the facts about a PostgreSQL server.
type Server struct {
	Clock     Reading
	ReadOnly  bool   // a standby, or read-only by its settings
	Encoding  string // of the database
	Encrypted bool   // the connection
	Local     bool   // on this machine
	MayCreate bool   // tables, as migrations do

	// Shared means that a pooler does not work in session mode, so that clients share sessions.
	// Nothing else is then known about the server.
	Shared bool
	// Given is how many connections were open at once, out of the Needed ones of a replica.
	// Shortage is the reason why there were not more.
	Given, Needed int
	Shortage      error
}

// The least free space for a SQLite file and its log.
const (
	lowSpace  = 1 << 30
	noSpace   = 100 << 20
	anyOthers = 0o077
)

// DatabaseSections judges the database. err is why it could not be examined.
func DatabaseSections(d Database, err error) []Section {
	const title = "Database"
	if d.File != nil {
		if findings := d.File.unusable(); findings != nil {
			return []Section{{title, findings}}
		}
		if !d.File.Exists {
			return []Section{{title, append([]Finding{ok("SQLite, %s: no file yet; serve creates it", d.Place)}, d.File.findings()...)}}
		}
	}
	if err != nil {
		return []Section{{title, []Finding{problem("cannot be opened: %s", err).
			todo("Check that this machine reaches the database in COUNTERSIGN_DATABASE_URL, and that its user and password are right.")}}}
	}
	if d.Server != nil && d.Server.Shared {
		return []Section{{title, []Finding{problem("%s is a pooler that shares a session among several clients: serve refuses to start", d.Place).
			todo("Set pool_mode=session there, or name PostgreSQL itself in COUNTERSIGN_DATABASE_URL.")}}}
	}
	kind := "SQLite"
	if d.Server != nil {
		kind = "PostgreSQL"
	}
	findings := []Finding{ok("%s %s, %s", kind, d.Version, d.Place), d.schema()}
	if d.File != nil {
		findings = append(findings, d.File.findings()...)
	} else {
		findings = append(findings, d.Server.findings(d.Schema < d.Newest)...)
	}
	return []Section{{title, findings}}
}

// schema compares the tables with what this binary expects.
func (d Database) schema() Finding {
	switch {
	case d.Schema == 0:
		return ok("no tables yet: serve creates them, version %d", d.Newest)
	case d.Schema < d.Newest:
		return warning("the tables have version %d, this binary's have %d", d.Schema, d.Newest).
			todo("Make a backup, then start this binary's serve, which migrates the tables. Only the backup leads back.")
	case d.Schema > d.Newest:
		return problem("the tables have version %d, and this binary supports %d: it is too old for them", d.Schema, d.Newest).
			todo("Run the version of countersign that last ran serve, or a newer one; or restore an earlier backup.")
	}
	return ok("the tables have version %d, as this binary expects", d.Schema)
}

// unusable returns what prevents any database in that place.
func (f *File) unusable() []Finding {
	switch {
	case !f.FolderExists:
		return []Finding{problem("the folder %s does not exist", f.Folder).
			todo("Create it for the user that runs serve: install -d -m 700 -o USER %s", f.Folder)}
	case !f.FolderWritable:
		return []Finding{problem("the folder %s is not writable for this user; SQLite keeps its log there", f.Folder).
			todo("Run doctor as the user that runs serve. If this is that user: chown USER %s", f.Folder)}
	case f.Exists && !f.Writable:
		return []Finding{problem("the file %s is not writable for this user", f.Path).
			todo("Run doctor as the user that runs serve. If this is that user: chown USER %s*", f.Path)}
	}
	return nil
}

// findings judges a file that can be used.
func (f *File) findings() []Finding {
	var found []Finding
	if f.Exists {
		found = append(found, ok("file and folder are writable for this user; the file has %s", size(f.Size)))
		if !f.WAL {
			found = append(found, warning("the file is not in journal mode WAL").todo("Do nothing: serve sets it when it starts."))
		}
		if f.Mode&anyOthers != 0 {
			found = append(found, warning("the file has mode %o: other users of this machine may read requests and sessions", f.Mode.Perm()).
				todo("chmod 600 %s*", f.Path))
		}
	}
	if f.Network != "" {
		found = append(found, problem("the file is on a network file system (%s), where SQLite's log does not work", f.Network).
			todo("Keep the file on a local disk, or use PostgreSQL."))
	}
	return append(found, f.space()...)
}

func (f *File) space() []Finding {
	text := fmt.Sprintf("%s free on the disk", size(f.Free))
	const do = "Make room, or move the file: a full disk stops every decision."
	switch {
	case f.Free < 0:
		return nil
	case f.Free < noSpace:
		return []Finding{problem("only %s", text).todo(do)}
	case f.Free < lowSpace:
		return []Finding{warning("only %s", text).todo(do)}
	}
	return []Finding{ok("%s", text)}
}

// findings judges a server that answers. migrate says whether tables have to be created.
func (s *Server) findings(migrate bool) []Finding {
	var found []Finding
	if s.ReadOnly {
		found = append(found, problem("the server accepts no writes: it is a standby or set to read-only").
			todo("Name the primary in COUNTERSIGN_DATABASE_URL."))
	}
	if migrate && !s.MayCreate {
		found = append(found, problem("this user may not create the tables").
			todo("As the owner of the database: grant create on schema public to USER; or make USER the database's owner."))
	}
	if s.Encoding != "UTF8" {
		found = append(found, problem("the database has encoding %s, which cannot hold every text", s.Encoding).
			todo("Make a database with encoding 'UTF8' template template0."))
	}
	if !s.Encrypted && !s.Local {
		found = append(found, warning("the connection is not encrypted").
			todo("End COUNTERSIGN_DATABASE_URL in ?sslmode=verify-full; the server needs a certificate."))
	}
	found = append(found, s.connections())
	return append(found, s.Clock.skew("the database")...)
}

// connections compares how many connections the server gives at once with how many a replica needs.
func (s *Server) connections() Finding {
	if s.Given >= s.Needed {
		return ok("it has the %d free connections that one more replica needs", s.Needed)
	}
	return warning("it has only %d free connections; each replica needs %d (%s)", s.Given, s.Needed, s.Shortage).
		todo("Before you start another replica, raise max_connections, the connection limit of the user or database, or the pool_size of the pooler, to %d for each replica.", s.Needed)
}

// size formats a number of bytes for people.
func size(n int64) string {
	const k = 1024
	for _, unit := range []struct {
		bytes int64
		name  string
	}{{k * k * k, "GiB"}, {k * k, "MiB"}, {k, "KiB"}} {
		if n >= unit.bytes {
			return fmt.Sprintf("%.1f %s", float64(n)/float64(unit.bytes), unit.name)
		}
	}
	return fmt.Sprintf("%d bytes", n)
}
