package e2e_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"countersign/internal/standin/demo"
)

// postfix is a mail server of the tests' domain. It takes mails only through TLS, only for the
// group's address, and gives none to another server.
type postfix struct {
	address   string
	authority string // a file: who signed its certificate
	mails     string // the folder of the mails that arrived, a file each
	log       string
}

// postfixMain is main.cf. Postfix's own defaults would read the machine's accounts and aliases.
const postfixMain = `compatibility_level = 3.6
queue_directory = DIR/queue
data_directory = DIR/data
maillog_file = DIR/log
maillog_file_prefixes = DIR
myhostname = localhost
mydestination =
mynetworks =
inet_protocols = ipv4
alias_maps =
local_recipient_maps =
local_transport = error:no accounts here
default_transport = error:no mail leaves
relay_transport = error:no mail leaves
smtp_dns_support_level = disabled
smtpd_peername_lookup = no
smtpd_relay_restrictions = reject_unauth_destination
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = CERTIFICATE
smtpd_tls_key_file = CERTIFICATE
smtpd_tls_received_header = yes
virtual_mailbox_domains = harborline.example
virtual_mailbox_maps = inline:{finance@harborline.example=finance/}
virtual_mailbox_base = DIR/mail
virtual_uid_maps = static:UID
virtual_gid_maps = static:GID
`

// postfixMaster is master.cf: the services that such a server needs. None of them sends a mail on.
const postfixMaster = `ADDRESS inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
virtual unix - n n - - virtual
postlog unix-dgram n - n - 1 postlogd
`

// startPostfix runs the server until the test ends. Mails get the user that runs database servers
// as their owner, because Postfix writes none as root.
func startPostfix(t *testing.T) *postfix {
	t.Helper()
	if os.Getuid() != 0 {
		t.Fatal("Postfix starts as root only: run this check as root, in a container for example")
	}
	dir, certificates, address := serverFolder(t), t.TempDir(), freeAddress(t)
	certificate(t, certificates) // for localhost
	_, port, _ := net.SplitHostPort(address)
	p := &postfix{
		address: "localhost:" + port, authority: certificates + "/both.pem", mails: dir + "/mail/finance/new", log: dir + "/log",
	}
	owner := serverUser()
	config := filepath.Join(dir, "config")
	for _, err := range []error{
		os.Chmod(dir, 0o755),          //nolint:gosec // the users of Postfix read it
		os.Mkdir(config, 0o755),       //nolint:gosec // likewise
		os.Mkdir(dir+"/queue", 0o755), //nolint:gosec // likewise
		os.Mkdir(dir+"/mail", 0o700),
		os.Chown(dir+"/mail", int(owner.Uid), int(owner.Gid)),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	words := strings.NewReplacer("DIR", dir, "CERTIFICATE", p.authority, "ADDRESS", address,
		"UID", strconv.Itoa(int(owner.Uid)), "GID", strconv.Itoa(int(owner.Gid)))
	write(t, config+"/main.cf", words.Replace(postfixMain))
	write(t, config+"/master.cf", words.Replace(postfixMaster))
	t.Cleanup(func() {
		if log, err := os.ReadFile(p.log); t.Failed() {
			t.Logf("Postfix logged (%v):\n%s", err, log)
		}
	})
	// makes the folders of the queue
	if out, err := exec.CommandContext(t.Context(), "/usr/sbin/postfix", "-c", config, "check").CombinedOutput(); err != nil {
		t.Fatalf("postfix check: %v\n%s", err, out)
	}
	programs, err := exec.CommandContext(t.Context(), "/usr/sbin/postconf", "-c", config, "-h", "daemon_directory").Output()
	if err != nil {
		t.Fatal(err)
	}
	// its services end with it
	runBeside(t, strings.TrimSpace(string(programs))+"/master", address, "-c", config, "-s")
	return p
}

// letter is a mail as it arrived.
type letter struct {
	mail.Header
	body string // encoded, with its lines whole
}

// takes waits for another mail, after those that were read before.
func (p *postfix) takes(t *testing.T, read map[string]bool) (l letter) {
	t.Helper()
	eventually(t, "a mail to the group", func() error {
		files, err := os.ReadDir(p.mails)
		if err != nil {
			return err
		}
		for _, file := range files {
			if !read[file.Name()] {
				read[file.Name()] = true
				l = p.open(t, file.Name())
				return nil
			}
		}
		return fmt.Errorf("there are the %d from before", len(files))
	})
	return l
}

func (p *postfix) open(t *testing.T, name string) letter {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(p.mails, name))
	if err != nil {
		t.Fatal(err)
	}
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(m.Body)
	if err != nil {
		t.Fatal(err)
	}
	return letter{m.Header, strings.ReplaceAll(string(body), "=\n", "")}
}

