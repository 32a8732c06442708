package e2e_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// proxy is a program that stands before desks, with the file of deploy/proxies that configures it.
type proxy struct {
	program string
	file    string
	around  string   // a configuration for this test, in which FILE is the one of deploy/proxies
	start   []string // arguments that start it in the foreground
}

var proxies = []proxy{{
	program: "nginx", file: "nginx.conf",
	around: "daemon off; pid DIR/pid; error_log stderr warn; user root; events {}\n" +
		"http { access_log off; client_body_temp_path DIR/body; proxy_temp_path DIR/answers; fastcgi_temp_path DIR/f; " +
		"uwsgi_temp_path DIR/u; scgi_temp_path DIR/s; include FILE; }\n",
	start: []string{"-e", "stderr", "-c", "AROUND"},
}, {
	program: "caddy", file: "Caddyfile",
	around: "{\n\tadmin off\n\tauto_https disable_redirects\n\tgrace_period 1s\n}\nimport FILE\n",
	start:  []string{"run", "--adapter", "caddyfile", "--config", "AROUND"},
}, {
	program: "apache2", file: "apache.conf",
	around: "ServerRoot DIR\nDefaultRuntimeDir DIR\nPidFile DIR/pid\nMutex file:DIR default\nErrorLog /dev/stderr\nServerName localhost\n" +
		"User nobody\nGroup nogroup\nListen 127.0.0.1:PORT\n" +
		"LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so\n" +
		"LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so\n" +
		"LoadModule ssl_module /usr/lib/apache2/modules/mod_ssl.so\n" +
		"LoadModule http2_module /usr/lib/apache2/modules/mod_http2.so\n" +
		"LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so\n" +
		"LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so\n" +
		"Include FILE\n",
	start: []string{"-DFOREGROUND", "-f", "AROUND"},
}, {
	program: "haproxy", file: "haproxy.cfg",
	start: []string{"-db", "-f", "FILE"},
}}

// client is the address from which the requests of these tests come. The proxies' own is 127.0.0.1,
// the only one that the desk trusts.
const client = "127.0.0.2"

// front is a desk behind a proxy.
type front struct {
	*world
	authority *x509.CertPool // of the proxy's certificate
}

// newFront starts a desk behind a proxy with our configuration of it, in which only names, ports
// and paths are other ones, and from which some words are left out.
func newFront(t *testing.T, p proxy, without ...string) *front {
	t.Helper()
	path, _ := installed(t, p.program)
	outside, inside := freeAddress(t), freeAddress(t)
	_, port, _ := net.SplitHostPort(outside)
	dir := t.TempDir()
	f := &front{authority: certificate(t, dir)}
	ours, err := os.ReadFile(filepath.Join("..", "deploy", "proxies", p.file))
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range without {
		ours = bytes.ReplaceAll(ours, []byte(words), nil)
	}
	name := "localhost"
	if p.program == "caddy" {
		name = "https://localhost:" + port
	}
	file := fileOf(t, dir, p.file, string(ours), "countersign.example.com", name, "127.0.0.1:8080", inside,
		"/etc/ssl/countersign.pem", dir+"/both.pem", "/etc/ssl/private/countersign.pem", dir+"/both.pem",
		"/etc/ssl/private/countersign.key", dir+"/both.pem",
		"listen 443", "listen "+outside, "*:443", outside)
	around := fileOf(t, dir, "around", p.around, "DIR", dir, "FILE", file, "PORT", port)
	args := strings.NewReplacer("AROUND", around, "FILE", file).Replace(strings.Join(p.start, " "))
	runBeside(t, path, outside, strings.Fields(args)...)
	f.world = newWorldAt(t, "https://localhost:"+port, func(settings map[string]string) {
		settings["ADDR"], settings["TRUSTED_PROXIES"] = inside, "127.0.0.1/32"
	})
	f.sender.Client = f.from(client)
	return f
}

// certificate writes a certificate for localhost that signed itself, with its key, and returns whom
// to trust.
func certificate(t *testing.T, dir string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	names := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, names, names, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	fileOf(t, dir, "both.pem", string(public)+string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})))
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(public)
	return pool
}

// from is a client of the proxy with an address of its own. It speaks HTTP/2 where the proxy does.
func (f *front) from(address string) *http.Client {
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	return &http.Client{
		Transport: &http.Transport{
			DialContext:     func(ctx context.Context, _, to string) (net.Conn, error) { return dialer.DialContext(ctx, "tcp4", to) },
			TLSClientConfig: &tls.Config{RootCAs: f.authority}, ForceAttemptHTTP2: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
