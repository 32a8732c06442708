package postgres

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgproto3"
)

const (
	// neededConnections is how many connections a replica needs: those of the pool, and one for
	// invalidations.
	neededConnections = maxConnections + 1
	// surveyLimit is how long to wait for connections.
	surveyLimit = 6 * time.Second
	// recheckLimit is how long to wait for the second answers of those that answered.
	recheckLimit = 2 * time.Second
)

// errShared refuses a pooler that may give each transaction another session.
var errShared = errors.New("the pooler in front of PostgreSQL shares a session among several clients, " +
	"as PgBouncer does with pool_mode transaction or statement. Migrations, prepared statements and notifications " +
	"need a session of their own. Set pool_mode=session, or connect directly")

// survey describes a replica's connections when all of them are opened at once.
type survey struct {
	given     int   // how many answered
	shortage  error // why not all of them answered
	shared    bool  // a pooler shares sessions between clients
	encrypted bool
	local     bool // on this machine
}

// probe is one connection and the server process that answered on it.
type probe struct {
	conn *pgx.Conn
	pid  uint32
	err  error
}

// takeSurvey opens connections and closes them. It opens the first one alone, so that a wrong
// password is refused only once. If there is no connection at all, the error says why.
func takeSurvey(ctx context.Context, config *pgx.ConnConfig, connections int) (survey, error) {
	ctx, cancel := context.WithTimeout(ctx, surveyLimit)
	defer cancel()
	all := make([]probe, connections)
	defer closeAll(ctx, all)
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

// ask connects and asks which server process answers. It prepares the statement as the store does,
// because some poolers keep a session together for a client that does so.
func ask(ctx context.Context, config *pgx.ConnConfig) (a probe) {
	if a.conn, a.err = pgx.ConnectConfig(ctx, config); a.err != nil {
		return a
	}
	if a.err = greet(ctx, a.conn); a.err == nil {
		a.pid, a.err = backend(ctx, a.conn)
	}
	return a
}

// closeAll closes connections in parallel, because one that hangs may take a second.
func closeAll(ctx context.Context, all []probe) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	var closing sync.WaitGroup
	for _, a := range all {
		if a.conn != nil {
			closing.Go(func() { leave(ctx, a.conn) })
		}
	}
	closing.Wait()
}

// leave ends a connection and waits until the server has ended it too. Until then it counts against
// the limits of the server and of the role, and the first connections of the pool could be refused.
func leave(ctx context.Context, conn *pgx.Conn) {
	taken, err := conn.PgConn().Hijack()
	if err != nil { // it is already broken
		_ = conn.Close(ctx)
		return
	}
	defer func() { _ = taken.Conn.Close() }() // nothing was written
	if deadline, ok := ctx.Deadline(); ok {
		_ = taken.Conn.SetDeadline(deadline)
	}
	taken.Frontend.Send(&pgproto3.Terminate{})
	if taken.Frontend.Flush() == nil {
		_, _ = io.Copy(io.Discard, taken.Conn)
	}
}

func backend(ctx context.Context, conn *pgx.Conn) (pid uint32, err error) {
	err = conn.QueryRow(ctx, "select pg_backend_pid()", pgx.QueryExecModeCacheStatement).Scan(&pid)
	return pid, err
}

// shareSessions reports whether a pooler shares sessions. It checks whether two connections have
// had the same process, and asks all of them once more, one after the other, whether their process
// is still the same: a session has one process, and a process one session. An idle pooler hands out
// the same process each time; a busy one would have to hand out all twenty processes as before by
// chance.
func shareSessions(ctx context.Context, all []probe) bool {
	// the first round may have used up all of its time
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recheckLimit)
	defer cancel()
	seen := map[uint32]bool{}
	for _, a := range all {
		if a.err == nil && seen[a.pid] {
			return true
		}
		seen[a.pid] = true
	}
	for _, a := range all {
		if a.err != nil {
			continue
		}
		if pid, err := backend(ctx, a.conn); sharedBy(err) || err == nil && pid != a.pid {
			return true
		}
	}
	return false
}

// sharedBy reports whether an error shows that a statement which one client had prepared was found,
// or was missing, in the session of another.
func sharedBy(err error) bool {
	code := sqlState(err)
	// no such prepared statement; prepared statement exists already
	return code == "26000" || code == "42P05"
}

// link reports whether a connection is encrypted, and whether it stays on this machine.
func link(conn net.Conn) (encrypted, local bool) {
	_, encrypted = conn.(*tls.Conn)
	at := conn.RemoteAddr()
	ip, err := netip.ParseAddrPort(at.String())
	return encrypted, at.Network() == "unix" || err == nil && ip.Addr().Unmap().IsLoopback()
}
