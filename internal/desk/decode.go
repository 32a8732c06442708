package desk

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"time"

	"countersign/internal/callbacks"
	"countersign/internal/mask"
)

const (
	// decodesPerSecond and decodeBurst bound how often one person has payloads decoded. Somebody who
	// reads requests needs one for each page.
	decodesPerSecond = 1
	decodeBurst      = 60
	noDecoder        = "It arrived for a function with a codec, and the configuration names none now."
	tooManyDecodes   = "You looked at many requests within a minute. Wait a moment, then load this page again."

	// maxCovers and maxCoveredPayload, in bytes, bound the covers that are kept.
	maxCovers         = 64
	maxCoveredPayload = 128 << 10
)

// read is [Service.sent] with the payload decoded.
func (s *Service) read(
	ctx context.Context, p callbacks.Person, id callbacks.ID,
) (callbacks.Callback, callbacks.Content, error) {
	c, content, err := s.sent(ctx, p, id)
	if err != nil {
		return callbacks.Callback{}, callbacks.Content{}, err
	}
	content, err = s.decoded(ctx, &c, p, content)
	return c, content, err
}

// Decodes reports whether payloads of a callback's function are decoded for people who look at them.
func (s *Service) Decodes(c *callbacks.Callback) bool { return s.codec(c).Decoder != nil }

// decoded replaces a payload that arrived encoded by what it says, for a person who looks at it. If
// that fails, the payload stays as it is, and the content says why. A payload that a template made
// did not arrive: it is in the clear, and no decoder is asked.
func (s *Service) decoded(
	ctx context.Context, c *callbacks.Callback, by callbacks.Person, content callbacks.Content,
) (callbacks.Content, error) {
	decoder := s.codec(c).Decoder
	if decoder == nil {
		if content.Encoded {
			content.Undecoded = noDecoder
		}
		return content, nil
	}
	if content.Template != nil {
		use := *content.Template
		use.Decodes, content.Template = true, &use
	}
	if len(content.Payload) == 0 || content.Template != nil && content.Template.Payload {
		return content, nil
	}
	if s.decodes.Take(by.ID, s.now()) != nil {
		content.Undecoded = tooManyDecodes
		return content, nil
	}
	payload, err := decoder.Decode(ctx, c.Target(), by, content.Payload)
	switch failed, ok := errors.AsType[*CodecError](err); {
	case ctx.Err() != nil:
		return content, ctx.Err()
	case ok:
		content.Undecoded = failed.Words
	case err != nil:
		return content, fmt.Errorf("decode the payload of %s: %w", c.ID, err)
	default:
		content.Payload = payload
	}
	return content, nil
}

// cover is what hides the masked values of a callback where they are repeated; nil if there are
// none. Previews ask for it at each pause in typing, so a payload that arrived encoded is not decoded
// anew each time.
func (s *Service) cover(
	ctx context.Context, c *callbacks.Callback, by callbacks.Person, content *callbacks.Content,
) (*mask.Cover, error) {
	if !s.queues.Masks(c.Queue, content) {
		return nil, nil
	}
	if s.codec(c).Decoder != nil {
		if known, ok := s.covers.get(coverFor(c, content), s.now()); ok {
			return known, nil
		}
	}
	decoded, err := s.decoded(ctx, c, by, *content)
	if err != nil {
		return nil, err
	}
	return s.coverOf(c, content, &decoded), nil
}

// coverOf makes the cover of a callback whose content was decoded, and keeps it for its previews if
// the payload could be decoded.
func (s *Service) coverOf(c *callbacks.Callback, arrived, decoded *callbacks.Content) *mask.Cover {
	cover := s.queues.Cover(c.Queue, decoded)
	if cover != nil && s.codec(c).Decoder != nil && decoded.Undecoded == "" && len(decoded.Payload) <= maxCoveredPayload {
		s.covers.put(coverFor(c, arrived), cover, s.now())
	}
	return cover
}

// coverOn is a hash of all that a cover is made of: a callback, and its content as it arrived.
type coverOn [sha256.Size]byte

func coverFor(c *callbacks.Callback, arrived *callbacks.Content) coverOn {
	about := fmt.Appendf(nil, "%q %q %q %q ", c.ID, c.Target(), c.Queue, arrived.Masked)
	return sha256.Sum256(append(about, arrived.Payload...))
}

// covers keep what hides masked values, in memory and as long as a preview counts. They show nothing
// to anybody, so all readers of a callback may share one.
type covers struct {
	mu   sync.Mutex
	kept map[coverOn]keptCover
}

type keptCover struct {
	cover *mask.Cover
	until time.Time
}

func (k *covers) get(on coverOn, now time.Time) (*mask.Cover, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	kept, ok := k.kept[on]
	return kept.cover, ok && now.Before(kept.until)
}

func (k *covers) put(on coverOn, cover *mask.Cover, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.kept == nil || len(k.kept) >= maxCovers {
		k.kept = map[coverOn]keptCover{}
	}
	for other, kept := range k.kept {
		if !now.Before(kept.until) {
			delete(k.kept, other)
		}
	}
	k.kept[on] = keptCover{cover, now.Add(PreviewAge)}
}
