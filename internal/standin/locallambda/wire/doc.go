// Package wire has the formats of Lambda's REST API: error answers and error objects, times,
// bodies, query parameters and pages. It follows the model of aws-sdk-go-v2's service/lambda.
package wire
