// Package lambdaapitest is a stand-in for AWS's STS, for tests of code that assumes roles. It
// speaks AWS's query protocol over the wire.
package lambdaapitest

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// STS gives the credentials of every role that it is asked for. Their access key holds the account
// number: ASIA followed by the number.
type STS struct {
	mu      sync.Mutex
	assumed []string
	refusal *refusal
	life    time.Duration
}

type refusal struct {
	status        int
	code, message string
	regions       []string // all if empty
}

func (r *refusal) in(region string) bool {
	return r != nil && (len(r.regions) == 0 || slices.Contains(r.regions, region))
}

// NewSTS starts an STS that the SDK uses until the test ends. It sets the environment, so tests
// that call it cannot run in parallel.
func NewSTS(t *testing.T) *STS {
	t.Helper()
	s := &STS{life: time.Hour}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	t.Setenv("AWS_ENDPOINT_URL_STS", server.URL)
	return s
}

// Refuse makes STS refuse every role from now on, in some regions or in all.
func (s *STS) Refuse(status int, code, message string, regions ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusal = &refusal{status, code, message, regions}
}

// Life sets how long credentials are valid.
func (s *STS) Life(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.life = d
}

// Assumed returns the requests for roles, each with role, external ID, session name and the region
// that was asked.
func (s *STS) Assumed() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.assumed)
}

// ServeHTTP answers AssumeRole and GetCallerIdentity.
func (s *STS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/xml")
	if r.PostFormValue("Action") == "GetCallerIdentity" {
		whose(w, r)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	role, region := r.PostFormValue("RoleArn"), scope(r)[2]
	s.assumed = append(s.assumed, strings.Join([]string{role, r.PostFormValue("ExternalId"), r.PostFormValue("RoleSessionName"), region}, " "))
	if s.refusal.in(region) {
		w.WriteHeader(s.refusal.status)
		fmt.Fprintf(w, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>%s</Code><Message>`, s.refusal.code)
		_ = xml.EscapeText(w, []byte(s.refusal.message))
		fmt.Fprint(w, `</Message></Error><RequestId>c6104cbe</RequestId></ErrorResponse>`)
		return
	}
	fmt.Fprintf(w, `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
		<AssumedRoleUser><AssumedRoleId>AROA:countersign</AssumedRoleId><Arn>%s</Arn></AssumedRoleUser>
		<Credentials><AccessKeyId>ASIA%s</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken><Expiration>%s</Expiration></Credentials>
		</AssumeRoleResult><ResponseMetadata><RequestId>c6104cbe</RequestId></ResponseMetadata></AssumeRoleResponse>`,
		role, strings.Split(role, ":")[4], time.Now().Add(s.life).UTC().Format(time.RFC3339))
}

// whose answers that a role's key belongs to the role's session, and every other key to the desk.
func whose(w http.ResponseWriter, r *http.Request) {
	account, session := "123456789012", "desk/i-0a1b"
	if number, role := strings.CutPrefix(scope(r)[0], "ASIA"); role {
		account, session = number, "countersign/countersign"
	}
	fmt.Fprintf(w, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
		<Arn>arn:aws:sts::%s:assumed-role/%s</Arn><UserId>AROA</UserId><Account>%[1]s</Account>
		</GetCallerIdentityResult></GetCallerIdentityResponse>`, account, session)
}

// scope returns what a request is signed for: access key, day, region, service.
func scope(r *http.Request) []string {
	_, after, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	return append(strings.Split(after, "/"), "", "", "", "")
}
