package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/uptrace/bun"

	"countersign/internal/callbacks"
)

// contentRow is a row of contents, which holds the parts of a callback that no list reads.
type contentRow struct {
	bun.BaseModel `bun:"table:contents"`

	Callback    int64 `bun:",pk"`
	Fingerprint string
	Description []byte
	Payload     []byte
	InputUnread bool
	Encoded     bool
	Masked      sql.NullString
	Details     sql.NullString // see detailsDocument
	Forms       sql.NullString // see formDocument
}

// contentColumns are the columns of contents, in the order of values.
const contentColumns = `
	callback, fingerprint, description, payload, input_unread, encoded, masked, details, forms`

var insertContent = insertText("contents", contentColumns)

func (r *contentRow) values() []any {
	return []any{
		r.Callback, r.Fingerprint, r.Description, r.Payload, r.InputUnread, r.Encoded, r.Masked, r.Details, r.Forms,
	}
}

func (r *contentRow) columns() string { return contentColumns }

func (r *contentRow) places() []any {
	return []any{
		&r.Callback, &r.Fingerprint, &r.Description, &r.Payload, &r.InputUnread, &r.Encoded, &r.Masked, &r.Details, &r.Forms,
	}
}

// changes returns the columns in which a row differs from its earlier version.
func (r *contentRow) changes(was *contentRow) (c changes) {
	changed(&c, "fingerprint", was.Fingerprint, r.Fingerprint)
	c.bytes("description", was.Description, r.Description)
	c.bytes("payload", was.Payload, r.Payload)
	changed(&c, "input_unread", was.InputUnread, r.InputUnread)
	changed(&c, "encoded", was.Encoded, r.Encoded)
	changed(&c, "masked", was.Masked, r.Masked)
	changed(&c, "details", was.Details, r.Details)
	changed(&c, "forms", was.Forms, r.Forms)
	return c
}

// detailsDocument is what the review page shows of a request and no statement asks for. A field of
// callbacks.Content goes here, without a migration, unless it is long.
type detailsDocument struct {
	Links    []linkDocument    `json:"links,omitempty"`
	Tags     []string          `json:"tags,omitempty"`
	Template *templateDocument `json:"template,omitempty"`
}

// templateDocument is the use of a template.
type templateDocument struct {
	Payload bool              `json:"payload,omitempty"`
	LeftOut []leftOutDocument `json:"leftOut,omitempty"`
}

type leftOutDocument struct {
	Field string `json:"field"`
	Why   string `json:"why"`
}

type linkDocument struct {
	Title string `json:"title,omitempty"`
	URL   string `json:"url"`
}

// formDocument is a form of an outcome. Its parts are strings, so that they keep their bytes.
type formDocument struct {
	Schema string `json:"schema"`
	Value  string `json:"value,omitempty"`
}

func encodeForms(forms callbacks.Forms) (sql.NullString, error) {
	if len(forms) == 0 {
		return sql.NullString{}, nil
	}
	documents := make(map[string]formDocument, len(forms))
	for outcome, f := range forms {
		documents[outcome] = formDocument{Schema: f.Schema, Value: f.Value}
	}
	return encode(documents)
}

func decodeForms(column sql.NullString) (callbacks.Forms, error) {
	var documents map[string]formDocument
	if found, err := decode(column, &documents); !found || err != nil {
		return nil, err
	}
	forms := make(callbacks.Forms, len(documents))
	for outcome, d := range documents {
		forms[outcome] = callbacks.Form{Schema: d.Schema, Value: d.Value}
	}
	return forms, nil
}

// encodeDetails returns null if the content has none.
func encodeDetails(content callbacks.Content) (sql.NullString, error) {
	d := detailsDocument{Tags: content.Tags}
	for _, l := range content.Links {
		d.Links = append(d.Links, linkDocument(l))
	}
	if use := content.Template; use != nil {
		d.Template = &templateDocument{Payload: use.Payload}
		for _, l := range use.LeftOut {
			d.Template.LeftOut = append(d.Template.LeftOut, leftOutDocument(l))
		}
	}
	return encodeUnlessEmpty(d)
}

// decodeDetails adds to the content what the column holds.
func decodeDetails(column sql.NullString, content *callbacks.Content) error {
	var d detailsDocument
	if found, err := decode(column, &d); !found || err != nil {
		return err
	}
	for _, l := range d.Links {
		content.Links = append(content.Links, callbacks.Link(l))
	}
	content.Tags = d.Tags
	if use := d.Template; use != nil {
		content.Template = &callbacks.TemplateUse{Payload: use.Payload}
		for _, l := range use.LeftOut {
			content.Template.LeftOut = append(content.Template.LeftOut, callbacks.LeftOut(l))
		}
	}
	return nil
}

func contentRowOf(num int64, content callbacks.Content, fingerprint string) (contentRow, error) {
	r := contentRow{
		Callback: num, Fingerprint: fingerprint, Description: []byte(content.Description), Payload: content.Payload,
		InputUnread: content.InputUnread, Encoded: content.Encoded,
	}
	var err error
	if r.Details, err = encodeDetails(content); err != nil {
		return r, fmt.Errorf("encode details: %w", err)
	}
	if len(content.Masked) > 0 {
		if r.Masked, err = encode(content.Masked); err != nil {
			return r, fmt.Errorf("encode masked: %w", err)
		}
	}
	if r.Forms, err = encodeForms(content.Forms); err != nil {
		return r, fmt.Errorf("encode forms: %w", err)
	}
	return r, nil
}

// Content implements desk.Store.
func (s *Store) Content(ctx context.Context, id callbacks.ID) (callbacks.Content, error) {
	var r contentRow
	err := s.db.NewSelect().Model(&r).Where("callback = (select num from callbacks where id = ?)", id).Scan(ctx)
	if err != nil {
		return callbacks.Content{}, missing(s.unavailable(err))
	}
	content, err := r.content()
	if err != nil {
		return content, fmt.Errorf("content of %s: %w", id, err)
	}
	return content, nil
}

// content turns the row into a content of the domain.
func (r *contentRow) content() (callbacks.Content, error) {
	content := callbacks.Content{Description: string(r.Description), Payload: r.Payload, InputUnread: r.InputUnread, Encoded: r.Encoded}
	if err := decodeDetails(r.Details, &content); err != nil {
		return content, fmt.Errorf("details: %w", err)
	}
	if _, err := decode(r.Masked, &content.Masked); err != nil {
		return content, fmt.Errorf("masked: %w", err)
	}
	var err error
	if content.Forms, err = decodeForms(r.Forms); err != nil {
		return content, fmt.Errorf("forms: %w", err)
	}
	return content, nil
}
