package callbacks

// SourceDiscovery is the source of callbacks that were found in a history and that nobody has
// announced.
const SourceDiscovery = "discovery"

// SourceAnnounced stands in a [Filter] for every source but [SourceDiscovery]. A callback that was
// found and then announced has its sender as source.
const SourceAnnounced = "announced"

// ReservedSource reports whether a name has a meaning of its own here, so that no sender may have
// it.
func ReservedSource(name string) bool { return name == SourceDiscovery || name == SourceAnnounced }
