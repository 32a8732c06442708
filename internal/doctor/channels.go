package doctor

// Channel is what was found of a channel over which people or programs are told.
type Channel struct {
	Name string // "Slack", "webhook erp-bridge"
	Says string // what answered: "workspace Harborline accepts the token"
	// Problem is why messages cannot be sent, or empty.
	Problem string
	// Lacks are scopes or places that are missing; messages may get through without them.
	Lacks []string
}

// ChannelSections judges the channels of the configuration; none if there is none.
func ChannelSections(all []Channel) []Section {
	if len(all) == 0 {
		return nil
	}
	s := Section{Title: "Channels"}
	for _, c := range all {
		if c.Problem != "" {
			s.Findings = append(s.Findings, problem("%s: %s", c.Name, c.Problem).todo("docs/notices.md says how to set it up. Nothing else depends on it."))
		} else {
			s.Findings = append(s.Findings, ok("%s: %s", c.Name, c.Says))
		}
		for _, lack := range c.Lacks {
			s.Findings = append(s.Findings, warning("%s: %s", c.Name, lack).todo("docs/notices.md lists what the app needs."))
		}
	}
	return []Section{s}
}
