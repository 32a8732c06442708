package deskfile

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"countersign/internal/announcement"
	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/config/strictyaml"
	"countersign/internal/discovery"
)

// Function is what the desk does for a Lambda function.
type Function struct {
	Watch         *Watch     `yaml:"watch"`
	Templates     []Template `yaml:"templates"`
	Format        string     `yaml:"format"`
	EncryptionKey *Secret    `yaml:"encryptionKey"`
	KMSKey        string     `yaml:"kmsKey"`
	Codec         *Codec     `yaml:"codec"`
}

var functionKeys = strictyaml.Table{
	"watch": {
		Help: "Search its executions for callbacks that nobody announced; {} keeps all " +
			"defaults.",
		Example: "{queue: finance}",
	},
	"templates": {
		Help: "Requests made of the input for callbacks that nobody announced, see " +
			"[templates.md](templates.md).",
		Example: "[{callback: sign-off, title: Sign the contract}]",
		Max:     20,
	},
	"format": {
		Help: "How it reads results, see [codec.md](codec.md): what a template makes (json), " +
			"or the text of the JSON string that a template makes (text).",
		Default: "json",
		Enum:    []string{"json", "text"},
	},
	"encryptionKey": {
		Help: "Key to encrypt results with AES-GCM, 32 bytes in base64. Its callbacks need " +
			"the serdes of package durable/aesgcm with the same key.",
		Example: "{file: /run/secrets/expense-key}",
	},
	"kmsKey": {
		Help: "Key of AWS KMS to encrypt results under. Its callbacks need the serdes of " +
			"package durable/kmsgcm.",
		Example: "alias/expenses",
		Pattern: `^((arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:)?alias/[A-Za-z0-9/_-]{1,250}|(arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/)?(mrk-[a-f0-9]{32}|[a-f0-9-]{36}))$`,
		Words:   "write a key of AWS KMS as alias/NAME, by its ID or by its ARN",
	},
	"codec": {
		Help: "Server of yours that encodes results and decodes payloads, see " +
			"[codec.md](codec.md).",
		Example: "{url: 'https://codec.example.com/v1', token: {file: /run/secrets/codec-token}}",
	},
}

// Table describes the keys, as [strictyaml.Described] has it.
func (Function) Table() strictyaml.Table { return functionKeys }

// Watch says where callbacks go that are found in a function's executions.
type Watch struct {
	Queue   string `yaml:"queue"`
	Region  string `yaml:"region"`
	Account string `yaml:"account"`
	Except  Except `yaml:"except"`
}

var watchKeys = strictyaml.Table{
	"queue": {Help: "Queue for what is found.", Example: "finance", Default: "default"},
	"region": {
		Help:    "Region of the function.",
		Example: "eu-central-1",
		Default: "the ARN's, or COUNTERSIGN_LAMBDA_REGION",
		Pattern: `^[a-z]{2,4}(-[a-z]{2,12}){1,2}-[0-9]{1,2}$`,
		Words:   "write an AWS region, as eu-central-1",
	},
	"account": {
		Help:    "Account of the function, one of accounts.",
		Example: "'111122223333'",
		Default: "the ARN's if listed, else that of the default credentials",
		Pattern: `^[0-9]{12}$`,
		Words:   "write the 12 digits of an AWS account in quotes",
	},
	"except": {Help: "Callbacks to leave out, by patterns; * is any text.", Example: "{names: [health-*]}"},
}

// Table describes the keys, as [strictyaml.Described] has it.
func (Watch) Table() strictyaml.Table { return watchKeys }

// Except has patterns of callbacks to leave out, by name and by subtype. The bounds are AWS's limits
// for names of operations and for subtypes.
type Except struct {
	Names    []string `yaml:"names"`
	Subtypes []string `yaml:"subtypes"`
}

var exceptKeys = strictyaml.Table{
	"names": {
		Help:    "Names of callbacks, or of the context that directly contains them.",
		Example: "[health-*]",
		Pattern: `^.{1,256}$`,
		Words:   "write at most 256 characters",
		Max:     50,
	},
	"subtypes": {
		Help:    "Their subtypes, or that of this context.",
		Example: "[MicroVm*]",
		Pattern: `^[A-Za-z0-9_*-]{1,32}$`,
		Words:   "write 1 to 32 letters, digits, hyphens, underscores and *",
		Max:     50,
	},
}

