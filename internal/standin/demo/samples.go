package demo

import (
	"encoding/json"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"countersign/durable"
	"countersign/durable/kmsgcm"
)

// Function is one of the demo's durable functions, ready to be registered with an engine.
type Function struct {
	Name             string
	ExecutionTimeout time.Duration
	Handler          lambda.Handler
}

// Sample is a piece of work that the demo can start.
type Sample struct {
	Name     string // in the form that starts it
	Label    string // in the menu
	Function string
	input    func(n int) any
	// Times is how many executions a start begins; 0 for one.
	Times int
}

// Input is the payload of the n-th execution of the sample, n from 0.
func (s Sample) Input(n int) []byte {
	payload, err := json.Marshal(s.input(n))
	if err != nil { // cannot happen: the inputs are our own structs
		panic(err)
	}
	return payload
}

// Samples are the pieces of work, in the order in which the demo starts them.
var Samples = []Sample{
	{"expense", "Expense report", "expense-approval", expenseInput, 0},
	{"deposit", "Large expense, three sign", "expense-approval", depositInput, 0},
	{"vendor", "Bank account change", "vendor-master-update", vendorInput, 0},
	{"order", "Purchase order, answer by form", "purchase-order", orderInput, 0},
	{"rotation", "Password, typed into a form", "credential-rotation", rotationInput, 0},
	{"deploy", "Deploy to production", "release-train", deployInput, 0},
	{"refund", "Refund", "order-refund", refundInput, 0},
	{"outreach", "Agent: send e-mails", "agent-outreach", outreachInput, 0},
	{"erasure", "Erase personal data", "privacy-erasure", erasureInput, 0},
	{"access", "Access that times out", "access-broker", accessInput, 0},
	{"capacity", "Raise a limit, no timeout", "capacity-broker", capacityInput, 0},
	{"contract", "Contract, never announced", "contract-renewal", contractInput, 0},
	{"review", "Access review, twelve alike", "access-review", reviewInput, len(reviewed)},
}

// KeyAlias is the key of AWS KMS under which the results for privacy-erasure are encrypted.
const KeyAlias = "alias/privacy-desk"

// Config is what the functions need.
type Config struct {
	Desk   *Desk          // where they send their questions
	Lambda durable.Client // how they reach Lambda
	Keys   kmsgcm.KMS     // how they reach KMS, which has [KeyAlias]
	Log    *slog.Logger
}

// Functions are the durable functions behind the samples.
func Functions(c Config) ([]Function, error) {
	sealed, err := kmsgcm.New(c.Keys, KeyAlias)
	if err != nil {
		return nil, err
	}
	desk := c.Desk
	options := []durable.HandlerOption{durable.WithClient(c.Lambda), durable.WithLogger(c.Log)}
	return []Function{
		{"expense-approval", 7 * time.Hour, durable.NewHandler(expenseApproval(desk), options...)},
		{"vendor-master-update", 24 * time.Hour, durable.NewHandler(vendorUpdate(desk), options...)},
		{"purchase-order", 24 * time.Hour, durable.NewHandler(purchaseOrder(desk), options...)},
		{"credential-rotation", 24 * time.Hour, durable.NewHandler(credentialRotation(desk), options...)},
		{"release-train", releaseLimit, durable.NewHandler(releaseTrain(desk), options...)},
		{"order-refund", 24 * time.Hour, durable.NewHandler(orderRefund(desk), options...)},
		{"agent-outreach", 24 * time.Hour, durable.NewHandler(agentOutreach(desk), options...)},
		{"privacy-erasure", 30 * 24 * time.Hour, durable.NewHandler(privacyErasure(desk, sealed), options...)},
		{"access-broker", time.Hour, durable.NewHandler(accessBroker(desk), options...)},
		{"access-review", 24 * time.Hour, durable.NewHandler(accessReview(desk), options...)},
		{"capacity-broker", 90 * 24 * time.Hour, durable.NewHandler(capacityBroker(desk), options...)},
		{"contract-renewal", 24 * time.Hour, durable.NewHandler(contractRenewal, options...)},
	}, nil
}

// seconds converts a duration to the unit of the intake endpoint.
func seconds(d time.Duration) int { return int(d / time.Second) }
