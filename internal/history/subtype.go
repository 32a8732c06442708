package history

// SubTypeWaitForCallback is the subtype that SDKs give the context around a callback and its
// submitter, unless the function's author named another.
const SubTypeWaitForCallback = "WaitForCallback"
