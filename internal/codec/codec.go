package codec

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"countersign/durable/kmsgcm"
	"countersign/internal/arn"
	"countersign/internal/callbacks"
	"countersign/internal/desk"
)

// EncodeTimeout and DecodeTimeout bound the work for one person, who waits for it: a press may take
// longer than a page.
const (
	EncodeTimeout = 5 * time.Second
	DecodeTimeout = 2 * time.Second
)

// Function says how the results for a function are written. At most one of AESKey, KMSKey and Server
// is set.
type Function struct {
	Text   bool   // see [desk.Codec]
	AESKey []byte // 16, 24 or 32 bytes
	KMSKey string // ID, ARN, alias/NAME or ARN of an alias
	Server Server
}

// Config is what codecs work with.
type Config struct {
	// KMS returns the client of a lane; needed for functions with a KMSKey.
	KMS func(arn.Lane) kmsgcm.KMS
	// Lanes find the lane of a key.
	Lanes arn.Lanes
	// Transport is that to codec servers; if nil, the standard library's.
	Transport http.RoundTripper
	Now       func() time.Time
	// Observe, if not nil, is told of each encoding and decoding. It must not block.
	Observe func(context.Context, Observation)
}

// Observation is one encoding or decoding.
type Observation struct {
	Function string
	Format   string // aes-gcm, kms or server
	Decoding bool
	Took     time.Duration
	Err      error // nil if it went well
}

// New makes the codecs of functions, by name.
func New(functions map[string]Function, c Config) (map[string]desk.Codec, error) {
	all := make(map[string]desk.Codec, len(functions))
	for name, f := range functions {
		made, err := c.codec(name, f)
		if err != nil {
			return nil, fmt.Errorf("codec of %s: %w", name, err)
		}
		all[name] = made
	}
	return all, nil
}

// codec is the table of formats.
func (c Config) codec(name string, f Function) (desk.Codec, error) {
	made := desk.Codec{Text: f.Text}
	switch {
	case f.AESKey != nil:
		sealer, err := newAESGCM(f.AESKey)
		if err != nil {
			return made, err
		}
		made.Encoder = c.observed(name, "aes-gcm", sealer)
	case f.KMSKey != "":
		made.Encoder = c.observed(name, "kms", kmsKey{key: f.KMSKey, client: c.KMS, lanes: c.Lanes})
	case f.Server.URL != "":
		client := newClient(name, f.Server, c.Transport)
		watched := c.observed(name, "server", client)
		watched.decoder = &patient{Decoder: client, now: c.Now}
		made.Encoder, made.Decoder = watched, watched
	}
	return made, nil
}

// observed tells of each call of an encoder, and of its decoder if it has one.
type observed struct {
	desk.Encoder
	decoder  desk.Decoder
	function string
	format   string
	now      func() time.Time
	observe  func(context.Context, Observation)
}

func (c Config) observed(function, format string, of desk.Encoder) observed {
	return observed{Encoder: of, function: function, format: format, now: c.Now, observe: c.Observe}
}

// Encode implements [desk.Encoder].
func (o observed) Encode(ctx context.Context, to callbacks.Target, by callbacks.Person, result callbacks.Completion) ([]byte, error) {
	return o.within(ctx, EncodeTimeout, false, func(ctx context.Context) ([]byte, error) {
		return o.Encoder.Encode(ctx, to, by, result)
	})
}

// Decode implements [desk.Decoder].
func (o observed) Decode(ctx context.Context, to callbacks.Target, by callbacks.Person, payload []byte) ([]byte, error) {
	return o.within(ctx, DecodeTimeout, true, func(ctx context.Context) ([]byte, error) {
		return o.decoder.Decode(ctx, to, by, payload)
	})
}

// errTooSlow is the cause of the end of a codec's time.
var errTooSlow = errors.New("the codec took too long")

// within does the work within a limit, and tells of it. That a person left the page is told to nobody:
// it says nothing about the codec.
func (o observed) within(
	ctx context.Context, limit time.Duration, decoding bool, work func(context.Context) ([]byte, error),
) ([]byte, error) {
	bounded, cancel := context.WithTimeoutCause(ctx, limit, errTooSlow)
	defer cancel()
	begun := o.now()
	done, err := work(bounded)
	if o.observe != nil && (err == nil || ctx.Err() == nil) {
		o.observe(ctx, Observation{Function: o.function, Format: o.format, Decoding: decoding, Took: o.now().Sub(begun), Err: err})
	}
	return done, err
}
