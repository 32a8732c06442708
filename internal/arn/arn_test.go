package arn_test

import (
	"testing"

	"countersign/internal/arn"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		arn      arn.ARN
		function string
	}{
		"arn:aws:lambda:eu-central-1:123456789012:function:price:7/durable-execution/order-1/0f": {
			arn.ARN{"aws", "lambda", "eu-central-1", "123456789012", "function:price:7/durable-execution/order-1/0f"}, "price",
		},
		"arn:aws-cn:lambda:cn-north-1:123456789012:function:price": {
			arn.ARN{"aws-cn", "lambda", "cn-north-1", "123456789012", "function:price"}, "price",
		},
		"arn:aws:lambda:eu-central-1:123456789012:function:*":   {arn.ARN{"aws", "lambda", "eu-central-1", "123456789012", "function:*"}, "*"},
		"arn:aws:lambda:eu-central-1:123456789012:function:a/b": {arn.ARN{"aws", "lambda", "eu-central-1", "123456789012", "function:a/b"}, "a"},
		"arn:aws:lambda:eu-central-1:123456789012:function":     {arn.ARN{"aws", "lambda", "eu-central-1", "123456789012", "function"}, ""},
		"arn:aws:sns:eu-central-1:123456789012:function:orders": {arn.ARN{"aws", "sns", "eu-central-1", "123456789012", "function:orders"}, ""},
		"arn:aws:iam::123456789012:role/countersign":            {arn.ARN{"aws", "iam", "", "123456789012", "role/countersign"}, ""},
		"arn:aws:lambda:eu-central-1":                           {arn.ARN{Partition: "aws", Service: "lambda", Region: "eu-central-1"}, ""},
		"arn":                                                   {}, "": {}, "price": {}, "123456789012:function:price:live": {}, "ARN:aws:lambda:eu-central-1:1:function:x": {},
	} {
		got := arn.Parse(text)
		if got != want.arn || got.Function() != want.function {
			t.Errorf("%q is %+v of function %q, want %+v of %q", text, got, got.Function(), want.arn, want.function)
		}
		if want.arn.Resource != "" && got.String() != text {
			t.Errorf("%q is written %q", text, got)
		}
	}
}

func TestFunctionName(t *testing.T) {
	t.Parallel()
	const account = "123456789012"
	for text, want := range map[string]string{
		"price": "price", "price:live": "price", "price:$LATEST": "price", "price_2-b:7": "price_2-b",
		"arn:aws:lambda:eu-central-1:" + account + ":function:price":                                "price",
		"arn:aws:lambda:eu-central-1:" + account + ":function:price:live":                           "price",
		"arn:aws:lambda:eu-central-1:" + account + ":function:price:7/durable-execution/order-1/0f": "price",
		account + ":function:price:live":                                                            "price", account + ":function:price": "price",
		"": "", "price:": "", ":live": "", " price": "", "price live": "", "price:a:b": "", "a/b": "",
		"arn:aws:sns:eu-central-1:" + account + ":orders": "", "https://a.example/price": "",
	} {
		if got := arn.FunctionName(text); got != want {
			t.Errorf("%q names %q, want %q", text, got, want)
		}
	}
}
