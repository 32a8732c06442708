package words

import "countersign/internal/notice"

// Channel is what people call a channel.
func Channel(name string) string {
	switch name {
	case notice.Slack:
		return "Slack"
	case notice.Email:
		return "E-mail"
	case notice.Push:
		return "Web push"
	case notice.Teams:
		return "Teams"
	case notice.Webhooks:
		return "Webhook"
	}
	return name
}
