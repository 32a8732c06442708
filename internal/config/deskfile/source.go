package deskfile

import (
	"encoding/base64"
	"maps"
	"slices"
	"strings"

	"countersign/internal/callbacks"
	"countersign/internal/config/strictyaml"
)

// Least lengths of a source's credentials, so that they cannot be guessed.
const (
	// of a signing secret after decoding base64, the least that Standard Webhooks allows
	minSecretBytes     = 24
	minTokenCharacters = 32
	// maxCredentials bounds those of all sources, because each is tried on each message.
	maxCredentials = 64
)

// makeSecret and makeKey tell how to make a signing secret and an encryption key.
const (
	makeSecret = "make one with `echo \"whsec_$(openssl rand -base64 32)\"`"
	makeToken  = "make one with `openssl rand -hex 32`"
	makeKey    = "make one with `openssl rand -base64 32`"
)

// Source is a sender of webhooks. It proves its identity with a signature or a bearer token.
type Source struct {
	Secrets []Secret `yaml:"secrets"`
	Tokens  []Secret `yaml:"tokens"`
	Queues  []string `yaml:"queues"`
}

var sourceKeys = strictyaml.Table{
	"secrets": {
		Help:    "Signing secrets of Standard Webhooks: whsec_ and base64 of at least 24 bytes.",
		Example: "[{file: /run/secrets/expenses}]",
		Max:     20,
	},
	"tokens": {
		Help:    "Bearer tokens of at least 32 characters, for senders that cannot sign.",
		Example: "[{env: EXPENSES_TOKEN}]",
		Max:     20,
	},
	"queues": {Help: "Queues it may address.", Example: "[finance]", Default: "every queue"},
}

// Table describes the keys, as [strictyaml.Described] has it.
func (Source) Table() strictyaml.Table { return sourceKeys }

// Topic is an SNS topic whose messages are announcements.
type Topic struct {
	Source string   `yaml:"source"`
	Queues []string `yaml:"queues"`
	Events bool     `yaml:"events"`
}

var topicKeys = strictyaml.Table{
	"source": {
		Help:     "The sender's name in the record; topics may share one.",
		Example:  "expenses",
		Required: true,
		Pattern:  namePattern,
		Words:    nameWords,
	},
	"queues": {Help: "Queues it may address.", Example: "[finance]", Default: "every queue"},
	"events": {
		Help:    "Also take events of EventBridge about ended executions.",
		Example: "true",
		Default: "false",
	},
}

// Table describes the keys, as [strictyaml.Described] has it.
func (Topic) Table() strictyaml.Table { return topicKeys }

// checkSources notes sources that cannot prove who they are, and credentials that are weak or used
// twice.
func (c *checker) checkSources() {
	owner, count := make(map[string]strictyaml.Path), 0
	for _, name := range slices.Sorted(maps.Keys(c.desk.Sources)) {
		source, at := c.desk.Sources[name], strictyaml.Path("sources").Key(name)
		c.checkSender(at, name)
		count += len(source.Secrets) + len(source.Tokens)
		if len(source.Secrets)+len(source.Tokens) == 0 && !c.doc.Faulty(at) {
			c.doc.Fault(at, "the source cannot prove who it is: write secrets: [{file: /run/secrets/%s}]", name)
		}
		c.checkCredentials(source.Secrets, at.Key("secrets"), owner, signingSecretFault)
		c.checkCredentials(source.Tokens, at.Key("tokens"), owner, tokenFault)
		c.checkAddressed(at.Key("queues"), source.Queues)
	}
	if count > maxCredentials {
		c.doc.Fault("sources", "the sources have %d secrets and tokens: at most %d are allowed", count, maxCredentials)
	}
}

func (c *checker) checkCredentials(
	list []Secret, at strictyaml.Path, owner map[string]strictyaml.Path, fault func(string) string,
) {
	for i := range list {
		place := at.Item(i)
		if !c.readSecret(&list[i], place) {
			continue
		}
		value := list[i].value
		if what := fault(value); what != "" {
			c.doc.Fault(place, "%s", what)
			continue
		}
		if first, taken := owner[value]; taken {
			c.doc.Fault(place, "this is the same secret as %s: every sender needs its own", first)
			continue
		}
		owner[value] = place
	}
}

// signingSecretFault says what is wrong with a signing secret, without repeating it.
func signingSecretFault(secret string) string {
	encoded, ok := strings.CutPrefix(secret, "whsec_")
	if !ok {
		return "the secret must start with whsec_: " + makeSecret
	}
	key, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return "the secret must be base64 after whsec_, with its = at the end: " + makeSecret
	}
	if len(key) < minSecretBytes {
		return "the secret is shorter than 24 bytes: " + makeSecret
	}
	return ""
}

func tokenFault(token string) string {
	if len(token) < minTokenCharacters {
		return "the token is shorter than 32 characters: " + makeToken
	}
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "the token has characters other than visible ASCII: " + makeToken
	}
	return ""
}

func (c *checker) checkTopics() {
	for arn, topic := range c.desk.Topics {
		at := strictyaml.Path("snsTopics").Key(arn)
		c.checkSender(at.Key("source"), topic.Source)
		c.checkAddressed(at.Key("queues"), topic.Queues)
	}
}

// checkSender notes a sender whose name stands for something else in the record.
func (c *checker) checkSender(at strictyaml.Path, name string) {
	if name == callbacks.SourceDiscovery || name == callbacks.SourceAnnounced {
		c.doc.Fault(at, "the name %s stands for something else in the record: choose another", name)
	}
}
