package sqlstore

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// neededConnections of one replica: those of the pool, and one for notices.
	neededConnections = maxConnections + 1
	// surveyLimit is how long connections are waited for.
	surveyLimit = 7 * time.Second
)

// errShared refuses a pooler that gives every transaction another session.
var errShared = errors.New("a pooler stands before PostgreSQL that gives a session to several clients, as PgBouncer does with pool_mode transaction or statement: " +
	"migrations, prepared statements and notices need a session of their own. Set pool_mode=session, or connect directly")

// survey is what a replica's connections are like when all of them are opened at once.
type survey struct {
	given     int   // how many answered
	shortage  error // why not all
	shared    bool  // sessions, by a pooler
	encrypted bool
	local     bool // on this machine
}

// probe is one connection and the server process that answered on it.
type probe struct {
	conn *pgx.Conn
	pid  uint32
	err  error
}

// surveyPostgres opens as many connections as a replica needs, and closes them. The first is opened alone: a wrong password
// is refused once. Its error says why there is none at all.
func surveyPostgres(ctx context.Context, config *pgx.ConnConfig) (survey, error) {
	ctx, cancel := context.WithTimeout(ctx, surveyLimit)
	defer cancel()
	all := make([]probe, neededConnections)
	defer func() {
		for _, a := range all {
			a.close(ctx)
		}
	}()
	if all[0] = ask(ctx, config); all[0].err != nil {
		return survey{shared: sharedBy(all[0].err)}, all[0].err
	}
	var others sync.WaitGroup
	for i := range all[1:] {
		others.Go(func() { all[i+1] = ask(ctx, config) })
	}
	others.Wait()
	s := survey{}
	s.encrypted, s.local = link(all[0].conn.PgConn().Conn())
	s.count(all)
	s.shared = s.shared || shareSessions(ctx, all)
	return s, nil
}

// count counts the connections that answered.
func (s *survey) count(all []probe) {
	for _, a := range all {
		if a.err == nil {
			s.given++
			continue
		}
		s.shared = s.shared || sharedBy(a.err)
		s.shortage = a.err
	}
}

// ask connects and asks which server process answers. It prepares the statement as the store does: some poolers keep a session
// together for a client that does so.
func ask(ctx context.Context, config *pgx.ConnConfig) (a probe) {
	if a.conn, a.err = pgx.ConnectConfig(ctx, config); a.err != nil {
		return a
	}
	if a.err = greet(ctx, a.conn); a.err == nil {
		a.pid, a.err = backend(ctx, a.conn)
	}
	return a
}

func (a probe) close(ctx context.Context) {
	if a.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_ = a.conn.Close(ctx) // nothing was written
}

func backend(ctx context.Context, conn *pgx.Conn) (pid uint32, err error) {
	err = conn.QueryRow(ctx, "select pg_backend_pid()", pgx.QueryExecModeCacheStatement).Scan(&pid)
	return pid, err
}

// shareSessions asks all connections once more, one after the other. A session has one process, and a process one session: where
// two connections share one, or one has got another, there are no sessions. An idle pooler hands out the same process each
// time; a busy one would have to hand out twenty by chance as before.
func shareSessions(ctx context.Context, all []probe) bool {
	seen := map[uint32]bool{}
	for _, a := range all {
		if a.err != nil {
			continue
		}
		pid, err := backend(ctx, a.conn)
		if sharedBy(err) || err == nil && (pid != a.pid || seen[pid]) {
			return true
		}
		seen[pid] = true
	}
	return false
}

// sharedBy reports whether an error shows that a statement which one client prepared was met, or missed, by another.
func sharedBy(err error) bool {
	code := sqlState(err)
	return code == "26000" || code == "42P05" // there is no such prepared statement; there is one already
}

// link tells whether a connection is encrypted, and whether it stays on this machine.
func link(conn net.Conn) (encrypted, local bool) {
	_, encrypted = conn.(*tls.Conn)
	at := conn.RemoteAddr()
	ip, err := netip.ParseAddrPort(at.String())
	return encrypted, at.Network() == "unix" || err == nil && ip.Addr().Unmap().IsLoopback()
}
