package config

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
)

// Account says how to act in another AWS account, as an operator writes it.
type Account struct {
	RoleARN    string `json:"roleArn"`    // of the role to assume in that account
	ExternalID string `json:"externalId"` // that the role's trust policy requires; none if empty
}

// Accounts are the AWS accounts other than that of the desk's own credentials, by account number.
type Accounts map[string]Account

const maxExternalID = 1224 // characters

var (
	accountNames = nameRule{regexp.MustCompile(`^\d{12}$`).MatchString, "use the 12 digits of an AWS account"}
	// The forms are those of AssumeRole: RoleArn and ExternalId. An ExternalId may be long.
	roleARN    = regexp.MustCompile(`^arn:[a-z-]+:iam::(\d{12}):role/[\w+=,.@/-]{1,576}$`)
	externalID = regexp.MustCompile(`^[\w+=,.@:/-]{2,}$`)
)

// UnmarshalText reads a JSON object of accounts.
func (a *Accounts) UnmarshalText(text []byte) error {
	accounts, err := decodeNamed[Account](text, accountNames)
	if err != nil {
		return err
	}
	var problems []error
	for _, number := range slices.Sorted(maps.Keys(accounts)) {
		if err := accounts[number].check(number); err != nil {
			problems = append(problems, fmt.Errorf("account %s %w", number, err))
		}
	}
	*a = accounts
	return errors.Join(problems...)
}

func (a Account) check(number string) error {
	role := roleARN.FindStringSubmatch(a.RoleARN)
	switch {
	case role == nil:
		return errors.New(`needs "roleArn": the ARN of a role in it, such as arn:aws:iam::` + number + `:role/countersign`)
	case role[1] != number:
		return fmt.Errorf("has a role of account %s: a role acts in its own account only", role[1])
	case a.ExternalID != "" && (!externalID.MatchString(a.ExternalID) || len(a.ExternalID) > maxExternalID):
		return errors.New(`must have 2 to 1224 letters, digits or _+=,.@:/- in "externalId"`)
	}
	return nil
}
