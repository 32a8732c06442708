package localkms

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"maps"
	"slices"
)

const keyBytes = 32 // of AES-256

// input has the fields of both operations that are read.
type input struct {
	KeyID             string `json:"KeyId"`
	KeySpec           string
	NumberOfBytes     int
	CiphertextBlob    []byte
	EncryptionContext map[string]string
	DryRun            bool
}

// output has the fields of both operations that are answered.
type output struct {
	KeyID               string `json:"KeyId"`
	Plaintext           []byte
	CiphertextBlob      []byte `json:",omitempty"`
	EncryptionAlgorithm string `json:",omitempty"`
}

// generateDataKey makes a data key, in the clear and encrypted.
func (k *KMS) generateDataKey(in input) (output, string, error) {
	found, err := k.find(in.KeyID)
	if err != nil {
		return output{}, arnOf(found), err
	}
	n := in.NumberOfBytes
	switch {
	case (in.KeySpec == "") == (n == 0):
		return output{}, found.arn, refusal("ValidationException", "Please specify either number of bytes or key spec.")
	case in.KeySpec == "AES_256":
		n = keyBytes
	case in.KeySpec == "AES_128":
		n = keyBytes / 2
	case in.KeySpec != "" || n < 1 || n > 1024:
		return output{}, found.arn, refusal("ValidationException", "The length of the data key is not valid.")
	}
	if in.DryRun {
		return output{}, found.arn, dryRun()
	}
	plain := make([]byte, n)
	_, _ = rand.Read(plain) // never fails
	return output{KeyID: found.arn, Plaintext: plain, CiphertextBlob: found.seal(plain, in.EncryptionContext)}, found.arn, nil
}

// decrypt opens what generateDataKey encrypted. The ciphertext names its key. A key that the request
// names has to be that one.
func (k *KMS) decrypt(in input) (output, string, error) {
	id, sealed, ok := bytes.Cut(in.CiphertextBlob, []byte{0})
	if !ok {
		return output{}, "", invalidCiphertext()
	}
	found, err := k.find(string(id))
	if found == nil {
		return output{}, "", invalidCiphertext()
	}
	if in.KeyID != "" {
		named, err := k.find(in.KeyID)
		if err != nil {
			return output{}, arnOf(named), err
		}
		if named != found {
			return output{}, named.arn, refusal("IncorrectKeyException", "The key ID in the request does not identify a CMK that can perform this operation.")
		}
	}
	if err != nil {
		return output{}, found.arn, err
	}
	plain, err := found.aead.Open(nil, nil, sealed, canonical(in.EncryptionContext))
	if err != nil {
		return output{}, found.arn, invalidCiphertext()
	}
	if in.DryRun {
		return output{}, found.arn, dryRun()
	}
	return output{KeyID: found.arn, Plaintext: plain, EncryptionAlgorithm: "SYMMETRIC_DEFAULT"}, found.arn, nil
}

// invalidCiphertext is the one answer to every ciphertext that cannot be opened, as in KMS: it does
// not tell whether the key, the context or the text is another.
func invalidCiphertext() error { return refusal("InvalidCiphertextException", "") }

func dryRun() error {
	return refusal("DryRunOperationException", "The request would have succeeded, but the DryRun option is set.")
}

func arnOf(k *key) string {
	if k == nil {
		return ""
	}
	return k.arn
}

// seal encrypts a data key. The ID of the key stands before it.
func (k *key) seal(plain []byte, context map[string]string) []byte {
	return k.aead.Seal(append([]byte(k.id), 0), nil, plain, canonical(context))
}

// canonical is an encryption context as bytes: the order of its pairs does not count, their case does.
func canonical(context map[string]string) []byte {
	pairs := make([][2]string, 0, len(context))
	for _, name := range slices.Sorted(maps.Keys(context)) {
		pairs = append(pairs, [2]string{name, context[name]})
	}
	text, _ := json.Marshal(pairs) // cannot fail for strings
	return text
}

func gcm(secret []byte) cipher.AEAD {
	block, err := aes.NewCipher(secret)
	if err != nil { // its length is ours
		panic(err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	return aead
}
