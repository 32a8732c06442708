package arn

// regions are AWS's regions as its SDK knows them. Without the list, every text that looks like a
// region would create a client, a read quota and a series of metrics.
var regions = map[string]bool{
	"af-south-1": true, "ap-east-1": true, "ap-east-2": true, "ap-northeast-1": true,
	"ap-northeast-2": true, "ap-northeast-3": true, "ap-south-1": true, "ap-south-2": true,
	"ap-southeast-1": true, "ap-southeast-2": true, "ap-southeast-3": true,
	"ap-southeast-4": true, "ap-southeast-5": true, "ap-southeast-6": true,
	"ap-southeast-7": true, "ca-central-1": true, "ca-west-1": true, "cn-north-1": true,
	"cn-northwest-1": true, "eu-central-1": true, "eu-central-2": true, "eu-isoe-west-1": true,
	"eu-north-1": true, "eu-south-1": true, "eu-south-2": true, "eu-west-1": true,
	"eu-west-2": true, "eu-west-3": true, "eusc-de-east-1": true, "il-central-1": true,
	"me-central-1": true, "me-south-1": true, "mx-central-1": true, "sa-east-1": true,
	"us-east-1": true, "us-east-2": true, "us-gov-east-1": true, "us-gov-west-1": true,
	"us-iso-east-1": true, "us-iso-west-1": true, "us-isob-east-1": true, "us-isob-west-1": true,
	"us-isof-east-1": true, "us-isof-south-1": true, "us-west-1": true, "us-west-2": true,
}

// KnownRegion reports whether AWS has a region of that name, as far as this version knows.
func KnownRegion(name string) bool { return regions[name] }