// Table describes the keys, as [strictyaml.Described] has it.
func (Except) Table() strictyaml.Table { return exceptKeys }

// Watches returns the functions that are searched, by name.
func (d *Desk) Watches() map[string]Watch {
	all := make(map[string]Watch)
	for name, f := range d.Functions {
		if f.Watch != nil {
			all[name] = *f.Watch
		}
	}
	return all
}

// Templates returns the templates of a function that is watched, by its name in the file.
func (d *Desk) Templates(function string) (all []announcement.Template) {
	for _, t := range d.Functions[function].Templates {
		all = append(all, t.Domain())
	}
	return all
}

// Every reports whether a name stands for every durable function.
func Every(name string) bool {
	return name == discovery.EveryFunction || strings.HasSuffix(name, ":function:"+discovery.EveryFunction)
}

// watchesInForce fills in the queue, the region of the ARN, and its account if that is listed.
func (d *Desk) watchesInForce() {
	functions := maps.Clone(d.Functions)
	for name, f := range functions {
		if f.Watch == nil {
			continue
		}
		watch := d.watchInForce(name, *f.Watch)
		f.Watch = &watch
		functions[name] = f
	}
	d.Functions = functions
}

func (d *Desk) watchInForce(name string, watch Watch) Watch {
	own := arn.Parse(name)
	watch.Queue = cmp.Or(watch.Queue, callbacks.DefaultQueue)
	watch.Region = cmp.Or(watch.Region, own.Region)
	if _, listed := d.Accounts[own.Account]; listed {
		watch.Account = own.Account
	}
	return watch
}

func (c *checker) checkFunctions() {
	for name, f := range c.desk.Functions {
		at := strictyaml.Path("functions").Key(name)
		if f.Watch == nil && f.Format == "" && f.encoded() == 0 && len(f.Templates) == 0 && !c.doc.Faulty(at) {
			c.doc.Fault(at, "nothing is said about the function: write watch: {}, or remove it")
		}
		if f.Watch != nil {
			c.checkWatch(name, *f.Watch, at.Key("watch"))
		}
		c.checkTemplates(f, at)
		c.checkFormat(name, f, at)
	}
	c.checkEvery()
}

func (c *checker) checkWatch(name string, watch Watch, at strictyaml.Path) {
	own := arn.Parse(name)
	c.checkQueue(at.Key("queue"), watch.Queue)
	if watch.Region != "" && own.Region != "" && watch.Region != own.Region {
		c.doc.Fault(at.Key("region"), "the ARN has the region %s: remove the key", own.Region)
	}
	_, listed := c.desk.Accounts[watch.Account]
	switch {
	case watch.Account == "":
	case own.Account != "" && watch.Account != own.Account:
		c.doc.Fault(at.Key("account"), "the ARN has the account %s: remove the key", own.Account)
	case !listed:
		c.lost(at.Key("account"), "account", watch.Account, "accounts", slices.Collect(maps.Keys(c.desk.Accounts)))
	}
	for list, patterns := range map[string][]string{"names": watch.Except.Names, "subtypes": watch.Except.Subtypes} {
		for i, pattern := range patterns {
			if pattern != "" && strings.Trim(pattern, "*") == "" {
				c.doc.Fault(at.Key("except").Key(list).Item(i),
					"the pattern leaves out everything: remove it, or the function's watch")
			}
		}
	}
}

// checkEvery notes two lines that stand for the same functions.
func (c *checker) checkEvery() {
	type place struct{ account, region string }
	first := map[place]string{}
	for _, name := range slices.Sorted(maps.Keys(c.desk.Functions)) {
		f := c.desk.Functions[name]
		if f.Watch == nil || !Every(name) {
			continue
		}
		watch := c.desk.watchInForce(name, *f.Watch)
		at := place{watch.Account, cmp.Or(watch.Region, c.Region)}
		if other, twice := first[at]; twice {
			c.doc.Fault(strictyaml.Path("functions").Key(name),
				"this stands for the same functions as %q: keep one", other)
		}
		first[at] = name
	}
}
