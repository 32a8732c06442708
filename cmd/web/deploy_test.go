package main

import (
	"countersign/internal/schema"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"countersign/internal/condition"
	"countersign/internal/config"
)

// deployFile reads a file from the top of the module.
func deployFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestImageIsBuiltLikeTheBinary: what is measured and tested is what runs.
func TestImageIsBuiltLikeTheBinary(t *testing.T) {
	t.Parallel()
	command := regexp.MustCompile(`CGO_ENABLED=0 go build (.+) -o \S+ (\S+)`)
	spelling := strings.NewReplacer(`'`, `"`, "$(VERSION)", "$VERSION")
	want := command.FindStringSubmatch(spelling.Replace(deployFile(t, "Makefile")))
	got := command.FindStringSubmatch(spelling.Replace(deployFile(t, "deploy/Dockerfile")))
	if want == nil || got == nil || !slices.Equal(got[1:], want[1:]) {
		t.Errorf("the image is built by %q, the Makefile builds by %q", got, want)
	}
}

// TestManifestSettings: the values in the manifest are a configuration that starts.
func TestManifestSettings(t *testing.T) {
	t.Parallel()
	settings := map[string]string{}
	for _, line := range regexp.MustCompile(`(?m)^  (COUNTERSIGN_\w+): (.+)$`).FindAllStringSubmatch(deployFile(t, "deploy/kubernetes.yaml"), -1) {
		value, _, _ := strings.Cut(line[2], " # ")
		settings[line[1]] = strings.Trim(value, `'"`)
	}
	secrets := map[string]string{
		"database-url":       "postgres://app:password@db/countersign",
		"oidc-client-secret": "secret",
		"session-key":        rigSessionKey,
		"expenses":           "whsec_" + rigSessionKey,
	}
	_, desk, _ := strings.Cut(deployFile(t, "deploy/kubernetes.yaml"), "  countersign.yaml: |\n")
	desk, _, _ = strings.Cut(desk, "---\n")
	c, err := config.Load(settings, func(path string) ([]byte, error) {
		if path == "/etc/countersign/countersign.yaml" {
			return []byte(desk), nil
		}
		text, ok := secrets[strings.TrimPrefix(path, "/run/secrets/countersign/")]
		if !ok {
			return nil, errors.New("the comment names no such secret")
		}
		return []byte(text), nil
	}, condition.Compile, schema.NewCompiler())
	if err != nil {
		t.Fatal(err)
	}
	if c.MetricsAddr != ":9090" || !c.Desk.Queues["finance"].FourEyes {
		t.Errorf("read as:\n%s", c)
	}
}

// TestReadmeSettings: the set-up of the README starts: its variables with its file.
func TestReadmeSettings(t *testing.T) {
	t.Parallel()
	readme, settings := deployFile(t, "README.md"), map[string]string{}
	_, block, _ := strings.Cut(readme, "```\nCOUNTERSIGN_")
	block, _, _ = strings.Cut("COUNTERSIGN_"+block, "```")
	for line := range strings.Lines(block) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		settings[name] = value
	}
	_, desk, _ := strings.Cut(readme, "```yaml\n")
	desk, _, _ = strings.Cut(desk, "```")
	files := map[string]string{
		"/etc/countersign/countersign.yaml": desk, "/run/secrets/oidc": "secret", "/run/secrets/expenses": "whsec_" + rigSessionKey,
	}
	c, err := config.Load(settings, func(path string) ([]byte, error) {
		text, ok := files[path]
		if !ok {
			return nil, errors.New("there is no such file: " + path)
		}
		return []byte(text), nil
	}, condition.Compile, schema.NewCompiler())
	if err != nil {
		t.Fatal(err)
	}
	if c.OIDC.ClientSecret != "secret" || len(c.Desk.Sources["expenses"].Secrets) != 1 || len(c.Unknown(settings)) > 0 {
		t.Errorf("read as:\n%s", c)
	}
}

// TestDeployNamesSettings: a misspelt variable would be passed over in silence.
func TestDeployNamesSettings(t *testing.T) {
	t.Parallel()
	var known []string
	for _, s := range config.Settings() {
		known = append(known, s.Name, s.Name+"_FILE")
	}
	for _, file := range []string{"deploy/Dockerfile", "deploy/countersign.service", "deploy/kubernetes.yaml", "docs/operations.md", "docs/proxies.md"} {
		for _, name := range regexp.MustCompile(`COUNTERSIGN_[A-Z_]+`).FindAllString(deployFile(t, file), -1) {
			if !slices.Contains(known, name) {
				t.Errorf("%s names %s, which is no setting", file, name)
			}
		}
	}
}

// TestDeployIsBounded: what we hand out has limits, names a network, and pins what it runs.
func TestDeployIsBounded(t *testing.T) {
	t.Parallel()
	for file, texts := range map[string][]string{
		"deploy/kubernetes.yaml":     {"limits: {memory: ", "GOMEMLIMIT", "kind: NetworkPolicy", "policyTypes: [Ingress, Egress]", "image: registry.example.com/countersign@sha256:"},
		"deploy/countersign.service": {"MemoryMax=", "TasksMax=", "GOMEMLIMIT="},
		"deploy/Dockerfile":          {"ARG GO_IMAGE=", "FROM ${GO_IMAGE} AS build"},
	} {
		for _, text := range texts {
			if !strings.Contains(deployFile(t, file), text) {
				t.Errorf("%s has no %s", file, text)
			}
		}
	}
	proxies := regexp.MustCompile(`COUNTERSIGN_TRUSTED_PROXIES: \d+\.\d+\.\d+\.\d+/(\d+)`).FindStringSubmatch(deployFile(t, "deploy/kubernetes.yaml"))
	if proxies == nil || proxies[1] < "24" || len(proxies[1]) != 2 {
		t.Errorf("trusted proxies are %v, want one network of 256 addresses at most", proxies)
	}
}

// TestProxiesAreDocumented: the documentation has the configurations that are run, to the letter.
func TestProxiesAreDocumented(t *testing.T) {
	t.Parallel()
	page := deployFile(t, "docs/proxies.md")
	for language, file := range map[string]string{"nginx": "nginx.conf", "caddyfile": "Caddyfile", "apache": "apache.conf", "haproxy": "haproxy.cfg"} {
		if block := "```" + language + "\n" + deployFile(t, "deploy/proxies/"+file) + "```\n"; !strings.Contains(page, block) {
			t.Errorf("docs/proxies.md does not have deploy/proxies/%s as it is:\n%s", file, block)
		}
	}
}
