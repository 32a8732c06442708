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
	Watch         *Watch     `yaml:"watch" example:"{queue: finance}" help:"Search its executions for callbacks that nobody announced; {} keeps all defaults."`
	Templates     []Template `yaml:"templates" example:"[{callback: sign-off, title: Sign the contract}]" max:"20" help:"Requests made of the input for callbacks that nobody announced, see [templates.md](templates.md)."`
	Format        string     `yaml:"format" enum:"json,text" default:"json" help:"How it reads results, see [codec.md](codec.md): what a template makes (json), or the text of the JSON string that a template makes (text)."`
	EncryptionKey *Secret    `yaml:"encryptionKey" example:"{file: /run/secrets/expense-key}" help:"Key to encrypt results with AES-GCM, 32 bytes in base64. Its callbacks need the serdes of package durable/aesgcm with the same key."`
	KMSKey        string     `yaml:"kmsKey" example:"alias/expenses" pattern:"^((arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:)?alias/[A-Za-z0-9/_-]{1,250}|(arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/)?(mrk-[a-f0-9]{32}|[a-f0-9-]{36}))$" words:"write a key of AWS KMS as alias/NAME, by its ID or by its ARN" help:"Key of AWS KMS to encrypt results under. Its callbacks need the serdes of package durable/kmsgcm."`
	Codec         *Codec     `yaml:"codec" example:"{url: 'https://codec.example.com/v1', token: {file: /run/secrets/codec-token}}" help:"Server of yours that encodes results and decodes payloads, see [codec.md](codec.md)."`
}

// Watch says where callbacks go that are found in a function's executions.
type Watch struct {
	Queue   string `yaml:"queue" default:"default" example:"finance" help:"Queue for what is found."`
	Region  string `yaml:"region" default:"the ARN's, or COUNTERSIGN_LAMBDA_REGION" example:"eu-central-1" pattern:"^[a-z]{2,4}(-[a-z]{2,12}){1,2}-[0-9]{1,2}$" words:"write an AWS region, as eu-central-1" help:"Region of the function."`
	Account string `yaml:"account" default:"the ARN's if listed, else that of the default credentials" example:"'111122223333'" pattern:"^[0-9]{12}$" words:"write the 12 digits of an AWS account in quotes" help:"Account of the function, one of accounts."`
	Except  Except `yaml:"except" example:"{names: [health-*]}" help:"Callbacks to leave out, by patterns; * is any text."`
}

// Except has patterns of callbacks to leave out, by name and by subtype. The bounds are AWS's limits
// for names of operations and for subtypes.
type Except struct {
	Names    []string `yaml:"names" example:"[health-*]" max:"50" pattern:"^.{1,256}$" words:"write at most 256 characters" help:"Names of callbacks, or of the context that directly contains them."`
	Subtypes []string `yaml:"subtypes" example:"[MicroVm*]" max:"50" pattern:"^[A-Za-z0-9_*-]{1,32}$" words:"write 1 to 32 letters, digits, hyphens, underscores and *" help:"Their subtypes, or that of this context."`
}

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
