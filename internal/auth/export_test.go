package auth

// Seal encrypts data as a session of this token holds it.
func (a *Auth) Seal(token string, data []byte) []byte { return a.safe.keys.Seal(data, hashOf(token)) }

// Open is what Seal made.
func (a *Auth) Open(token string, sealed []byte) ([]byte, bool) {
	return a.safe.keys.Open(sealed, hashOf(token))
}

// HashOf is what the store knows of a token.
var HashOf = hashOf