// refusals are the lines of the log about mails to an address that were refused.
func (p *postfix) refusals(t *testing.T, to string) (lines []string) {
	t.Helper()
	log, err := os.ReadFile(p.log)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(log)) {
		if strings.Contains(line, "reject: RCPT") && strings.Contains(line, "to=<"+to+">") {
			lines = append(lines, line)
		}
	}
	return lines
}

// TestInteropPostfix: mails go through STARTTLS to a server that asks for it, and stand in one
// thread; an address that it does not know is tried once.
func TestInteropPostfix(t *testing.T) {
	t.Parallel()
	_, version := installed(t, "postconf")
	t.Run(strings.Replace(version, "postconf", "postfix", 1), func(t *testing.T) {
		p, read := startPostfix(t), make(map[string]bool)
		w := newWorld(t, func(settings map[string]string) {
			settings[trusted] = p.authority
			settings[deskText] = strings.Replace(deskFile, "fourEyes: true",
				"notices: {title: inside, fields: [{label: Total, value: /total}, {label: Account, value: /vendor/iban}]}", 1) +
				"groups: {approvers: {}, platform-team: {}, audit: {}, release-managers: {}, " +
				"finance-approvers: {email: [finance@harborline.example, left@harborline.example]}}\n" +
				"channels: {email: {server: '" + p.address + "', from: 'Countersign <desk@harborline.example>', tls: starttls}}\n"
		})
		a := w.ask(t, expense(withMasks))
		first := p.takes(t, read)
		t.Run("a mail arrives through TLS", func(t *testing.T) { arrived(t, w, first) })
		t.Run("an address that it does not know is switched off in words", func(t *testing.T) {
			aiko := w.signIn(t, "aiko")
			aiko.open("/admin/channels")
			aiko.until(channelShows("Places that are switched off"))
			aiko.open("/admin/channels")
			aiko.reads(".off", "left@harborline.example", "550 5.1.1", "Recipient address rejected")
		})
		t.Run("the decision answers the first mail", func(t *testing.T) {
			mara := w.signIn(t, "mara")
			mara.open(a.page())
			mara.arm("approve")
			mara.confirm()
			second := p.takes(t, read)
			if got := second.Get("In-Reply-To"); got != first.Get("Message-Id") {
				t.Errorf("it answers %q, not %q", got, first.Get("Message-Id"))
			}
		})
		t.Run("the unknown address is not tried again", func(t *testing.T) {
			// without a deadline, what a group is asked waits ten seconds for others, not ten minutes
			w.ask(t, expense(func(q *demo.Question) { q.TimeoutSeconds = 0 }))
			p.takes(t, read)
			if lines := p.refusals(t, "left@harborline.example"); len(lines) != 1 {
				t.Errorf("it refused %q", lines)
			}
		})
	})
}

// arrived checks the mail about a request with masked values.
func arrived(t *testing.T, w *world, l letter) {
	t.Helper()
	if got := l.Get("Received"); !strings.Contains(got, "with ESMTPS") || !strings.Contains(got, "using TLSv1.3") {
		t.Errorf("it was received %q", got)
	}
	host, _, _ := net.SplitHostPort(strings.TrimPrefix(w.url, "http://"))
	if got := l.Get("List-Id"); got != "<countersign."+host+">" {
		t.Errorf("its list is %q", got)
	}
	// Postfix would add one of its own host
	if got := l.Get("Message-Id"); !strings.HasSuffix(got, "@harborline.example>") {
		t.Errorf("its Message-ID is %q", got)
	}
	if !strings.Contains(l.body, "7846.2") {
		t.Errorf("it lacks the total: %s", l.body)
	}
	if strings.Contains(l.body, "canary") {
		t.Errorf("it has a masked value: %s", l.body)
	}
}
