package desk

import (
	"cmp"
	"strings"

	"countersign/internal/callbacks"
	"countersign/internal/form"
	"countersign/internal/mask"
)

// placeholder stands in a frame for a comment that is not empty. No value is that sign.
const placeholder = "\uE000"

// concealed hides masked values in what pages show of a preview, but not in the texts that the reader
// wrote: by a mask there, they could try out what is masked.
func (s *Service) concealed(gate callbacks.Gate, p callbacks.Signer, choice callbacks.Choice, cover *mask.Cover, made *Preview) {
	if cover == nil || made.Outcome.Free() || made.Completion.Kind == "" {
		return
	}
	gate.ReadsText = s.codec(gate.Callback).Text
	frame, err := gate.Prepare(p, framed(choice))
	if err != nil {
		made.Shown = []byte(mask.Literal)
		return
	}
	body := made.Completion.Body()
	if made.Shown != nil {
		body = made.Shown
	}
	if frame.Completion.Text {
		text := string(frame.Completion.Body())
		if shown := cover.Text(text); shown != text {
			made.Shown = []byte(strings.ReplaceAll(shown, placeholder, callbacks.TidyComment(choice.Comment)))
		}
		return
	}
	if shown, covered := cover.Framed(body, frame.Completion.Body()); covered {
		made.Shown = shown
	}
}

// under returns forms that mask what a cover hides.
func under(cover *mask.Cover, forms callbacks.Forms) callbacks.Forms {
	covered := make(callbacks.Forms, len(forms))
	for name, brought := range forms {
		brought.Cover = cover
		covered[name] = brought
	}
	return covered
}

// framed is a choice whose completion has the same parts as that of another, without the texts that the
// reader wrote. The answer to a form is one of those: they see all of it beside the preview but what
// [Service.veil] hides.
func framed(choice callbacks.Choice) callbacks.Choice {
	if callbacks.TidyComment(choice.Comment) != "" {
		choice.Comment = placeholder
	}
	if document, err := form.Parse(cmp.Or(choice.Veiled, choice.Real, choice.Answer.Document)); err == nil {
		choice.Real = document.Blank().JSON()
	}
	changes := make([]form.Change, len(choice.Changes))
	for i, c := range choice.Changes {
		for _, text := range []*string{&c.Old, &c.New, &c.Note} {
			if *text != "" {
				*text = placeholder
			}
		}
		changes[i] = c
	}
	choice.Changes = changes
	return choice
}
