package main

import (
	"context"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"countersign/durable/kmsgcm"
	"countersign/internal/arn"
	"countersign/internal/codec"
	"countersign/internal/config"
	"countersign/internal/config/deskfile"
	"countersign/internal/desk"
	"countersign/internal/doctor"
	"countersign/internal/lambdaapi"
)

// formats returns how results are written, by function, in the type of package codec.
func formats(d *deskfile.Desk) map[string]codec.Function {
	all := map[string]codec.Function{}
	for name, f := range d.Formats() {
		made := codec.Function{Text: f.Format == deskfile.FormatText, AESKey: f.AESKey(), KMSKey: f.KMSKey}
		if f.Codec != nil {
			made.Server = codec.Server{URL: f.Codec.URL, Token: f.Codec.Token.Reveal()}
		}
		all[name] = made
	}
	return all
}

// codecs makes the codecs of an edition.
func (d *program) codecs(what *purpose, lanes arn.Lanes) (map[string]desk.Codec, error) {
	keys := newKeyClients(d.lambda, d.fixed.kmsEndpoint)
	return codec.New(what.formats, codec.Config{KMS: keys.of, Lanes: lanes, Now: d.now, Observe: d.coded})
}

// examineFormats tries the formats of a configuration, as the desk would use them.
func examineFormats(ctx context.Context, settings config.Config, api *lambdaapi.Client) []doctor.Section {
	keys := newKeyClients(api, string(settings.KMSEndpoint))
	return doctor.FormatSections(codec.Examine(ctx, formats(settings.Desk), codec.Config{KMS: keys.of, Lanes: api.Lanes()}))
}

// coded counts an encoding or decoding, and logs one that failed: the page tells the person, and an
// operator has to mend it.
func (d *program) coded(ctx context.Context, o codec.Observation) {
	work, failed := "encode", o.Err != nil
	if o.Decoding {
		work = "decode"
	}
	d.fixed.handlers.Metrics.Coded(o.Format, work, failed, o.Took)
	if failed {
		d.log.WarnContext(ctx, "the codec of a function failed", "function", o.Function, "format", o.Format, "work", work, "took", o.Took, "error", o.Err)
	}
}

// keyClients are clients of AWS KMS, one for each lane. There are no more lanes than those of callbacks
// that the desk completes.
type keyClients struct {
	api      *lambdaapi.Client
	endpoint string

	mu      sync.Mutex
	clients map[arn.Lane]*kms.Client
}

func newKeyClients(api *lambdaapi.Client, endpoint string) *keyClients {
	return &keyClients{api: api, endpoint: endpoint, clients: map[arn.Lane]*kms.Client{}}
}

func (k *keyClients) of(lane arn.Lane) kmsgcm.KMS {
	k.mu.Lock()
	defer k.mu.Unlock()
	client, ok := k.clients[lane]
	if !ok {
		client = kms.NewFromConfig(k.api.AWS(lane), func(o *kms.Options) {
			if k.endpoint != "" {
				o.BaseEndpoint = aws.String(k.endpoint)
			}
		})
		k.clients[lane] = client
	}
	return client
}
