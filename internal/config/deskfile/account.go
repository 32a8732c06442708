package deskfile

import (
	"strings"

	"countersign/internal/arn"
	"countersign/internal/config/strictyaml"
)

// Account says how to act in another AWS account. The forms are those of AssumeRole.
type Account struct {
	RoleARN    string `yaml:"roleArn"`
	ExternalID string `yaml:"externalId"`
}

var accountKeys = strictyaml.Table{
	"roleArn": {
		Help:     "Role to assume for all calls there.",
		Example:  "arn:aws:iam::111122223333:role/countersign",
		Required: true,
		Pattern:  `^arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]{1,576}$`,
		Words:    "write the ARN of a role, as arn:aws:iam::111122223333:role/countersign",
	},
	"externalId": {
		Help:    "sts:ExternalId that its trust policy asks for.",
		Example: "'9f2c41d7'",
		Pattern: `^[A-Za-z0-9_+=,.@:/-]{2,}$`,
		Words:   "write 2 to 1224 letters, digits or _+=,.@:/-",
	},
}

// Table describes the keys, as [strictyaml.Described] has it.
func (Account) Table() strictyaml.Table { return accountKeys }

const maxExternalID = 1224 // characters; more than an expression can count

func (c *checker) checkAccounts() {
	for number, account := range c.desk.Accounts {
		at := strictyaml.Path("accounts").Key(number)
		role := arn.Parse(account.RoleARN)
		if account.RoleARN != "" && role.Account != number {
			c.doc.Fault(at.Key("roleArn"),
				"the role is of account %s, and acts in its own account only: name one of %s", role.Account, number)
		}
		if len(account.ExternalID) > maxExternalID {
			c.doc.Fault(at.Key("externalId"), "the text is longer than %d characters", maxExternalID)
		}
		if strings.HasSuffix(account.RoleARN, "/") {
			c.doc.Fault(at.Key("roleArn"), "the role has no name after its path")
		}
	}
}
