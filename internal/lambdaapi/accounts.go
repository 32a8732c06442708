package lambdaapi

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"countersign/internal/arn"
)

// maxClients bounds how many clients are kept, because a region may come from an ARN that a stranger
// sent. AWS has about forty regions.
const maxClients = 64

// accounts are what one version of the configuration says of accounts and regions, with the clients
// that were made for it. A call uses one version from its lane to its credentials: another account's
// answer about a callback would be false.
type accounts struct {
	lanes arn.Lanes
	roles map[string]Role

	mu      sync.Mutex
	clients map[arn.Lane]*lambda.Client
}

// SetAccounts replaces [Config.Accounts] and [Config.Regions] for the calls that begin after it.
// Calls under way go on. Clients and credentials are kept if nothing changes.
func (c *Client) SetAccounts(roles map[string]Role, regions []string) {
	lanes, old := c.LanesOf(roles, regions), c.accounts.Load()
	if old != nil && maps.Equal(old.roles, roles) && slices.Equal(old.lanes.Regions, lanes.Regions) {
		return
	}
	c.accounts.Store(&accounts{lanes: lanes, roles: roles, clients: map[arn.Lane]*lambda.Client{}})
}

// LanesOf returns the mapping that [Client.SetAccounts] would put in force.
func (c *Client) LanesOf(roles map[string]Role, regions []string) arn.Lanes {
	return arn.Lanes{
		Accounts: slices.Sorted(maps.Keys(roles)), Region: c.config.Region,
		Regions: slices.Compact(slices.Sorted(slices.Values(regions))),
	}
}

// Lanes returns the mapping from callbacks to lanes that holds now.
func (c *Client) Lanes() arn.Lanes { return c.accounts.Load().lanes }

// client returns the SDK client of a lane. It makes one if needed.
func (c *Client) client(lane arn.Lane, of *accounts) *lambda.Client {
	of.mu.Lock()
	defer of.mu.Unlock()
	if client, ok := of.clients[lane]; ok {
		return client
	}
	client := c.newClient(lane, of)
	if len(of.clients) >= maxClients {
		for one := range of.clients { // drops any one; it is made again when needed
			delete(of.clients, one)
			break
		}
	}
	of.clients[lane] = client
	return client
}

// AWS returns the configuration for clients of other services in a lane: its region, and the
// credentials of its account. Unlike calls of Lambda, those clients retry as the SDK does.
func (c *Client) AWS(lane arn.Lane) aws.Config {
	of, config := c.accounts.Load(), c.config.Copy()
	config.Region = cmp.Or(lane.Region, of.lanes.Region)
	if lane.Account != "" {
		config.Credentials = of.credentials(lane.Account, c.config, config.Region)
	}
	return config
}

// credentials returns the credentials for an account. An account that is no longer configured has
// none: its calls must not reach another account.
func (a *accounts) credentials(account string, own aws.Config, region string) aws.CredentialsProvider {
	if role, ok := a.roles[account]; ok {
		return role.credentials(own, region)
	}
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{}, fmt.Errorf("account %s is not configured", account)
	})
}
