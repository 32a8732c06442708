package config

// text is what operators read about a variable.
type text struct{ help, example string }

// texts are those of each variable, without [Prefix].
var texts = map[string]text{
	"ADDR": {"Where to listen: host and port.", ":8080"},
	"METRICS_ADDR": {
		"Where to serve /metrics alone: host and port. Keep it from the internet: it names " +
			"queues.",
		"127.0.0.1:9090",
	},
	"BASE_URL": {
		"Address in browsers, without a path: https, or http on this machine only.",
		"https://countersign.example.com",
	},
	"DATABASE_URL": {
		"A SQLite file, or PostgreSQL for several replicas.",
		"sqlite:///var/lib/countersign/countersign.db",
	},
	"CONFIG_FILE": {
		"Path of countersign.yaml, which says what the desk is for.",
		"/etc/countersign/countersign.yaml",
	},
	"TRUSTED_PROXIES": {
		"Networks of proxies whose X-Forwarded-For counts.",
		"10.20.30.0/24,fd00:20:30::/64",
	},
	"LOG_LEVEL":  {"Minimum log level: debug, info, warn or error.", "debug"},
	"LOG_FORMAT": {"Form of the log lines: text or json.", "text"},
	"OIDC_ISSUER": {
		"OpenID issuer, exactly as in its discovery document.",
		"https://login.example.com/realms/main",
	},
	"OIDC_CLIENT_ID":     {"Client ID of the desk at the provider.", "countersign"},
	"OIDC_CLIENT_SECRET": {"Client secret of the desk at the provider.", "Zk3v…"},
	"OIDC_SCOPES":        {"Scopes to ask for; openid is always among them.", "openid email profile"},
	"OIDC_GROUPS_CLAIM": {
		"Claim with a person's groups; a dot path reaches into objects, also those of a list, " +
			"as groups.name.",
		"realm_access.roles",
	},
	"OIDC_AUTH_PARAMS": {
		"Parameters to add to the authorization request, as a query; prompt= leaves out what " +
			"the desk would send.",
		"access_type=offline&prompt=consent",
	},
	"OIDC_SIGN_OUT_URL": {
		"Where the provider ends its own session, if it announces no end_session_endpoint; " +
			"{client_id} and {return_to} are filled in.",
		"https://desk.auth.eu-central-1.amazoncognito.com/logout?client_id={client_id}&logout_uri={return_to}",
	},
	"OIDC_EMAIL_TRUSTED": {
		"Trust addresses without email_verified (Microsoft Entra ID sends none): only where " +
			"nobody can choose their own address.",
		"true",
	},
	"OIDC_PROVIDER_NAME": {"Name of the provider on the sign-in button.", "Example ID"},
	"EVENTBRIDGE_KEYS": {
		"X-Api-Key of EventBridge, at least 32 characters; several with commas to replace one. " +
			"Without any, POST /webhooks/eventbridge is off.",
		"5f1c…",
	},
	"INTAKE_RATE":  {"Requests per second of one source.", "50"},
	"INTAKE_BURST": {"Requests of one source in a burst.", "100"},
	"GROUPS_MAX_AGE": {
		"How old a person's groups may be to decide or review. They are read again every 15 " +
			"minutes, or after half of this if that is less, if the provider allows it; else at " +
			"the next sign-in.",
		"8h",
	},
	"SESSION_IDLE": {"How long a session lasts without a request.", "8h"},
	"SESSION_KEY": {
		"Key for the sessions in the database: 32 bytes in base64; several with commas to " +
			"replace one. Required with PostgreSQL; with SQLite one is made beside the database.",
		"3q2+7w…",
	},
	"SESSION_LIFETIME": {"How long a session lasts at most.", "24h"},
	"SECRETS_KEY": {
		"Key for the secrets that reviewers type into forms: 32 bytes in base64, the same for " +
			"all replicas; several with commas to replace one. Without one, a form that asks for a " +
			"secret is refused.",
		"9sKd4Q…",
	},
	"REVIEW_IDLE_BUDGET": {"When an open review without input asks whether somebody is there.", "30m"},
	"REVIEW_MAX": {
		"How long one review sends heartbeats at most, and a signature that waits for others " +
			"if its queue has no keepAliveMax.",
		"8h",
	},
	"LAMBDA_REGION": {"AWS region of callbacks whose ARN has none.", "eu-central-1"},
	"LAMBDA_ENDPOINT": {
		"Lambda API instead of AWS's own, such as a VPC endpoint.",
		"https://vpce-0a1b.lambda.eu-central-1.vpce.amazonaws.com",
	},
	"KMS_ENDPOINT": {
		"KMS API instead of AWS's own, such as a VPC endpoint.",
		"https://vpce-0a1b.kms.eu-central-1.vpce.amazonaws.com",
	},
	"WATCH_RATE": {
		"Reads of executions per second in one account and region, by all replicas together. " +
			"AWS allows 15.",
		"5",
	},
	"TRACE_ENDPOINT": {
		"OpenTelemetry collector for traces, by OTLP over HTTP; OTEL_… variables also apply.",
		"http://otel-collector:4318",
	},
	"SUPPORT_CONTACT": {
		"Whom to ask for access; shown to people without a role.",
		"#platform-help or ops@example.com",
	},
	"CONSOLE_LINKS": {"Link pages to the function in the Lambda console.", "true"},
}
