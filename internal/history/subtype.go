package history

// SubTypeWaitForCallback is what SDKs write of the context that they make around a callback and its
// submitter, unless the function's author named another one.
const SubTypeWaitForCallback = "WaitForCallback"
